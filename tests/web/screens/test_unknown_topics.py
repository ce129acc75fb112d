"""Topics nobody understands, beside the sources: a sample of each, a map tried on it, what is wrong said in place."""

import pytest
from playwright.sync_api import Page, expect

from tests.web.screens.conftest import MORNING, Opener
from tests.web.screens.stage import Stage

ROW = {
    "topic": "lsx/MV/k9",
    "payload": '{"cho": "3"}',
    "n": 12,
    "first_seen": MORNING.isoformat(),
    "last_seen": MORNING.isoformat(),
    "proposal": '[[map]]\ntopic = "lsx/+site/+dev"\n',
}
TRIAL = {
    "ok": False,
    "findings": [{"level": "error", "code": "refused", "params": {}, "message": "Bản tin 0 sẽ vào khu cách ly"}],
    "messages": [],
}
MADE = {"topic": "ioc/v1/hg/queue/k9/state", "metrics": {"waiting": 3}, "texts": {}, "at": MORNING.isoformat()}


@pytest.fixture
def page(stage: Stage, show: Opener) -> Page:
    assert stage.me is not None
    stage.me["role"] = "admin"
    stage.unknown = [dict(ROW)]
    stage.trial = TRIAL
    opened = show("/sources", wait_for=".sources")
    opened.get_by_role("button", name="Topic chưa khai báo").click()
    expect(opened.locator("[data-topic]")).to_contain_text("lsx/MV/k9")
    return opened


def test_a_map_is_finished_and_tried_beside_its_sample(stage: Stage, page: Page) -> None:
    expect(page.locator("[data-topic]")).to_contain_text('{"cho": "3"}')
    page.get_by_role("button", name="Ghép topic này").click()
    page.get_by_label("Khai báo (TOML)").fill("[[map]]\nkind = 1")
    page.get_by_role("button", name="Thử", exact=True).click()
    expect(page.locator("[data-finding=refused]")).to_contain_text("Lỗi: Bản tin 0 sẽ vào khu cách ly")
    told = {"map": "[[map]]\nkind = 1", "topic": "lsx/MV/k9", "payload": '{"cho": "3"}', "at": MORNING.isoformat()}
    assert ("try", told) in stage.calls
    stage.trial = {"ok": True, "findings": [], "messages": [MADE]}
    page.get_by_role("button", name="Thử", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("ioc/v1/hg/queue/k9/state")
    expect(page.get_by_role("status")).to_contain_text("Chép khai báo vào tệp cấu hình")


def test_what_is_typed_stays_while_the_list_goes_on(stage: Stage, page: Page) -> None:
    page.get_by_role("button", name="Ghép topic này").click()
    page.get_by_label("Khai báo (TOML)").fill("mine")
    with page.expect_response("**/topics/unknown"):
        stage.unknown[0]["n"] = 13
    expect(page.locator("[data-topic]")).to_contain_text("13 bản tin")
    expect(page.get_by_label("Khai báo (TOML)")).to_have_value("mine")


def test_a_topic_is_taken_off_the_list(page: Page) -> None:
    page.get_by_role("button", name="Bỏ khỏi danh sách").click()
    expect(page.locator("aside")).to_contain_text("Không có topic lạ nào")


def test_it_is_an_administrators(stage: Stage, show: Opener) -> None:
    opened = show("/sources", wait_for=".sources")
    assert opened.get_by_role("button", name="Topic chưa khai báo").count() == 0
