"""A figure touched says how it is made, what it is of, how old it is, and lists its records."""

from typing import Any

from flask import jsonify, request
from playwright.sync_api import expect

from tests.web.screens import leaders
from tests.web.screens.conftest import MORNING, Opener
from tests.web.screens.stage import Stage


def row(name: str, state: str, **more: Any) -> dict[str, Any]:
    place = {"org": "hg.dong-van", "org_name": "Huyện Đồng Văn", "as_of": MORNING.isoformat()}
    return {"name": name, "state": state, "value": None, "of": None, "counts": state == "ok", **place, **more}


FORMULA = "Số điểm cầu đang kết nối / số điểm cầu đang theo dõi vào giờ này"


def explains(stage: Stage) -> list[dict[str, str]]:
    """What is asked for; every figure is answered as if it were that of the endpoints."""
    asked: list[dict[str, str]] = []

    def explain() -> Any:
        asked.append(request.args.to_dict())
        part = {"part": "total", "title": title("ui.kpi.vc_online")}
        told = {"title": title("ui.kpi.vc_online"), "formula": FORMULA, "source": "Từng điểm cầu gửi về"}
        rows = [row("Điểm cầu xã Lũng Cú", "offline"), row("Điểm cầu xã Má Lé", "ok")]
        figures = {"value": 189, "numerator": 189, "denominator": 197, "reporting": {"heard": 189, "expected": 197}}
        whole = {"unit": "", "state": "live", "simulated": True, "as_of": MORNING.isoformat(), "total": 197}
        rest = {"unwatched": None, "parts": [part, {"part": "late", "title": {**title(), "words": "Quá hạn"}}]}
        return jsonify({**told, **figures, **whole, **rest, "rows": rows, "page": "/sources?kind=vc"})

    stage.app.add_url_rule("/api/v1/explain", view_func=explain)
    return asked


def title(key: str | None = None) -> dict[str, Any]:
    return {"key": key, "words": None, "names": None}


def test_a_figure_that_is_touched_says_what_is_behind_it(stage: Stage, show: Opener) -> None:
    asked = explains(stage)
    page = show("/wall?scene=toan-canh", wait_for="[data-figure=vc_online]")
    page.locator("[data-figure=vc_online] b").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text(FORMULA)
    expect(sheet).to_contain_text("189/197")
    expect(sheet).to_contain_text("và 195 dòng nữa")
    expect(sheet.locator("li").first).to_contain_text("Điểm cầu xã Lũng Cú")
    expect(sheet.get_by_role("link")).to_have_count(0)  # a wall opens no page
    assert asked == [{"widget": "kpi", "options": '{"figure":"vc_online"}'}]
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_a_part_of_a_tile_answers_for_itself_and_keys_lead_to_every_other(stage: Stage, show: Opener) -> None:
    asked = explains(stage)
    page = show("/wall?scene=toan-canh", wait_for="[data-explain=services]")
    page.locator("[data-explain=services] b").click()
    expect(page.get_by_role("dialog")).to_contain_text(FORMULA)
    page.keyboard.press("Escape")
    page.locator("[data-widget=queue_board] [data-explain=waiting]").click()
    expect(page.get_by_role("dialog")).to_contain_text(FORMULA)
    page.keyboard.press("Escape")
    opener = page.locator("[data-widget=service_status] + .explain")
    expect(opener).to_have_accessible_name("Hệ thống và đường truyền: xem cách tính và danh sách")
    opener.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("combobox").select_option("Quá hạn")
    expect(page.get_by_role("dialog").get_by_role("combobox")).to_have_value("late")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    assert [(one["widget"], one.get("part")) for one in asked] == [
        ("service_status", "services"), ("queue_board", "waiting"), ("service_status", None), ("service_status", "late")
    ]  # fmt: skip


def test_the_tablet_has_a_button_beside_each_figure(stage: Stage, show: Opener) -> None:
    leaders.seat(stage, MORNING, crisis=True)
    asked = explains(stage)
    page = show("/tablet", 390, 844, wait_for="[data-widget=kpi]")
    page.get_by_role("button", name="Điểm cầu trực tuyến: xem cách tính").click()
    expect(page.get_by_role("dialog").get_by_role("link")).to_have_attribute("href", "/sources?kind=vc")
    page.keyboard.press("Escape")
    page.goto(f"{stage.url}/tablet#ho-so")
    page.get_by_role("button", name="Hồ sơ từ đầu năm: xem cách tính").click()
    expect(page.get_by_role("dialog")).to_contain_text(FORMULA)
    assert [one["widget"] for one in asked] == ["kpi", "dossier_split"]
