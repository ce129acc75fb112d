"""The wall at ten times its pace: scenes, deltas and gaps without end, and nothing grows; an hour by `scripts/long`."""

import time
from typing import Any

from playwright.sync_api import CDPSession, Page

from tests.long import running_long
from tests.web.screens.conftest import Opener
from tests.web.screens.stage import Stage

SOAK = running_long("screens-soak")
WARM_S, SECONDS = (300, 3_600) if SOAK else (6, 6)
MORE_MB, MORE_SHARE = (2.0, 0.05) if SOAK else (3.0, 0.25)

AHEAD = "() => { const was = performance.now.bind(performance); performance.now = () => was() + (window.ahead ?? 0) }"


def measured(page: Page, cdp: CDPSession) -> dict[str, float]:
    for _ in range(2):
        cdp.send("HeapProfiler.collectGarbage")
    counts = cdp.send("Memory.getDOMCounters")
    used = cdp.send("Runtime.getHeapUsage")["usedSize"]
    return {"heap_mb": used / 2**20, "nodes": counts["nodes"], "listeners": counts["jsEventListeners"]}


def play(stage: Stage, page: Page, seconds: float) -> int:
    """Ten deltas a second, a lost one now and then, a new scene each second; how many scenes there were."""
    end, turns = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for n in range(10):
            stage.delta("k2", {"value": turns * 10 + n}, lost=n == 7)
            page.wait_for_timeout(100)
        page.evaluate("(ms) => { window.ahead = (window.ahead ?? 0) + ms }", 31_000)
        turns += 1
    return turns


def home(page: Page) -> None:
    """The same scene for each look."""
    for _ in range(20):
        if page.locator("[data-scene='toan-canh']").count():
            return
        page.evaluate("() => { window.ahead += 31000 }")
        page.wait_for_timeout(1_500)
    raise AssertionError("the wall does not come home")


def test_a_wall_that_goes_on_and_on_grows_by_nothing(stage: Stage, show: Opener) -> None:
    other: dict[str, Any] = {**stage.widgets[1], "options": {"figure": "links_up"}}
    stage.scenes = {"mot-cua": {"widgets": [*stage.widgets[:1], other, *stage.widgets[7:8]]}}
    stage.payloads[f"{other['id']}~2"] = stage.payloads[other["id"]]
    page = show("/wall")
    page.evaluate(AHEAD)
    cdp = page.context.new_cdp_session(page)
    play(stage, page, WARM_S)
    home(page)
    before = measured(page, cdp)
    assert play(stage, page, SECONDS) >= 3
    home(page)
    after = measured(page, cdp)
    assert after["heap_mb"] - before["heap_mb"] < MORE_MB, (before, after)
    assert after["nodes"] <= before["nodes"] * (1 + MORE_SHARE) + 50, (before, after)
    assert after["listeners"] <= before["listeners"] * (1 + MORE_SHARE) + 10, (before, after)
