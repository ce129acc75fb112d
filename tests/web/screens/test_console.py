"""The pages people work at: taking an alert, finding a source, coming in."""

from playwright.sync_api import expect

from tests.web.screens.conftest import MORNING, Opener
from tests.web.screens.stage import Stage


def source(name: str, kind: str, health: str, **more: object) -> dict[str, object]:
    return {
        "org": "hg.dong-van",
        "org_name": "Huyện Đồng Văn",
        "kind": kind,
        "source": name.lower().replace(" ", "-"),
        "name": name,
        "health": health,
        "online": True,
        "as_of": MORNING.isoformat(),
        "age_s": 5,
        "metrics": {"rtt_ms": 23},
        "texts": {},
        "alerts": [],
        "leniencies": {},
        "simulated": False,
    } | more


def test_an_alert_is_taken_with_one_click(stage: Stage, show: Opener) -> None:
    page = show("/alerts", wait_for="[data-alert]")
    row = page.locator('[data-alert="4"]')
    row.get_by_role("button", name="Nhận xử lý").click()
    expect(row).to_contain_text("Đã nhận")
    expect(row).to_contain_text("truc.ban")
    assert ("acknowledge 4", {}) in stage.calls


def test_a_comment_goes_with_the_acknowledgement(stage: Stage, show: Opener) -> None:
    page = show("/alerts?alert=4", wait_for="aside")
    page.get_by_label("Ghi chú").fill("Đã gọi kỹ thuật")
    page.locator("aside").get_by_role("button", name="Nhận xử lý").click()
    expect(page.locator("aside .state")).to_contain_text("Đã nhận")
    assert ("acknowledge 4", {"comment": "Đã gọi kỹ thuật"}) in stage.calls


def test_an_acknowledgement_that_fails_is_said_and_not_pretended(stage: Stage, show: Opener) -> None:
    page = show("/alerts", wait_for="[data-alert]")
    page.route("**/acknowledge", lambda route: route.abort())
    row = page.locator('[data-alert="4"]')
    row.get_by_role("button", name="Nhận xử lý").click()
    expect(row.get_by_role("alert")).to_contain_text("Chưa gửi được")
    expect(row).to_contain_text("Chưa ai nhận")


def test_a_new_alert_appears_without_a_reload(stage: Stage, show: Opener) -> None:
    page = show("/alerts", wait_for="[data-alert]")
    new = stage.alerts["1"] | {"id": 77, "title": "Trục liên thông: mất kết nối"}
    stage.alerts["77"] = new
    stage.delta("alerts", {"alerts": {"77": new}})
    expect(page.locator('[data-alert="77"]')).to_be_visible()


def test_a_leader_reads_but_does_not_take(stage: Stage, show: Opener) -> None:
    assert stage.me is not None
    stage.me["role"] = "leader"
    page = show("/alerts", wait_for="[data-alert]")
    assert page.get_by_role("button", name="Nhận xử lý").count() == 0


def test_sources_are_found_without_diacritics_and_by_health(stage: Stage, show: Opener) -> None:
    stage.sources = [
        source("Điểm cầu Lũng Cú", "vc", "offline"),
        source("Điểm cầu Sà Phìn", "vc", "ok"),
        source("Kênh Đồng Văn", "link", "ok"),
    ]
    page = show("/sources", wait_for="[data-source]")
    page.get_by_role("searchbox").fill("lung cu")
    expect(page.locator("[data-source]")).to_have_count(1)
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="Mất kết nối").click()
    expect(page.locator("[data-source]")).to_have_count(1)
    expect(page.locator("[data-source]")).to_contain_text("Lũng Cú")


def test_a_source_shows_what_was_forgiven(stage: Stage, show: Opener) -> None:
    stage.sources = [source("Kênh Đồng Văn", "link", "ok", leniencies={"no_offset": 12})]
    page = show("/sources", wait_for="[data-source]")
    page.locator("[data-source]").click()
    expect(page.locator("aside")).to_contain_text("giờ thiếu múi giờ")
    expect(page.locator("aside")).to_contain_text("12")


def test_without_a_session_the_login_comes_first_and_leads_back(stage: Stage, show: Opener) -> None:
    stage.me = None
    page = show("/sources", wait_for="form")
    page.get_by_label("Tên đăng nhập").fill("truc.ban")
    page.get_by_label("Mật khẩu").fill("sai")
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("alert")).to_contain_text("Sai tên hoặc mật khẩu")
    page.get_by_label("Mật khẩu").fill(stage.password)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/sources")
    expect(page.get_by_role("searchbox")).to_be_visible()


def test_the_login_leads_to_no_other_site(stage: Stage, show: Opener) -> None:
    page = show("/login?next=//elsewhere.example/x", wait_for="form")
    page.route("**/", lambda route: route.fulfill(body="home"))
    page.get_by_label("Tên đăng nhập").fill("truc.ban")
    page.get_by_label("Mật khẩu").fill(stage.password)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(stage.url + "/")


def test_the_language_is_switched_at_once_and_remembered(show: Opener) -> None:
    page = show("/sources", wait_for="nav")
    page.get_by_role("button", name="EN").click()
    expect(page.get_by_role("link", name="Alerts")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Alerts")).to_be_visible()
