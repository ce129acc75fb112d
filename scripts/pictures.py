"""Makes the pictures of the README, `docs/pictures/*.png`, from a demo of its own on a working Monday morning."""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.servers import free_port  # noqa: E402 - the root of the project is not on the path of a script

PICTURES = ROOT / "docs" / "pictures"
MORNING = "2026-11-23T09:05"
MAX_BYTES = 300_000
READY_S, WARM_UP_S, SETTLE_MS = 120.0, 90.0, 4_000
WALL, PAGE = {"width": 1600, "height": 900}, {"width": 1366, "height": 768}


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as said, sync_playwright() as playwright:
        time.sleep(WARM_UP_S)  # kiosks, calls and dossiers have to come in first
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        wall = browser.new_page(viewport=WALL)
        wall.goto(link(said, "wall"))
        keep(wall, "wall")
        page = browser.new_page(viewport=PAGE)
        page.goto(link(said, "login"))
        log_in(page, *account(said))
        page.goto(link(said, "dossiers"))
        keep(page, "dossiers")
        browser.close()


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """What a running demo has printed, its links and passwords among it."""
    ports = ["--http-port", str(free_port()), "--mqtt-port", str(free_port())]
    command = [ROOT / ".venv/bin/ioc", "demo", "--no-incident", "--data-dir", folder / "data", "--at", MORNING, *ports]
    with (folder / "said").open("w") as out:
        process = subprocess.Popen(command, stdout=out, cwd=folder)
    try:
        yield printed(folder / "said")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def printed(file: Path) -> str:
    began = time.monotonic()
    while "password  truc-ban" not in (text := file.read_text()):
        if time.monotonic() - began > READY_S:
            raise SystemExit(f"the demo is not ready within {READY_S:.0f} s: {text}")
        time.sleep(0.5)
    return text


def link(said: str, name: str) -> str:
    found = re.search(rf"^{name} +(\S+)$", said, re.MULTILINE)
    if found is None:
        raise SystemExit(f"the demo names no {name}: {said}")
    return found[1]


def account(said: str) -> tuple[str, str]:
    found = re.search(r"^password +(truc-ban) +(\S+)$", said, re.MULTILINE)
    if found is None:
        raise SystemExit(f"the demo names no password: {said}")
    return found[1], found[2]


def log_in(page: Page, name: str, password: str) -> None:
    page.locator("input[name=username], input[autocomplete=username]").first.fill(name)
    page.locator("input[type=password]").fill(password)
    page.locator("input[type=password]").press("Enter")
    page.wait_for_load_state("networkidle")


def keep(page: Page, name: str) -> None:
    """A file that is worth its size in the repository, or an error that says how large it would be."""
    page.wait_for_timeout(SETTLE_MS)
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise SystemExit(f"{path}: {size} bytes, at most {MAX_BYTES}")
    sys.stdout.write(f"{path.relative_to(ROOT)}: {size} bytes\n")


if __name__ == "__main__":
    main()
