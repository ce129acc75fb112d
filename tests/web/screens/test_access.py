"""What axe-core finds on every page, by day and by night, live and stale, with an entry open: nothing."""

from datetime import timedelta

import pytest

from tests.web.screens import province
from tests.web.screens.access import violations
from tests.web.screens.conftest import MORNING, Opener
from tests.web.screens.stage import Stage
from tests.web.screens.test_console import source


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_wall(show: Opener, lang: str) -> None:
    page = show(f"/wall?lang={lang}")
    page.wait_for_selector("canvas")
    assert violations(page) == []


def test_the_wall_by_night(stage: Stage, show: Opener) -> None:
    night = MORNING + timedelta(hours=12)
    stage.payloads, stage.now = province.payloads(night, night=True), lambda: night
    assert violations(show("/wall")) == []


def test_a_wall_that_hears_nothing(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    stage.beating = False
    page.wait_for_selector("[data-link=frozen]")
    assert violations(page) == []


def test_a_wall_with_stale_and_unknown_widgets(stage: Stage, show: Opener) -> None:
    for widget in stage.payloads.values():
        widget |= {"state": "stale", "as_of": "2026-11-20T08:00:00+07:00"}
    stage.payloads["k2"] |= {"state": "unknown", "value": None}
    assert violations(show("/wall", wait_for="[data-state=stale]")) == []


def test_a_wall_without_a_right(stage: Stage, show: Opener) -> None:
    stage.me = None
    assert violations(show("/wall", wait_for="[data-notice=refused]")) == []


def test_the_alerts_with_one_open(show: Opener) -> None:
    page = show("/alerts?alert=4", wait_for="aside")
    page.wait_for_selector("[data-alert]")
    assert violations(page) == []


def test_no_alerts(stage: Stage, show: Opener) -> None:
    stage.alerts = {}
    assert violations(show("/alerts", wait_for=".empty")) == []


def test_the_sources_with_one_open_and_a_question_asked(stage: Stage, show: Opener) -> None:
    assert stage.me is not None
    stage.me["role"] = "admin"
    healths = ("critical", "offline", "warning", "stale", "unknown", "pending", "maintenance", "ok", "closed")
    stage.sources = [source(f"Kênh {health}", "link", health, simulated=True) for health in healths * 7]
    for n, one in enumerate(stage.sources):
        one["source"] = f"kenh-{n}"
    page = show("/sources", wait_for="[data-source]")
    page.locator("[data-source] button").first.click()
    page.get_by_role("button", name="Ngừng theo dõi…").click()
    assert violations(page) == []


def test_the_login_refusing(stage: Stage, show: Opener) -> None:
    page = show("/login", wait_for="form")
    page.get_by_label("Tên đăng nhập").fill("truc.ban")
    page.get_by_label("Mật khẩu").fill("sai")
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_selector("[role=alert]")
    assert violations(page) == []
