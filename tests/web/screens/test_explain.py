"""A figure touched says how it is made, what it is of, how old it is, and lists its records."""

from typing import Any

from flask import jsonify, request
from playwright.sync_api import expect

from tests.web.screens.conftest import MORNING, Opener
from tests.web.screens.stage import Stage


def row(name: str, state: str, **more: Any) -> dict[str, Any]:
    place = {"org": "hg.dong-van", "org_name": "Huyện Đồng Văn", "as_of": MORNING.isoformat()}
    return {"name": name, "state": state, "value": None, "of": None, "counts": state == "ok", **place, **more}


def explains(stage: Stage) -> list[dict[str, str]]:
    asked: list[dict[str, str]] = []

    def explain() -> Any:
        asked.append(request.args.to_dict())
        keys = {name: {"key": f"ui.kpi.vc_online{more}"} for name, more in
                (("title", ""), ("formula", ".formula"), ("source", ".source"))}  # fmt: skip
        rows = [row("Điểm cầu xã Lũng Cú", "offline"), row("Điểm cầu xã Má Lé", "ok")]
        figures = {"value": 189, "numerator": 189, "denominator": 197, "reporting": {"heard": 189, "expected": 197}}
        whole = {"unit": "", "state": "live", "simulated": True, "as_of": MORNING.isoformat(), "total": 197}
        return jsonify({**keys, **figures, **whole, "rows": rows, "page": "/sources?kind=vc"})

    stage.app.add_url_rule("/api/v1/explain", view_func=explain)
    return asked


def test_a_figure_that_is_touched_says_what_is_behind_it(stage: Stage, show: Opener) -> None:
    asked = explains(stage)
    page = show("/wall?scene=toan-canh", wait_for="[data-figure=vc_online]")
    page.locator("[data-figure=vc_online] [data-explain]").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("Số điểm cầu đang kết nối / số điểm cầu đang theo dõi vào giờ này")
    expect(sheet).to_contain_text("189 trong 197")
    expect(sheet).to_contain_text("và 195 dòng nữa")
    expect(sheet.locator("li").first).to_contain_text("Điểm cầu xã Lũng Cú")
    expect(sheet.get_by_role("link")).to_have_count(0)  # a wall opens no page
    assert asked == [{"widget": "kpi", "options": '{"figure":"vc_online"}'}]
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(page.locator("[data-figure=vc_online] [data-explain]")).to_be_focused()
