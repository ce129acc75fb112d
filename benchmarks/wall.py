"""The wall at its work: 400 live cells and 12 charts beside a bare page with the same load in the same run.

`benchmarks/wall.py [--seconds 60] [--minutes 8]`: the main thread's share of a core for both pages by turns, their
ratio, tasks over 50 ms, and the heap after a collection, minute by minute. Exit 1 where a promise is not kept.
"""

import argparse
import itertools
import logging
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Response, send_from_directory
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.web.screens import province
from tests.web.screens.stage import ZONE, Stage

ROOT = Path(__file__).resolve().parents[1]
FRONT = ROOT / "web" / "frontend"
CELLS, CHARTS, CHANGES, A_SECOND, POINTS = 400, 12, 100, 4, 300
MOST_RATIO, MOST_GROWTH_MB = 1.2, 1.0
CELL = "[data-widget=vc_grid] .cell, .cells > i"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--enable-precise-memory-info")
LONG = "new PerformanceObserver(l => window.long.push(...l.getEntries().map(e => e.duration)))"


def main() -> int:
    arguments = _arguments()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder, _stage(Path(folder)) as stage, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        kept = _compared(browser, stage, arguments.seconds)
        kept &= _steady(browser, stage, arguments.minutes) if arguments.minutes else True
        browser.close()
    return 0 if kept else 1


def _compared(browser: Browser, stage: Stage, seconds: float) -> bool:
    """Wall and bare page by turns, twice, so that a busy moment of the machine meets both."""
    shares: dict[str, list[float]] = {"wall": [], "bare": []}
    tasks: list[float] = []
    for name, _ in itertools.product(shares, range(2)):
        page = _opened(browser, f"{stage.url}/{name}")
        share, long = _watched(page, seconds)
        shares[name].append(share)
        tasks += long if name == "wall" else []
        page.context.close()
    wall, bare = (min(found) for found in shares.values())
    ratio = wall / bare
    print(f"main thread: wall {wall:.1%} of a core, bare {bare:.1%}, ratio {ratio:.2f} (at most {MOST_RATIO})")
    print(f"wall: {len(tasks)} tasks over 50 ms, the longest {max(tasks, default=0):.0f} ms")
    return ratio <= MOST_RATIO and not tasks


def _steady(browser: Browser, stage: Stage, minutes: int) -> bool:
    """The heap minute by minute; the first is the warm page's."""
    page = _opened(browser, f"{stage.url}/wall")
    cdp = page.context.new_cdp_session(page)
    heaps = []
    for _ in range(minutes + 1):
        page.wait_for_timeout(60_000)
        heaps.append(_heap_mb(cdp))
        print(f"heap {heaps[-1]:.2f} MB", flush=True)
    growth = heaps[-1] - heaps[0]
    print(f"heap growth in {minutes} min: {growth:+.2f} MB (less than {MOST_GROWTH_MB})")
    return growth < MOST_GROWTH_MB


def _opened(browser: Browser, url: str) -> Page:
    context = browser.new_context(viewport={"width": 3840, "height": 2160})
    page = context.new_page()
    page.goto(url)
    page.wait_for_function(f"() => document.querySelectorAll('canvas').length === {CHARTS}", timeout=60_000)
    page.wait_for_timeout(5_000)
    cells = page.locator(CELL).count()
    assert cells >= CELLS, f"{url} shows {cells} cells of {CELLS}"
    return page


def _watched(page: Page, seconds: float) -> tuple[float, list[float]]:
    """The main thread's share of a core in its own ticks, and the tasks over 50 ms."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.evaluate(f"() => {{ window.long = []; {LONG}.observe({{type: 'longtask'}}) }}")
    before, began = _busy(cdp), time.monotonic()
    page.wait_for_timeout(seconds * 1000)
    return (_busy(cdp) - before) / (time.monotonic() - began), page.evaluate("() => window.long")


def _busy(cdp: CDPSession) -> float:
    metrics = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])


def _heap_mb(cdp: CDPSession) -> float:
    cdp.send("HeapProfiler.collectGarbage")
    return float(cdp.send("Runtime.getHeapUsage")["usedSize"]) / 2**20


@contextmanager
def _stage(folder: Path) -> Iterator[Stage]:
    """A server with both pages, which talks as long as it is open."""
    vite = FRONT / "node_modules" / "vite" / "bin" / "vite.js"
    command = ["node", vite, "build", "--config", "bench/vite.config.js", "--outDir", folder, "--logLevel", "error"]
    subprocess.run(command, cwd=FRONT, check=True)
    now = datetime.now(ZONE)
    stage = Stage(payloads=_payloads(now), widgets=_widgets())
    stage.scenes = {}
    _serve_bare(stage, folder)
    over = threading.Event()
    with stage.open():
        thread = threading.Thread(target=_talk, args=(stage, now, over), daemon=True)
        thread.start()
        yield stage
        over.set()
        thread.join()


def _serve_bare(stage: Stage, folder: Path) -> None:
    html = (
        '<!doctype html><link rel="stylesheet" href="/bare/bare.css"><body><script type="module" src="/bare/bare.js">'
    )

    @stage.app.get("/bare")
    def bare() -> Response:
        return Response(f"{html}</script></body>", content_type="text/html")

    @stage.app.get("/bare/<name>")
    def part(name: str) -> Response:
        return send_from_directory(folder, name)


def _widgets() -> list[dict[str, Any]]:
    map_ = {"id": "vc", "kind": "vc_grid", "options": {}, "place": {"x": 0, "y": 0, "w": 24, "h": 8}}
    options = {"kind": "queue", "metric": "waiting", "compare": "week"}
    charts = [
        {"id": f"t{n}", "kind": "trend", "options": options,
         "place": {"x": n % 6 * 4, "y": 8 + n // 6 * 3, "w": 4, "h": 3}}
        for n in range(CHARTS)
    ]  # fmt: skip
    return [map_, *charts]


def _payloads(now: datetime) -> dict[str, Any]:
    told = province.payloads(now)
    areas = told["vc"]["areas"]
    sites = [(code, key, site) for code, area in areas.items() for key, site in area["sites"].items()]
    for n, (code, key, site) in zip(range(CELLS - len(sites)), itertools.cycle(sites), strict=False):
        areas[code]["sites"][f"{key}-{n}"] = dict(site)
    chart = told["trend"] | {"points": _line(now, 0), "previous": _line(now, 9)}
    return {"vc": told["vc"], **{f"t{n}": dict(chart) for n in range(CHARTS)}}


def _line(now: datetime, turn: int) -> list[list[int]]:
    """A window of points that moves on by one a turn."""
    begin = int((now - timedelta(minutes=POINTS)).timestamp() * 1000)
    return [[begin + n * 60_000, 100 + (n * 37 + turn * 11) % 53] for n in range(turn, turn + POINTS)]


def _talk(stage: Stage, now: datetime, over: threading.Event) -> None:
    areas = stage.payloads["vc"]["areas"]
    keys = [(code, key) for code, area in areas.items() for key in area["sites"]]
    for turn in itertools.count():
        if over.wait(1 / A_SECOND):
            return
        patch: dict[str, Any] = {}
        for n in range(CHANGES):
            code, key = keys[(turn * CHANGES + n) % len(keys)]
            health = ("ok", "warning")[(turn * CHANGES + n) // len(keys) % 2]
            patch.setdefault(code, {"sites": {}})["sites"][key] = {"health": health}
        stage.delta("vc", {"areas": patch})
        if turn % A_SECOND == 0:
            for n in range(CHARTS):
                stage.delta(f"t{n}", {"points": _line(now, turn // A_SECOND % 60)})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="of each of the four turns")
    parser.add_argument("--minutes", type=int, default=8, help="that the heap is watched; 0: not")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
