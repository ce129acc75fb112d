"""Makes the pictures of the README, `docs/pictures/*.png`, from a demo of its own on a working Monday morning."""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from scripts.own_demo import ROOT, log_in, running

PICTURES = ROOT / "docs" / "pictures"
MAX_BYTES = 300_000
WARM_UP_S, SETTLE_MS = 90.0, 4_000
WALL, PAGE = {"width": 1600, "height": 900}, {"width": 1366, "height": 768}


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as demo, sync_playwright() as playwright:
        time.sleep(WARM_UP_S)  # kiosks, calls and dossiers have to come in first
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        wall = browser.new_page(viewport=WALL)
        wall.goto(demo.link("wall"))
        keep(wall, "wall")
        page = browser.new_page(viewport=PAGE)
        log_in(page, demo, "truc-ban")
        page.goto(demo.link("dossiers"))
        keep(page, "dossiers")
        browser.close()


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
