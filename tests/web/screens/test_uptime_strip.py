"""The strips of systems and lines: every state by height and colour, nothing cut, each source in words by a touch."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.screens.conftest import MORNING, Opener
from tests.web.screens.province import DISTRICTS, SERVICES
from tests.web.screens.stage import Stage

NOW = round(MORNING.timestamp() * 1000)
SIZES = {"wide": (14, 11, 1920, 1080), "small": (8, 5, 1920, 1080), "tablet": (24, 11, 1024, 768)}
CUT = """() => [...document.querySelectorAll('[data-widget=uptime_strip] :is(.strips, ul, li, p)')]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
    .map((one) => `${one.tagName} ${one.className}: ${one.textContent.trim().slice(0, 40)}`)"""


def strips(span: str = "24h") -> dict[str, Any]:
    """Eleven systems and twelve lines: one that is down, some with a past, and half a day in which nobody listened."""
    n, step = (96, 900_000) if span == "24h" else (90, 86_400_000)
    lines = [f"Cáp quang {name.removeprefix('Huyện ')} – tỉnh" for name, *_ in DISTRICTS.values()]
    rows: dict[str, Any] = {}
    for at, name in enumerate([*SERVICES, *lines]):
        states = "b" * 8 + "u" * (n - 8) if at % 3 else "u" * n
        for where, letters in {1: "dddd", 4: "pw", 7: "wwww", 12: "cccccccc"}.items():
            if at == where:
                states = states[: 60 - len(letters)] + letters + states[60:]
        down = states.count("d") * step // 1000
        watched = (n - states.count("b")) * step // 1000
        rows[f"hg/service/s{at}"] = {
            "kind": "service", "name": name, "org_name": "Tỉnh Hà Giang", "parent_name": None, "order": at,
            "health": "offline" if at == 1 else "ok", "states": states,
            "grounds": "".join({"d": "s", "p": "f", "w": "a"}.get(one, "-") for one in states),
            "pct": round(100 * (watched - down) / watched, 2), "numerator": watched - down, "denominator": watched,
            "open_s": n * step // 1000,
        }  # fmt: skip
    total = {"pct": 99.83, "numerator": 1, "denominator": 1, "open_s": 1, "sources": len(rows), "blind": 14}
    edges = [NOW - (n - one) * step for one in range(n + 1)]
    return {"state": "live", "as_of": MORNING.isoformat(), "simulated": True, "span": span, "edges": edges,
            "rows": rows, "hidden": 0, "total": total}  # fmt: skip


def alone(stage: Stage, payload: dict[str, Any], w: int, h: int) -> None:
    """The strips alone on the wall."""
    place = {"x": 0, "y": 0, "w": w, "h": h}
    options = {"span": payload["span"]}
    stage.widgets = [{"id": "strips", "kind": "uptime_strip", "options": options, "place": place}]
    stage.payloads["strips"] = payload


@pytest.mark.parametrize("size", SIZES)
def test_no_strip_is_cut_and_a_touch_tells_each_interruption(stage: Stage, show: Opener, size: str) -> None:
    w, h, width, height = SIZES[size]
    told = strips()
    alone(stage, told, w, h)
    page = show("/wall", width, height, wait_for="[data-source]")
    assert page.evaluate(CUT) == []
    shown = page.locator("[data-source]").count()
    if shown < len(told["rows"]):
        expect(page.get_by_text(f"và {len(told['rows']) - shown} nguồn khác")).to_be_visible()
    page.locator("[data-source='hg/service/s1'] button").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("row").nth(1)).to_contain_text("mất liên lạc")
    expect(dialog.get_by_role("row").nth(1)).to_contain_text("không gửi số liệu")
    expect(dialog).to_contain_text("21 giờ trên 22 giờ được theo dõi")


def test_a_blind_time_is_neither_up_nor_down(stage: Stage, show: Opener) -> None:
    alone(stage, strips("90d"), 14, 11)
    page = show("/wall", wait_for="[data-source]")
    strip = page.locator("[data-source='hg/service/s1'] svg")
    assert strip.locator("path").count() == 3
    fills = {
        one: strip.locator(f".{one}").evaluate("(path) => getComputedStyle(path).fill")
        for one in ("up", "down", "blind")
    }
    assert len(set(fills.values())) == 3
    expect(strip).to_have_attribute("aria-label", "4/90 khoảng có gián đoạn, 8 khoảng không theo dõi được")
