"""What people do with alerts on the page: one or many, with what has to be said, each role its own, all by keyboard."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.web.screens.conftest import MORNING, Opener
from tests.web.screens.stage import Stage


def epoch(minutes: int) -> int:
    return round((MORNING + timedelta(minutes=minutes)).timestamp() * 1000)


def last(stage: Stage) -> tuple[str, dict[str, object]]:
    """The newest act that was asked for."""
    return next((name, body) for name, body in reversed(stage.calls) if name not in ("watch", "resync"))


def pick(page: Page, *ids: str) -> None:
    for one in ids:
        page.locator(f'[data-alert="{one}"]').get_by_role("checkbox").check()


@pytest.mark.parametrize(
    ("button", "fill", "call", "body"),
    [
        ("Giao việc", {"Giao cho ai": "Lan"}, "assign 4", {"owner": "Lan"}),
        ("Ghi kết quả", {"Kết quả xử lý": "Đã thay ổ đĩa"}, "result 4", {"text": "Đã thay ổ đĩa"}),
        ("Báo nhiễu", {"Vì sao là nhiễu": "Ngắt điện mỗi tối"}, "noise 4", {"reason": "Ngắt điện mỗi tối"}),
        ("Đóng cảnh báo", {"Vì sao đóng": "Đã có máy dự phòng"}, "close 4", {"comment": "Đã có máy dự phòng"}),
    ],
)
def test_what_an_act_needs_is_asked_for(
    stage: Stage, show: Opener, button: str, fill: dict[str, str], call: str, body: dict[str, object]
) -> None:
    aside = show("/alerts?alert=4", wait_for="aside").locator("aside")
    aside.get_by_role("button", name=f"{button}…").click()
    form = aside.get_by_role("form", name=button)
    for label, text in fill.items():
        expect(form.get_by_label(label)).to_be_focused()
        form.get_by_label(label).fill(text)
    form.get_by_role("button", name=button).click()
    expect(form).to_have_count(0)
    assert last(stage) == (call, body)


def test_an_alert_is_put_aside_until_an_hour_and_says_so(stage: Stage, show: Opener) -> None:
    page = show("/alerts?alert=4", wait_for="aside")
    page.locator("aside").get_by_role("button", name="Tạm tắt…").click()
    page.get_by_label("2 giờ (đến 11:15)").check()
    page.locator("aside").get_by_role("button", name="Tạm tắt", exact=True).click()
    expect(page.locator('[data-alert="4"]')).to_have_count(0)
    name, body = last(stage)
    assert (name, body.keys(), epoch(119) < int(str(body["until"])) < epoch(122)) == ("shelve 4", {"until"}, True)
    page.get_by_role("button", name="Đang tạm tắt").click()
    row = page.locator('[data-alert="4"]')
    expect(row).to_contain_text("Tạm tắt đến 11:")
    row.get_by_role("button", name="Bỏ tạm tắt").click()
    assert last(stage) == ("unshelve 4", {})


def test_until_the_shift_ends_is_seven_in_the_morning(stage: Stage, show: Opener) -> None:
    page = show("/alerts?alert=4", wait_for="aside")
    page.locator("aside").get_by_role("button", name="Tạm tắt…").click()
    expect(page.get_by_label("30 phút (đến 09:45)")).to_be_visible()
    page.get_by_label("Hết ca (07:00)").check()
    page.locator("aside").get_by_role("button", name="Tạm tắt", exact=True).click()
    expect(page.get_by_role("form")).to_have_count(0)
    assert last(stage)[1]["until"] == epoch(21 * 60 + 45)


def test_waiting_for_another_unit_names_the_hour(stage: Stage, show: Opener) -> None:
    page = show("/alerts?alert=4", wait_for="aside")
    expect(page.get_by_text("giây trước")).to_be_visible()
    page.locator("aside").get_by_role("button", name="Chờ đơn vị ngoài…").click()
    form = page.get_by_role("form", name="Chờ đơn vị ngoài")
    expect(form.get_by_label("Hẹn lúc")).to_have_value("10:15")
    form.get_by_label("Hẹn lúc").fill("14:30")
    form.get_by_label("Lý do").fill("VNPT đang nối cáp")
    form.get_by_role("button", name="Chờ đơn vị ngoài").click()
    row = page.locator('[data-alert="4"]')
    expect(row).to_contain_text("Đã nhận đến 14:30")
    assert last(stage) == ("acknowledge 4", {"until": epoch(5 * 60 + 15), "comment": "VNPT đang nối cáp"})


def test_many_are_taken_with_one_act(stage: Stage, show: Opener) -> None:
    page = show("/alerts", wait_for="[data-alert]")
    pick(page, "1", "2", "4")
    page.get_by_role("button", name="Nhận cả 3").click()
    expect(page.get_by_role("status")).to_have_text("Đã ghi 3 cảnh báo")
    expect(page.locator("[data-owner='truc.ban']")).to_have_count(3)
    assert last(stage) == ("bulk", {"ids": [1, 2, 4], "action": "acknowledge"})
    expect(page.get_by_text("Đã chọn")).to_have_count(0)


def test_a_night_of_recoveries_is_seen_with_two_clicks(stage: Stage, show: Opener) -> None:
    first = stage.alerts["1"]
    for n in range(100, 145):
        stage.alerts[str(n)] = first | {"id": n, "state": "resolved_unseen"}
    page = show("/alerts", wait_for="[data-alert]")
    page.get_by_role("button", name="Đã khắc phục, chưa xem").click()
    expect(page.locator("[data-alert]")).to_have_count(45)
    page.get_by_label("Chọn cả trang").check()
    page.get_by_role("group", name="Việc có thể làm").get_by_role("button", name="Đã xem").click()
    expect(page.locator("[data-alert]")).to_have_count(0)
    name, body = last(stage)
    assert (name, body["action"], body["ids"]) == ("bulk", "seen", list(range(100, 145)))


def test_what_is_refused_for_many_is_said_and_they_stay_chosen(stage: Stage, show: Opener) -> None:
    page = show("/alerts", wait_for="[data-alert]")
    refusal = {"error": {"code": "alert_pending", "message": "Cảnh báo 2 chưa phát.", "details": {}}}
    page.route("**/alerts/bulk", lambda route: route.fulfill(status=409, json=refusal))
    pick(page, "1", "2")
    page.get_by_role("button", name="Nhận cả 2").click()
    expect(page.get_by_role("alert")).to_have_text("Cảnh báo 2 chưa phát.")
    expect(page.get_by_text("Đã chọn 2")).to_be_visible()


def test_a_leader_gives_reminds_and_sees_and_finds_no_other_button(stage: Stage, show: Opener) -> None:
    assert stage.me is not None
    stage.me["role"] = "leader"
    page = show("/alerts?alert=4", wait_for="aside")
    acts = page.locator("aside").get_by_role("group", name="Việc có thể làm")
    expect(acts.get_by_role("button")).to_have_text(["Giao việc…", "Đôn đốc ngay"])
    acts.get_by_role("button", name="Đôn đốc ngay").click()
    expect(acts.get_by_role("button", name="Đôn đốc ngay")).to_be_enabled()
    assert last(stage) == ("remind 4", {})


def test_who_an_alert_was_given_to_finds_the_button_to_take_it(stage: Stage, show: Opener) -> None:
    assert stage.me is not None
    stage.me["role"] = "leader"
    stage.alerts["4"]["owner"] = stage.me["name"]
    page = show("/alerts", wait_for="[data-alert]")
    expect(page.get_by_role("button", name="Nhận xử lý")).to_have_count(1)


def test_the_five_of_an_alert_are_told_even_where_they_are_not_set(stage: Stage, show: Opener) -> None:
    stage.alerts["4"] |= {"owner": "Lan", "due_at": (MORNING - timedelta(hours=1)).isoformat(), "accountable": None}
    aside = show("/alerts?alert=4", wait_for="aside").locator("aside")
    for text in (
        "Rõ người",
        "Lan",
        "Rõ việc",
        "Rõ thời gian",
        "20/11 08:15",
        "chưa có người đứng đầu",
        "chưa ghi kết quả",
    ):
        expect(aside).to_contain_text(text)
    expect(aside.locator("dd.late")).to_have_count(1)


def test_the_keyboard_stays_where_it_was(stage: Stage, show: Opener) -> None:
    page = show("/alerts", wait_for="[data-alert]")
    page.get_by_role("group", name="Lọc theo trạng thái").get_by_role("button", name="Chưa ai nhận").click()
    rows = page.locator("[data-alert]")
    expect(rows).to_have_count(5)
    second = rows.nth(1)
    second.get_by_role("button", name="Nhận xử lý").press("Enter")
    expect(rows).to_have_count(4)
    expect(rows.nth(1).locator(".open")).to_be_focused()


def test_escape_leaves_what_was_asked_and_then_the_panel(stage: Stage, show: Opener) -> None:
    page = show("/alerts?alert=4", wait_for="aside")
    button = page.locator("aside").get_by_role("button", name="Giao việc…")
    button.press("Enter")
    page.get_by_label("Giao cho ai").press("Escape")
    expect(page.get_by_role("form", name="Giao việc")).to_have_count(0)
    expect(button).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("aside")).to_have_count(0)
