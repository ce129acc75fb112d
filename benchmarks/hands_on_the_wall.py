"""From the act to the eye: an incident that fires takes the wall, and who takes the incident is named on it.

`benchmarks/hands_on_the_wall.py [--rounds 8]`: seconds in Chromium at a real worker, beside the time a bare socket
client needs to hear of the same acts in the same run. Exit 1 where the median misses 2 s and 1 s.
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import socketio
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.web.screens import at_work
from tests.web.test_realtime import House

OVER_S, NAMED_S, PATIENCE_MS = 2.0, 1.0, 20_000
FLAGS = ["--no-sandbox", "--disable-gpu"]


class Ear:
    """A client without a screen that hears what the wall's widget hears."""

    def __init__(self, house: House) -> None:
        self.client = socketio.Client()
        self._heard = threading.Event()
        for name in ("snapshot", "delta"):
            self.client.on(name, self._hear)
        self.client.connect(house.url, auth={"token": house.tokens["wall"]}, transports=["websocket"])
        self.client.call("watch", {"widgets": [{"id": "i", "kind": "incident", "options": {}}]}, timeout=10)

    def _hear(self, _event: dict[str, Any]) -> None:
        self._heard.set()

    def forget(self) -> None:
        self._heard.clear()

    def heard(self, began: float) -> float:
        """Seconds since `began`."""
        assert self._heard.wait(20), "nothing was heard"
        return time.monotonic() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, at_work.serving(Path(folder)) as house, sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page, ear = at_work.wall(browser, house), Ear(house)
        _round(house, page, ear)  # brings the code of what is laid over
        found = [_round(house, page, ear) for _ in range(rounds)]
        ear.client.disconnect()
        browser.close()
    over, over_ear, named, named_ear = (statistics.median(column) for column in zip(*found, strict=True))
    print(f"taken over: {over:.2f} s (socket alone {over_ear:.2f}, ratio {over / over_ear:.2f}); at most {OVER_S}")
    print(f"name: {named:.2f} s (socket alone {named_ear:.2f}, ratio {named / named_ear:.2f}); at most {NAMED_S}")
    print(f"slowest: {max(one[0] for one in found):.2f} s and {max(one[2] for one in found):.2f} s of {rounds} rounds")
    return 0 if over <= OVER_S and named <= NAMED_S else 1


def _round(house: House, page: Page, ear: Ear) -> tuple[float, float, float, float]:
    page.wait_for_timeout(1_500)  # what the round before stirred up has come to rest
    ear.forget()
    began = time.monotonic()
    number = at_work.fire(house)
    heard = ear.heard(began)
    page.wait_for_selector(f"[data-takeover='{number}']", timeout=PATIENCE_MS)
    over = time.monotonic() - began
    page.wait_for_timeout(1_500)
    ear.forget()
    began = time.monotonic()
    at_work.take(house, number)
    named_heard = ear.heard(began)
    page.wait_for_selector(f"[data-takeover='{number}'][data-owner='operator']", timeout=PATIENCE_MS)
    named = time.monotonic() - began
    at_work.end(house)
    page.wait_for_selector("[data-takeover]", state="detached", timeout=PATIENCE_MS)
    return over, heard, named, named_heard


if __name__ == "__main__":
    sys.exit(main())
