"""Taking the shift on the page of alerts: with a PIN, signed by who hands it over, by keyboard."""

from playwright.sync_api import Page, expect

from tests.web.screens.conftest import MORNING, Opener
from tests.web.screens.stage import Stage


def fill(page: Page, **said: str) -> None:
    names = {"person": "Người nhận ca", "pin": "Mã PIN của người nhận", "giver": "Mã PIN của người giao"}
    for name, text in said.items():
        page.get_by_label(names[name]).fill(text)


def test_nobody_has_it_until_somebody_takes_it(stage: Stage, show: Opener) -> None:
    page = show("/alerts")
    desk = page.locator("[data-shift]")
    expect(desk).to_contain_text("Chưa ai nhận ca")
    desk.get_by_role("button", name="Nhận ca…").click()
    expect(page.get_by_label("Người nhận ca")).to_be_focused()
    fill(page, person="truc-sang", pin="2468")
    page.keyboard.press("Enter")
    expect(desk).to_contain_text("Ca trực: truc-sang từ 09:15")
    expect(desk.get_by_role("button", name="Giao ca…")).to_be_focused()
    assert stage.calls[-1] == ("take", {"person": "truc-sang", "pin": "2468"})


def test_a_wrong_pin_says_so_and_loses_nothing(stage: Stage, show: Opener) -> None:
    page = show("/alerts")
    page.get_by_role("button", name="Nhận ca…").click()
    fill(page, person="truc-sang", pin="0000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Sai người trực hoặc mã PIN.")
    expect(page.get_by_label("Người nhận ca")).to_have_value("truc-sang")


def test_who_hands_over_signs_too(stage: Stage, show: Opener) -> None:
    stage.shift = {"person": "truc-dem", "taken_at": MORNING.isoformat(), "signed": False}
    page = show("/alerts")
    page.get_by_role("button", name="Giao ca…").click()
    fill(page, person="truc-sang", pin="2468", giver="1357")
    page.get_by_label("Ghi chú bàn giao").fill("Còn một tuyến chờ nhà mạng")
    page.get_by_role("form").get_by_role("button", name="Nhận ca").click()
    expect(page.locator("[data-shift]")).to_have_attribute("data-shift", "truc-sang")
    said = {"person": "truc-sang", "pin": "2468", "giver_pin": "1357", "notes": "Còn một tuyến chờ nhà mạng"}
    assert stage.calls[-1] == ("take", said)


def test_escape_closes_it_and_the_sheet_is_one_link_away(stage: Stage, show: Opener) -> None:
    page = show("/alerts")
    page.get_by_role("button", name="Nhận ca…").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("form")).to_have_count(0)
    expect(page.get_by_role("button", name="Nhận ca…")).to_be_focused()
    expect(page.get_by_role("link", name="Phiếu ca trực")).to_have_attribute("href", "/api/v1/shifts/sheet")


def test_a_leader_has_no_desk(stage: Stage, show: Opener) -> None:
    assert stage.me is not None
    stage.me["role"] = "leader"
    page = show("/alerts")
    expect(page.locator("[data-shift]")).to_have_count(0)
