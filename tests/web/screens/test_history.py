"""A metric with its alerts on it: drawn in lanes, the latest in words, all of it in a table."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.screens.conftest import MORNING, Opener
from tests.web.screens.province import DISTRICTS
from tests.web.screens.stage import Stage

NOW = round(MORNING.timestamp() * 1000)
HOUR = 3_600_000
SIZES = {"wide": (14, 7, 1920, 1080), "small": (7, 4, 1920, 1080), "tablet": (24, 8, 1024, 768)}
CUT = """() => [...document.querySelectorAll('[data-widget=history] :is(.whole, ul, li, button)')]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
    .map((one) => `${one.tagName}: ${one.textContent.trim().slice(0, 40)}`)"""


def past(many: int = 9) -> dict[str, Any]:
    """The longest wait of one centre over a day, with alerts: half of them open, some at the same time."""
    points = [[NOW - (144 - n) * 600_000, 300 + 40 * (n % 37) + (2_400 if 90 < n < 104 else 0)] for n in range(144)]
    names = [name for name, *_ in DISTRICTS.values()]
    alerts = [_alert(n, names[n % len(names)], n >= many - 2, NOW - (many - n) * 2 * HOUR) for n in range(many)]
    return {"state": "live", "as_of": MORNING.isoformat(), "simulated": True, "metric": "longest_wait_s", "unit": "s",
            "points": points, "previous": [], "incomplete": [], "sources": 1, "span": "24h", "alerts": alerts,
            "limits": {"warning": 900, "critical": 3600}, "alerts_total": many,
            "reporting": {"heard": 1, "expected": 1}}  # fmt: skip


def _alert(n: int, name: str, lasts: bool, since: int) -> dict[str, Any]:
    return {
        "id": n, "severity": "critical" if n % 3 == 0 else "warning", "open": lasts, "since": since,
        "until": None if lasts else since + 3 * HOUR, "org_name": name, "parent_name": None,
        "source_name": "Máy lấy số", "owner": None, "title": {"key": "alert.offline", "params": {"name": name}},
    }  # fmt: skip


def alone(stage: Stage, payload: dict[str, Any], w: int, h: int) -> None:
    """The chart alone on the wall."""
    options, place = {"kind": "queue", "metric": "longest_wait_s"}, {"x": 0, "y": 0, "w": w, "h": h}
    stage.widgets = [{"id": "past", "kind": "history", "options": options, "place": place}]
    stage.payloads["past"] = payload


@pytest.mark.parametrize("size", SIZES)
def test_the_latest_alerts_stand_in_words_and_all_of_it_in_a_table(stage: Stage, show: Opener, size: str) -> None:
    w, h, width, height = SIZES[size]
    alone(stage, past(), w, h)
    page = show("/wall", width, height, wait_for="[data-widget=history] canvas")
    assert page.evaluate(CUT) == []
    expect(page.locator("[data-widget=history]")).to_contain_text("9 cảnh báo")
    named = page.locator("[data-widget=history] [data-alert]")
    if size != "small":
        expect(named.first).to_have_attribute("data-alert", "8")
    page.get_by_role("button", name="Bảng số liệu").click()
    assert page.get_by_role("dialog").get_by_role("row").count() == 9 + 1 + 144


def test_the_chart_is_drawn_again_when_an_alert_comes(stage: Stage, show: Opener) -> None:
    alone(stage, past(0) | {"limits": {}}, 14, 7)
    page = show("/wall", wait_for="[data-widget=history] canvas")
    red = """() => { const canvas = document.querySelector('[data-widget=history] canvas')
        const pen = document.createElement('canvas').getContext('2d')
        pen.fillStyle = getComputedStyle(canvas).getPropertyValue('--bad').trim()
        pen.fillRect(0, 0, 1, 1)
        const [r, g, b] = pen.getImageData(0, 0, 1, 1).data
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
        let n = 0
        for (let at = 0; at < data.length; at += 4) n += data[at] === r && data[at + 1] === g && data[at + 2] === b
        return n }"""
    page.wait_for_timeout(200)
    assert page.evaluate(red) == 0
    stage.payloads["past"] = past() | {"limits": {}}
    stage.snapshot("past")
    page.wait_for_function(f"() => ({red})() > 50")
