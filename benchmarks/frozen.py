"""A wall whose server stops, dies and returns: seconds until it is grey and says so, and until it lives again.

`benchmarks/frozen.py [--rounds 4]`: a real `ioc demo` and Chromium. Beside the second figure stands how long the web
role itself took until it served. Exit 1 where grey takes more than 4 s or life more than 5 s after the role serves.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import httpx2
from playwright.sync_api import Page, Playwright, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.ops.running import Running, pids
from tests.servers import free_port

GREY_S, LIVE_S, PATIENCE_MS = 4.0, 5.0, 60_000
GREY = "#app [data-link=frozen]"
LIVE = "#app [data-link=live]"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=4)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        ports = ("--http-port", str(free_port()), "--mqtt-port", str(free_port()))
        demo = Running("demo", "--data-dir", folder, *ports)
        try:
            base, page = _wall(play, demo)
            greys = [_stopped(page, Path(folder)) for _ in range(rounds)]
            lives = [_killed(page, Path(folder), base) for _ in range(rounds)]
        finally:
            demo.stop()
    print(f"stopped: grey after {max(greys):.1f} s at most of {rounds} (at most {GREY_S})")
    slowest, served = max(lives)
    print(f"killed: live {slowest:.1f} s after it served at most (that took {served:.1f} s; at most {LIVE_S})")
    return 0 if max(greys) <= GREY_S and slowest <= LIVE_S else 1


def _wall(play: Playwright, demo: Running) -> tuple[str, Page]:
    base = demo.ready()
    links = [demo.line() for _ in range(9)]
    (wall,) = [line.split()[-1] for line in links if line.startswith("wall")]
    page = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"]).new_page()
    page.goto(wall)
    page.wait_for_selector(LIVE, timeout=PATIENCE_MS)
    page.wait_for_timeout(5_000)
    return base, page


def _stopped(page: Page, data: Path) -> float:
    (web,) = pids(data, "web")
    began = time.monotonic()
    os.kill(web, signal.SIGSTOP)
    try:
        page.wait_for_selector(GREY, timeout=PATIENCE_MS)
        return time.monotonic() - began
    finally:
        os.kill(web, signal.SIGCONT)
        page.wait_for_selector(LIVE, timeout=PATIENCE_MS)


def _killed(page: Page, data: Path, base: str) -> tuple[float, float]:
    """Seconds from the first answer of the new one to a living wall, and from the end of the old to that answer."""
    (web,) = pids(data, "web")
    began = time.monotonic()
    os.kill(web, signal.SIGKILL)
    page.wait_for_selector(GREY, timeout=PATIENCE_MS)
    while not _serves(base):
        time.sleep(0.05)
    served = time.monotonic()
    page.wait_for_selector(LIVE, timeout=PATIENCE_MS)
    return time.monotonic() - served, served - began


def _serves(base: str) -> bool:
    try:
        return httpx2.get(f"{base}/healthz", timeout=2).status_code == 200
    except httpx2.HTTPError:
        return False


if __name__ == "__main__":
    sys.exit(main())
