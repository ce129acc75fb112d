"""The wall on a live socket: order of messages, silence, comebacks, and never a figure that pretends."""

import re

from playwright.sync_api import Page, expect

from tests.web.screens.conftest import Opener
from tests.web.screens.stage import ME, Stage

WAITING = '[data-figure="queue_waiting"] b'


def states(page: Page) -> set[str]:
    return set(page.eval_on_selector_all("[data-widget]", "all => all.map(one => one.dataset.state)"))


def test_every_widget_says_its_kind_and_state(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    expect(page.locator("[data-state=live]")).to_have_count(len(stage.widgets))
    kinds = page.eval_on_selector_all("[data-widget]", "all => all.map(one => one.dataset.widget)")
    assert sorted(kinds) == sorted(widget["kind"] for widget in stage.widgets)
    expect(page.locator("[data-alert]").first).to_be_visible()
    expect(page.locator("h1")).to_contain_text("Hà Giang")
    assert page.get_by_text("MÔ PHỎNG").count() > len(stage.widgets)


def test_a_delta_changes_only_what_it_names(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    before = page.locator('[data-figure="services_up"]').inner_text()
    stage.delta("k2", {"value": 777})
    expect(page.locator(WAITING)).to_have_text("777")
    assert page.locator('[data-figure="services_up"]').inner_text() == before


def test_a_removed_alert_leaves_and_a_new_one_comes(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    row = stage.alerts["1"] | {"id": 99, "title": "Xã Bản Díu: không lên tiếng"}
    stage.delta("alerts", {"alerts": {"1": None, "99": row}})
    expect(page.locator('[data-alert="99"]')).to_contain_text("Xã Bản Díu: không lên tiếng")
    expect(page.locator('[data-alert="1"]')).to_have_count(0)


def test_a_gap_asks_for_a_snapshot(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    stage.payloads["k2"]["value"] = 321
    stage.delta("k2", {"value": 320}, lost=True)
    stage.delta("k2", {"total": None})
    expect(page.locator(WAITING)).to_have_text("321")
    assert ("resync", {"id": "k2"}) in stage.calls


def test_deltas_that_come_before_their_snapshot_wait_for_it(stage: Stage, show: Opener) -> None:
    stage.snapshots = False
    page = show("/wall", wait_for="[data-state=unknown]")
    page.wait_for_selector("header .live")
    stage.seq["k2"] = 1
    stage.delta("k2", {"value": 150})
    stage.delta("k2", {"value": 151})
    expect(page.locator('[data-figure="queue_waiting"]')).to_have_count(0)
    stage.seq["k2"] = 0
    stage.snapshot("k2")
    expect(page.locator(WAITING)).to_have_text("151")


def test_three_seconds_of_silence_freeze_the_wall_and_a_word_thaws_it(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    expect(page.locator("header time")).to_have_text("09:15")
    stage.beating = False
    banner = page.locator("header .frozen")
    expect(banner).to_contain_text("MẤT KẾT NỐI · số liệu lúc 09:15", timeout=5_000)
    assert states(page) == {"frozen"}
    expect(page.locator(WAITING)).to_have_text("144")
    stage.beating = True
    expect(banner).to_have_count(0, timeout=3_000)
    expect(page.locator("[data-state=live]")).to_have_count(len(stage.widgets))


def test_a_meeting_is_seen_before_it_starts_and_a_confidential_one_by_its_hour_alone(
    stage: Stage, show: Opener
) -> None:
    when = {
        "starts_at": "2026-11-20T10:00:00+07:00",
        "ends_at": "2026-11-20T11:30:00+07:00",
        "org_name": "Tỉnh Hà Giang",
    }
    near = {"title": "Giao ban", "confidential": False, "running": False, "ready": 180, "of": 191} | when
    hidden = {"title": None, "confidential": True, "running": True, "ready": 0, "of": 0} | when
    stage.payloads["vc"] |= {"meetings": [near, hidden]}
    page = show("/wall")
    first = page.locator("[data-widget=vc_grid] [data-meeting=scheduled]")
    expect(first).to_contain_text("10:00–11:30")
    expect(first).to_contain_text("Giao ban")
    expect(first).to_contain_text("180/191 điểm cầu sẵn sàng")
    assert first.evaluate("one => one.scrollWidth <= one.clientWidth")
    stage.delta("vc", {"meetings": [hidden, near]})
    expect(page.locator("[data-meeting=running]")).to_have_text("10:00–11:30 Họp kín")
    assert page.evaluate("document.querySelector('[data-widget=vc_grid]').scrollWidth") <= page.evaluate(
        "document.querySelector('[data-widget=vc_grid]').clientWidth"
    )


def test_the_wall_says_that_the_engine_behind_it_stands_still(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    stage.silent = {"alerts": stage.now().isoformat()}
    sign = page.locator("header [data-silent=alerts]")
    expect(sign).to_contain_text("Bộ cảnh báo ngừng từ 09:15", timeout=5_000)
    stage.silent = {}
    expect(sign).to_have_count(0, timeout=3_000)
    expect(page.locator("header .live")).to_have_count(1)


def test_a_page_that_was_cut_comes_back_and_takes_a_new_snapshot(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    stage.payloads["k2"]["value"] = 42
    for sid in list(stage.socket.server.manager.rooms["/"][None]):
        stage.socket.server.disconnect(sid)
    expect(page.locator(WAITING)).to_have_text("42", timeout=8_000)
    assert [what for what, _ in stage.calls].count("watch") == 2


def test_unknown_is_neither_zero_nor_well(stage: Stage, show: Opener) -> None:
    stage.payloads["k2"] |= {"value": None, "severity": "unknown", "state": "unknown"}
    page = show("/wall")
    tile = page.locator('[data-figure="queue_waiting"]')
    expect(tile).to_have_attribute("data-state", "unknown")
    expect(tile.locator("b")).to_have_text("–")
    expect(tile).to_contain_text("Chưa rõ")


def test_a_trend_that_lacks_somebody_says_how_many_were_heard(stage: Stage, show: Opener) -> None:
    points = stage.payloads["trend"]["points"]
    incomplete = [[at, 10, 1, 2] for at, _ in points[-3:]]
    told = {"points": [*points[:-3], *([at, None] for at, *_ in incomplete)], "incomplete": incomplete}
    stage.payloads["trend"] |= told | {"reporting": {"heard": 1, "expected": 2}}
    page = show("/wall")
    trend = page.locator('[data-widget="trend"]')
    expect(trend).to_contain_text("1/2 nơi báo số liệu")
    expect(trend.locator("canvas")).to_be_visible()


def test_one_widget_with_a_senseless_payload_leaves_the_others_alone(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    stage.delta("vc", {"areas": {"hg": "nonsense", "hg.bac-me": {"sites": 7}}})
    expect(page.get_by_text("Ô này gặp lỗi")).to_be_visible()
    expect(page.locator('[data-widget="vc_grid"]')).to_have_attribute("data-state", "unknown")
    stage.delta("k2", {"value": 9})
    expect(page.locator(WAITING)).to_have_text("9")


def test_a_stale_widget_says_how_old_its_figures_are(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    stage.delta("services", {"state": "stale", "as_of": "2026-11-20T09:00:00+07:00"})
    widget = page.locator('[data-widget="service_status"]')
    expect(widget).to_have_attribute("data-state", "stale")
    expect(widget).to_contain_text("số liệu 15 phút trước")


def test_a_stale_figure_says_how_old_it_is(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    stage.delta("k2", {"state": "stale", "as_of": "2026-11-20T09:00:00+07:00"})
    expect(page.locator('[data-figure="queue_waiting"]')).to_contain_text("số liệu 15 phút trước")


def test_a_percentage_stands_with_its_two_decimals_and_what_it_is_of(stage: Stage, show: Opener) -> None:
    of = {"key": "ui.kpi.of_must_resolve", "params": {"n": 2437, "owed": 2496}}
    stage.payloads["k2"] |= {"figure": "dossiers_in_time", "value": 97.6, "unit": "%", "total": None, "reason": of}
    page = show("/wall")
    tile = page.locator('[data-figure="dossiers_in_time"]')
    expect(tile.locator("p")).to_have_text("97,60%")
    expect(tile).to_contain_text("2.437/2.496 hồ sơ")


def test_a_figure_nobody_reports_says_that_nobody_does(stage: Stage, show: Opener) -> None:
    nobody = {"heard": 0, "expected": 0}
    stage.payloads["k2"] |= {"value": None, "severity": "unknown", "state": "unknown", "reporting": nobody}
    page = show("/wall")
    expect(page.locator('[data-figure="queue_waiting"]')).to_contain_text("Chưa có nguồn số liệu")


def test_what_is_over_unseen_stands_last_and_looks_over(stage: Stage, show: Opener) -> None:
    for row in stage.alerts.values():
        row["acknowledged_by"] = None
    over = {"id": 99, "state": "resolved_unseen", "severity": "critical", "since": "2026-11-20T09:14:00+07:00",
            "org_name": "Bộ phận Tiếp nhận và Trả kết quả huyện Bắc Mê", "source_name": None}  # fmt: skip
    stage.payloads["alerts"]["alerts"] = {"1": stage.alerts["1"], "99": stage.alerts["1"] | over}
    page = show("/wall", wait_for="[data-alert='99']")
    last = page.locator("[data-widget=alert_feed] [data-alert]").last
    expect(last).to_have_attribute("data-alert", "99")
    expect(last).to_contain_text("Bộ phận Một cửa huyện Bắc Mê")
    expect(last).to_contain_text("Đã khắc phục, chưa xem")
    expect(last).not_to_have_class(re.compile(r"\bbad\b"))


def test_few_alerts_are_told_to_the_end_of_their_line(stage: Stage, show: Opener) -> None:
    long = "Lịch nghỉ Tết năm 2027 chưa được xác nhận: hạn trả tính qua những ngày đó chỉ là dự kiến"
    alert = stage.alerts["1"] | {"title": long, "text": long}
    stage.payloads["alerts"] |= {"alerts": {"1": alert}, "counts": {"critical": 1, "warning": 0, "info": 0}}
    page = show("/wall", wait_for="article .whole")
    assert page.eval_on_selector("article .whole", "one => one.scrollHeight <= one.clientHeight + 2")


def test_a_wall_without_a_right_says_so_and_recovers_when_it_gets_one(stage: Stage, show: Opener) -> None:
    stage.me = None
    page = show("/wall", wait_for="[data-notice=refused]")
    expect(page.get_by_text("chưa được cấp quyền")).to_be_visible()
    assert page.locator("input").count() == 0
    stage.me = dict(ME)
    expect(page.locator("[data-state=live]")).to_have_count(len(stage.widgets), timeout=15_000)


def test_a_wall_that_loses_its_right_shows_nothing_any_more(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    stage.me = None
    for sid in list(stage.socket.server.manager.rooms["/"][None]):
        stage.socket.server.disconnect(sid)
    expect(page.locator("[data-notice=refused]")).to_be_visible(timeout=15_000)
    expect(page.locator("[data-widget]")).to_have_count(0)


def test_an_unknown_scene_is_named(show: Opener) -> None:
    page = show("/wall?scene=khong-co", wait_for="[data-notice=no_scene]")
    expect(page.get_by_text("khong-co")).to_be_visible()


def test_a_new_build_reloads_the_page_once_and_not_at_once(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    page.evaluate("() => { Math.random = () => 0.02; window.mark = 1 }")
    stage.build = "build-2"
    page.wait_for_function("() => window.mark === undefined", timeout=8_000)
    page.wait_for_selector("[data-state=live]")
    page.evaluate("() => { Math.random = () => 0; window.mark = 2 }")
    stage.build = "build-3"
    page.wait_for_timeout(2_500)
    assert page.evaluate("() => window.mark") == 2


def test_english_is_one_parameter_away(show: Opener) -> None:
    page = show("/wall?lang=en")
    expect(page.locator("h1")).to_contain_text("Overview")
    assert page.evaluate("() => document.documentElement.lang") == "en"


def test_a_device_that_nobody_confirmed_takes_no_row_and_one_never_heard_says_so(stage: Stage, show: Opener) -> None:
    centre = next(iter(stage.payloads["queue"]["centres"].values()))
    service = next(iter(stage.payloads["services"]["services"].values()))
    site = stage.payloads["vc"]["areas"]["hg"]["sites"]
    lost = {"health": "offline", "cause": "never_heard"}
    stage.payloads["queue"]["centres"] = {
        "hg/new": centre | {"name": "Máy lấy số lạ", "health": "pending", "cause": None},
        "hg/awaited": centre | {"name": "Một cửa mong đợi"} | lost,
        "hg/known": centre | {"name": "Một cửa quen", "health": "ok", "cause": None},
    }
    stage.payloads["queue"]["worst"] = ["hg/awaited", "hg/known"]
    stage.payloads["services"]["services"] = {
        "hg/new": service | {"name": "Hệ thống lạ", "health": "pending", "cause": None},
        "hg/awaited": service | {"name": "Hệ thống mong đợi"} | lost,
    }
    stage.payloads["vc"]["areas"] = {"hg": stage.payloads["vc"]["areas"]["hg"]}
    site["hg/new"] = next(iter(site.values())) | {"name": "Điểm cầu lạ", "health": "pending"}
    page = show("/wall")
    expect(page.locator("[data-widget=queue_board]")).to_contain_text("Mong đợi")
    expect(page.locator("[data-widget=queue_board]")).to_contain_text("Chưa từng có tín hiệu")
    expect(page.locator("[data-widget=service_status]")).to_contain_text("Chưa từng có tín hiệu")
    assert page.get_by_text("lấy số lạ").count() == 0
    assert page.get_by_text("ống lạ").count() == 0
    assert page.locator("[data-widget=vc_grid] [title*='Điểm cầu lạ']").count() == 0
