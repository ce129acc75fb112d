"""What of a page is cut off, runs over, lies under a bar, is too small to hit or to read."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TimedOut

PROBE = (Path(__file__).parent / "overflow.js").read_text(encoding="utf-8").partition("\n")[2].lstrip(";")
PHONE = 480
SETTLE_MS = 2_000


def overflow(page: Page, *, settle_ms: float = SETTLE_MS) -> list[str]:
    """One line each, once the page has come to rest: letters and lists find their places one after the other."""
    width = (page.viewport_size or {"width": 1920})["width"]
    asked = {"touch": page.evaluate("matchMedia('(pointer: coarse)').matches"), "phone": width <= PHONE}
    with suppress(TimedOut):
        page.wait_for_function(f"asked => ({PROBE})(asked).length === 0", arg=asked, timeout=settle_ms, polling=250)
    found: list[dict[str, Any]] = page.evaluate(PROBE, asked)
    return sorted({f"{one['what']}: {one['where']} {one['text']!r}" for one in found})
