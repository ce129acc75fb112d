"""Figures typed in, beside the sources: a form for one, a signature of another, corrections in sight."""

import pytest
from playwright.sync_api import Page, expect

from tests.web.screens.conftest import MORNING, Opener
from tests.web.screens.stage import Stage

WAITING = {
    "id": 3, "org": "hg", "source": "cchc", "period": "2020", "values": {"par_index": 81.5}, "note": "đính chính",
    "state": "entered", "entered_by": "mai", "entered_at": MORNING.isoformat(), "decided_by": None,
    "decided_at": None, "corrects": 1, "current": False,
}  # fmt: skip
SIGNED = WAITING | {
    "id": 1, "values": {"par_index": 8.15}, "note": None, "state": "signed", "decided_by": "lan",
    "decided_at": MORNING.isoformat(), "corrects": None, "current": True,
}  # fmt: skip


@pytest.fixture
def page(stage: Stage, show: Opener) -> Page:
    stage.figures = [dict(WAITING), dict(SIGNED)]
    stage.orgs = [{"code": "hg", "name": "Tỉnh Hà Giang", "kind": "province", "parent": None}]
    return show("/sources", wait_for=".sources")


def open_(page: Page) -> None:
    page.get_by_role("button", name="Số liệu nhập tay").click()
    expect(page.locator("[data-entry]")).to_have_count(2)


def test_somebody_else_signs_and_what_was_replaced_stays(stage: Stage, page: Page) -> None:
    open_(page)
    entry = page.locator("[data-entry='3']")
    expect(entry).to_contain_text("Chờ duyệt")
    expect(entry).to_contain_text("đính chính bản nhập 1")
    stage.figures[1]["current"] = False
    entry.get_by_role("button", name="Duyệt", exact=True).click()
    expect(entry).to_contain_text("Đã duyệt, đang dùng")
    expect(page.locator("[data-entry='1']")).to_contain_text("Đã duyệt, đã có bản thay thế")
    assert ("sign", 3) in stage.calls


def test_who_entered_it_only_waits(stage: Stage, page: Page) -> None:
    assert stage.me is not None
    stage.figures[0]["entered_by"] = stage.me["name"]
    open_(page)
    entry = page.locator("[data-entry='3']")
    expect(entry).to_contain_text("Chờ người khác duyệt")
    assert entry.get_by_role("button").count() == 0


def test_figures_are_entered_with_a_comma_and_without_empty_lines(stage: Stage, show: Opener) -> None:
    assert stage.me is not None
    stage.me["role"] = "operator"
    stage.figures = [dict(WAITING), dict(SIGNED)]
    stage.orgs = [{"code": "hg", "name": "Tỉnh Hà Giang", "kind": "province", "parent": None}]
    page = show("/sources", wait_for=".sources")
    open_(page)
    enter = page.get_by_role("button", name="Nhập, chờ duyệt")
    expect(enter).to_be_disabled()
    page.locator("aside").get_by_label("Đơn vị").select_option("hg")
    page.get_by_label("Mã nguồn số liệu").fill("cchc")
    page.get_by_label("Kỳ").fill("2021")
    page.get_by_label("Chỉ tiêu").first.fill("par_index")
    page.get_by_label("Giá trị").first.fill("81,42")
    expect(page.get_by_label("Chỉ tiêu")).to_have_count(2)
    enter.click()
    expect(page.get_by_label("Chỉ tiêu")).to_have_count(1)
    body = {"org": "hg", "source": "cchc", "period": "2021", "values": {"par_index": 81.42}, "note": None}
    assert ("enter", body) in stage.calls


def test_a_leader_signs_but_enters_nothing(stage: Stage, page: Page) -> None:
    assert stage.me is not None
    stage.me["role"] = "leader"
    page.reload()
    open_(page)
    assert page.get_by_role("button", name="Nhập, chờ duyệt").count() == 0
    assert page.get_by_role("button", name="Từ chối").count() == 1
