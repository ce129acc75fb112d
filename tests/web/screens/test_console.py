"""The pages people work at: taking an alert, finding a source, coming in."""

import pytest
from playwright.sync_api import Locator, expect

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
        "status": "active",
        "interval_s": 30,
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


def test_the_number_beside_every_choice_is_what_the_list_it_opens_holds(stage: Stage, show: Opener) -> None:
    first = next(iter(stage.alerts.values()))
    for n in range(45):
        stage.alerts[f"u{n}"] = first | {"id": f"u{n}", "state": "resolved_unseen", "severity": "warning"}
    page = show("/alerts", wait_for="[data-alert]")
    states, severities = (
        page.get_by_role("group", name="Lọc theo trạng thái"),
        page.get_by_role("group", name="Lọc theo mức độ"),
    )
    walked = 0
    for state in states.get_by_role("button").all():
        state.click()
        for severity in severities.get_by_role("button").all():
            severity.click()
            for choice in (state, severity):
                expect(choice.locator("b")).to_have_text(str(listed(stage, state, severity)))
                walked += 1
            rows = min(50, listed(stage, state, severity))
            expect(page.locator("[data-alert]")).to_have_count(rows, timeout=20_000)
    assert walked == 8 * 4 * 2


def listed(stage: Stage, state: Locator, severity: Locator) -> int:
    """How many of the stage's alerts are of the chosen state and severity, by the words on the buttons."""
    states = {"Đang mở": ("firing", "acknowledged"), "Chưa ai nhận": ("firing",), "Đã nhận": ("acknowledged",),
              "Đã khắc phục, chưa xem": ("resolved_unseen",)}  # fmt: skip
    severities = {"Nghiêm trọng": "critical", "Cảnh báo": "warning", "Thông tin": "info"}
    wanted = states.get(words(state), ())
    worst = severities.get(words(severity))
    return sum(a["state"] in wanted and worst in (None, a["severity"]) for a in stage.alerts.values())


def words(choice: Locator) -> str:
    return choice.inner_text().replace("\xa0", " ").rstrip("0123456789 ")


def test_the_number_beside_every_kind_and_health_is_what_the_list_it_opens_holds(stage: Stage, show: Opener) -> None:
    states = ("ok", "offline", "stale", "critical", "warning", "closed")
    stage.sources = [source(f"{kind} {n}", kind, states[n % (2 + k)])
                     for k, kind in enumerate(("vc", "queue", "link", "feed")) for n in range(6 + k)]  # fmt: skip
    page = show("/sources", wait_for="[data-source]")
    walked = 0
    for kind in page.get_by_role("group", name="Lọc theo loại").get_by_role("button").all():
        kind.click()
        healths = page.get_by_role("group", name="Lọc theo tình trạng")
        for health in healths.get_by_role("button").all():
            health.click()
            expect(page.locator("[data-source]")).to_have_count(int(health.locator("b").inner_text()))
            walked += 1
        healths.get_by_role("button").first.click()
        expect(page.locator("[data-source]")).to_have_count(int(kind.locator("b").inner_text()))
    assert walked > 15


def test_what_is_lost_shows_no_figures_as_if_they_were_of_now(stage: Stage, show: Opener) -> None:
    said = {"in_call": True, "loss_rx_pct": 0}
    stage.sources = [
        source("Điểm mất", "vc", "offline", current=False, metrics=said),
        source("Điểm họp", "vc", "ok", current=True, metrics=said),
    ]
    page = show("/sources", wait_for="[data-source]")
    lost, there = page.locator("[data-source]").all()
    expect(there).to_contain_text("Đang họp")
    expect(lost).to_contain_text("Mất kết nối")
    expect(lost).not_to_contain_text("Đang họp")
    lost.click()
    expect(page.locator("aside")).to_contain_text("không phải bây giờ")


def test_a_list_of_more_than_one_answer_is_whole(stage: Stage, show: Opener) -> None:
    stage.sources = [source(f"Điểm cầu {n:04}", "vc", "ok") for n in range(1_003)]
    page = show("/sources", wait_for="[data-source]")
    expect(page.get_by_role("button", name="Tất cả 1003").first).to_be_visible()
    page.get_by_role("searchbox").fill("1002")
    expect(page.locator("[data-source]")).to_have_count(1)


def test_a_source_shows_what_was_forgiven(stage: Stage, show: Opener) -> None:
    stage.sources = [source("Kênh Đồng Văn", "link", "ok", leniencies={"no_offset": 12})]
    page = show("/sources", wait_for="[data-source]")
    page.locator("[data-source]").click()
    expect(page.locator("aside")).to_contain_text("giờ thiếu múi giờ")
    expect(page.locator("aside")).to_contain_text("12")


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (
            {"pct": 99.98, "heard": 119, "of": 120, "observed_pct": 16.67, "reason": None},
            "99,98% (119/120 lần; theo dõi được 16,67% của 24 giờ qua)",
        ),
        (
            {"pct": None, "heard": 0, "of": 0, "observed_pct": 0.0, "reason": {"code": "not_watched", "message": "x"}},
            "chưa rõ: 24 giờ qua hệ thống chưa theo dõi đủ lâu",
        ),
        (
            {
                "pct": None,
                "heard": None,
                "of": None,
                "reason": {"code": "store_unavailable", "message": "Kho đi vắng."},
            },
            "chưa rõ: Kho đi vắng.",
        ),
    ],
)
def test_a_source_tells_its_availability_or_why_it_is_not_known(
    stage: Stage, show: Opener, told: dict[str, object], shown: str
) -> None:
    stage.sources = [source("Kênh Đồng Văn", "link", "ok", availability=told)]
    page = show("/sources", wait_for="[data-source]")
    page.locator("[data-source]").click()
    expect(page.locator("aside")).to_contain_text(shown)
    expect(page.locator("aside")).to_contain_text("23 ms")


def test_an_administrator_counts_a_newcomer_in_after_being_asked_once_more(stage: Stage, show: Opener) -> None:
    assert stage.me is not None
    stage.me["role"] = "admin"
    stage.sources = [source("Kênh mới", "link", "pending", status="pending")]
    page = show("/sources", wait_for="[data-source]")
    page.locator("[data-source] button").click()
    page.get_by_role("button", name="Đưa vào theo dõi…").click()
    asked = page.get_by_role("alertdialog")
    expect(asked).to_contain_text("“Kênh mới” sẽ được tính vào số liệu")
    assert [what for what, _ in stage.calls] == []
    asked.get_by_role("button", name="Đưa vào theo dõi").click()
    expect(page.get_by_role("status")).to_contain_text("Đã đưa vào theo dõi")
    expect(page.locator("[data-source]")).to_contain_text("Tốt")
    assert stage.calls == [("confirm hg.dong-van/link/kênh-mới", {})]


def test_leaving_a_source_out_can_be_thought_over(stage: Stage, show: Opener) -> None:
    assert stage.me is not None
    stage.me["role"] = "admin"
    stage.sources = [source("Kênh cũ", "link", "offline")]
    page = show("/sources", wait_for="[data-source]")
    page.locator("[data-source] button").click()
    page.get_by_role("button", name="Ngừng theo dõi…").click()
    page.get_by_role("button", name="Để nguyên").click()
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    page.get_by_role("button", name="Ngừng theo dõi…").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Ngừng theo dõi").click()
    expect(page.locator("aside .state")).to_contain_text("Đã ngừng theo dõi")
    assert stage.calls == [("retire hg.dong-van/link/kênh-cũ", {})]


def test_who_may_not_change_sources_sees_no_button(stage: Stage, show: Opener) -> None:
    stage.sources = [source("Kênh mới", "link", "pending", status="pending")]
    page = show("/sources", wait_for="[data-source]")
    page.locator("[data-source] button").click()
    expect(page.locator("aside")).to_contain_text("chờ quản trị xác nhận")
    assert page.locator("aside").get_by_role("button").count() == 1  # the one that closes


def test_a_place_where_no_endpoint_was_ever_installed_is_shown_to_who_asks_and_counted_apart(
    stage: Stage, show: Opener
) -> None:
    stage.sources = [source("Điểm cầu Lũng Cú", "vc", "ok", org="hg.dong-van.lung-cu")]
    stage.orgs = [
        {"code": "hg.dong-van", "name": "Huyện Đồng Văn", "kind": "district", "parent": "hg"},
        {"code": "hg.dong-van.lung-cu", "name": "Xã Lũng Cú", "kind": "commune", "parent": "hg.dong-van"},
        {"code": "hg.dong-van.sa-phin", "name": "Xã Sà Phìn", "kind": "commune", "parent": "hg.dong-van"},
    ]
    page = show("/sources", wait_for="[data-source]")
    expect(page.locator("[data-source]")).to_have_count(1)
    expect(page.get_by_role("button", name="Điểm cầu 1", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Mọi tình trạng 1", exact=True)).to_be_visible()
    page.get_by_role("searchbox").fill("sa phin")
    expect(page.locator("[data-source]")).to_contain_text("Xã Sà Phìn")
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="Chưa có điểm cầu 1", exact=True).click()
    expect(page.locator("[data-source]")).to_have_count(1)
    expect(page.locator("[data-source]")).to_contain_text("Xã Sà Phìn")


def test_before_the_first_source_the_page_says_how_one_comes(show: Opener) -> None:
    page = show("/sources", wait_for=".sources .empty")
    expect(page.locator(".empty")).to_contain_text("Chưa có nguồn số liệu nào")
    expect(page.locator(".empty")).to_contain_text("ioc source import")


def test_every_scene_of_the_wall_is_one_step_away_with_the_keyboard_too(show: Opener) -> None:
    page = show("/alerts", wait_for="nav")
    page.locator("nav .scenes a").nth(1).wait_for(state="attached")
    page.get_by_role("link", name="Màn hình lớn").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Một cửa")).to_be_focused()
    expect(page.get_by_role("link", name="Một cửa")).to_have_attribute("href", "/wall?scene=mot-cua")


def test_hundreds_of_sources_come_page_by_page(stage: Stage, show: Opener) -> None:
    stage.sources = [source(f"Kênh {n:03}", "link", "ok") for n in range(120)]
    page = show("/sources", wait_for="[data-source]")
    expect(page.locator("[data-source]")).to_have_count(50)
    page.get_by_role("button", name="Sau ›").click()
    expect(page.locator("[data-source]").first).to_contain_text("Kênh 050")
    expect(page.get_by_role("navigation", name="Trang của danh sách nguồn")).to_contain_text("51–100 trong 120")
    page.get_by_role("searchbox").fill("kenh 11")
    expect(page.locator("[data-source]")).to_have_count(11)


def test_past_alerts_come_page_by_page_with_who_took_them_and_how_long_they_lasted(stage: Stage, show: Opener) -> None:
    past = stage.alerts["1"] | {"state": "resolved", "acknowledged_by": "truc.ban", "owner": "truc.ban",
                                "since": "2026-11-20T08:00:00+07:00", "ended_at": "2026-11-20T08:25:00+07:00",
                                "acknowledged_at": "2026-11-20T08:05:00+07:00"}  # fmt: skip
    stage.alerts = {str(n): past | {"id": n} for n in range(60)}
    page = show("/alerts", wait_for=".empty")
    expect(page.locator(".empty")).to_contain_text("Không có cảnh báo nào đang mở")
    page.get_by_role("button", name="Đã xong").click()
    expect(page.locator("[data-alert]")).to_have_count(50)
    expect(page.locator('[data-alert="7"]')).to_contain_text("kéo dài 25 phút")
    expect(page.locator('[data-alert="7"]')).to_contain_text("truc.ban · 20/11 08:05:00")
    page.get_by_role("button", name="Sau ›").click()
    expect(page.locator("[data-alert]")).to_have_count(10)


def test_what_happened_is_told_step_by_step_and_to_whom(stage: Stage, show: Opener) -> None:
    day = "2026-11-20T08:"
    stage.alerts["4"] |= {
        "history": [
            {"at": day + "00:00+07:00", "what": "raised", "actor": "engine", "comment": None},
            {"at": day + "02:00+07:00", "what": "fired", "actor": "engine", "comment": None},
            {"at": day + "05:30+07:00", "what": "acknowledged", "actor": "truc.ban", "comment": "Đã gọi kỹ thuật"},
        ],
        "notifications": [
            {"id": 1, "receiver": "truc-ban-tinh", "channel": "telegram", "what": "firing", "state": "failed",
             "delivered_at": None, "deliveries": [{"at": day + "02:05+07:00", "ok": False, "detail": "timeout"}]},
        ],
    }  # fmt: skip
    page = show("/alerts?alert=4", wait_for="aside li")
    steps = page.locator("aside ol li")
    expect(steps).to_have_count(3)
    expect(steps.nth(1)).to_contain_text("sau 2 phút")
    expect(steps.nth(2)).to_contain_text("Đã gọi kỹ thuật")
    row = page.locator("aside tbody tr")
    expect(row).to_contain_text("truc-ban-tinh")
    expect(row).to_contain_text("không gửi được")
    expect(row).to_contain_text("timeout")


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


def test_a_list_shows_the_figures_its_kind_puts_foremost(stage: Stage, show: Opener) -> None:
    said = {"served_today": 40, "waiting": 12, "open_counters": 4, "serving": 3, "longest_wait_s": 1_860}
    stage.sources = [source("Một cửa", "queue", "ok", current=True, metrics=said)]
    page = show("/sources", wait_for="[data-source]")
    figures = page.locator("[data-source] td.figures span").all_inner_texts()
    assert figures == ["Đang chờ 12", "Quầy mở 4", "Chờ lâu nhất 31 phút"]
