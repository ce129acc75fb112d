"""A demonstration of its own for scripts that look at the pages: started, read, logged in to, stopped."""

import re
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TimedOut

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[1]
MORNING = "2026-11-23T09:05"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
READY_S = 180.0
TRIES = 5


@dataclass(frozen=True)
class Demo:
    """What it printed, and the configuration that its roles were started with."""

    said: str
    started: Path

    def link(self, name: str) -> str:
        return self._told(rf"^{name} +(\S+)$", name)

    def password(self, name: str) -> str:
        return self._told(rf"^password +{name} +(\S+)$", f"password of {name}")

    @property
    def base(self) -> str:
        return self.link("login").removesuffix("/login")

    def _told(self, pattern: str, what: str) -> str:
        found = re.search(pattern, self.said, re.MULTILINE)
        if found is None:
            raise SystemExit(f"the demo names no {what}: {self.said}")
        return found[1]


@contextmanager
def running(folder: Path, more: Sequence[str] = (), at: str = MORNING) -> Iterator[Demo]:
    """On free ports and a data directory in `folder`, without the line that is cut for a newcomer."""
    http, mqtt = free_port(), free_port()
    at = more[more.index("--at") + 1] if "--at" in more else at
    ports = ["--http-port", str(http), "--mqtt-port", str(mqtt)]
    command = [
        ROOT / ".venv/bin/ioc",
        "demo",
        "--no-incident",
        "--data-dir",
        folder / "data",
        "--at",
        at,
        *ports,
        *more,
    ]
    with (folder / "said").open("w") as out:
        process = subprocess.Popen(command, stdout=out, cwd=folder)
    try:
        said = _printed(folder / "said", process)
        yield Demo(said, next((folder / "data").glob("**/run/started.json")))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def log_in(page: Page, demo: Demo, name: str) -> None:
    """More than once, while a demonstration that writes its past on a busy machine refuses."""
    for _ in range(TRIES):
        page.goto(demo.link("login"))
        page.locator("input[name=username], input[autocomplete=username]").first.fill(name)
        page.locator("input[type=password]").fill(demo.password(name))
        page.locator("input[type=password]").press("Enter")
        with suppress(TimedOut):
            page.wait_for_url(lambda url: "/login" not in url)
            return
    raise SystemExit(f"{name} cannot log in to the demo: {page.locator('[role=alert]').all_inner_texts()}")


def _printed(file: Path, process: subprocess.Popen[bytes]) -> str:
    began = time.monotonic()
    while "password  truc-ban" not in (text := file.read_text()):
        if process.poll() is not None or time.monotonic() - began > READY_S:
            raise SystemExit(f"the demo is not ready within {READY_S:.0f} s: {text}")
        time.sleep(0.5)
    return text
