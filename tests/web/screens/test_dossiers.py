"""Dossiers on screen: the ring and the league on the wall, and the page where every figure leads to its dossiers."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.web.screens import one_stop, province
from tests.web.screens.conftest import MORNING, Opener
from tests.web.screens.one_stop import CODE, COUNTS, NOTHING, OneStop
from tests.web.screens.stage import Stage
from tests.web.screens.test_access import violations
from tests.web.screens.test_looks import OUTSIDE, cut_off

RING = '[data-widget="dossier_split"]  [role=img]'
RANKS = '[data-widget="org_ranking"] .rank'


@pytest.fixture
def one_stop_system(stage: Stage) -> OneStop:
    return OneStop(stage).mount()


def set_scene(stage: Stage, name: str, **payloads: Any) -> None:
    stage.widgets = one_stop.scene(name)
    stage.payloads = one_stop.payloads(name, province.payloads(MORNING)) | payloads


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(("width", "height"), [(3840, 2160), (1920, 1080), (1024, 768)])
@pytest.mark.parametrize("name", ["toan-canh", "ho-so"])
def test_nothing_is_cut_off(stage: Stage, show: Opener, name: str, width: int, height: int, lang: str) -> None:
    set_scene(stage, name)
    page = show(f"/wall?lang={lang}", width, height, wait_for=RING)
    page.wait_for_selector("canvas")
    assert cut_off(page) == []
    assert page.evaluate(OUTSIDE) == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_scene_of_dossiers_is_accessible(stage: Stage, show: Opener, lang: str) -> None:
    set_scene(stage, "ho-so")
    page = show(f"/wall?lang={lang}", wait_for='[data-widget="index766"] li')
    page.wait_for_selector("canvas")
    page.wait_for_selector(RING)
    assert violations(page) == []


def test_the_ring_says_its_parts_and_what_they_are_of(stage: Stage, show: Opener) -> None:
    set_scene(stage, "ho-so")
    page = show("/wall", wait_for=RING)
    ring = page.locator('[data-widget="dossier_split"]')
    assert ring.locator(".pct").all_inner_texts() == ["82,97%", "14,05%", "2,64%", "0,34%"]
    expect(ring.locator("svg .of")).to_have_text("8.483")
    expect(ring.locator("header")).to_contain_text("97,02%")
    assert ring.locator("path.arc").count() == 4
    expect(ring).to_contain_text("MÔ PHỎNG")


def test_where_a_ring_has_no_room_beside_words_there_is_a_bar(stage: Stage, show: Opener) -> None:
    set_scene(stage, "toan-canh")
    for tile in stage.widgets:
        if tile["kind"] == "dossier_split":
            tile["place"]["w"] = 6
    page = show("/wall", 1024, 768, wait_for='[data-widget="dossier_split"] .bar')
    split = page.locator('[data-widget="dossier_split"]')
    assert split.locator(".bar i").count() == 4
    assert split.locator(".n").all_inner_texts() == ["7.038", "1.192", "224", "29"]
    assert split.locator(".parts .ellipsis").evaluate_all("all => all.every(one => one.scrollWidth <= one.clientWidth)")


def test_of_nothing_the_wall_says_no_percentage(stage: Stage, show: Opener) -> None:
    set_scene(stage, "ho-so", split=one_stop.split(NOTHING | {"open_in_term": 7}))
    page = show("/wall", wait_for=RING)
    ring = page.locator('[data-widget="dossier_split"]')
    assert ring.locator(".pct").all_inner_texts() == ["–"] * 4
    assert "0,00" not in ring.inner_text()
    assert ring.locator("path.arc").count() == 0


def test_a_system_that_delivers_by_night_says_up_to_when(stage: Stage, show: Opener) -> None:
    set_scene(stage, "ho-so", split=one_stop.split(COUNTS, as_of="2026-11-19T23:00:00+07:00"))
    page = show("/wall", wait_for='[data-widget="dossier_split"] .lags')
    expect(page.locator('[data-widget="dossier_split"] .lags')).to_contain_text("19/11 23:00:00")


def test_equals_share_a_place_in_the_league(stage: Stage, show: Opener) -> None:
    set_scene(stage, "ho-so")
    page = show("/wall", wait_for=RANKS)
    league = page.locator('[data-widget="org_ranking"]').first
    assert league.locator(".rank").all_inner_texts()[:5] == ["1", "1", "3", "3", "5"]
    expect(league.locator("li").first).to_contain_text("160/162")
    expect(league).to_contain_text("2 đơn vị có dưới 10 hồ sơ")
    assert league.locator("li .bar i").count() == league.locator("li").count()


def test_the_index_names_what_it_lacks_and_calls_itself_an_estimate(stage: Stage, show: Opener) -> None:
    set_scene(stage, "ho-so")
    page = show("/wall", 3840, 2160, wait_for='[data-widget="index766"] li')
    index = page.locator('[data-widget="index766"]')
    expect(index.locator("h2")).to_contain_text("ước tính")
    expect(index.locator(".total")).to_have_text("39,06/100")
    expect(index).to_contain_text("Tính được 54 trong 100 điểm, đạt 72,33%")
    rows = index.locator("li")
    assert [text.replace("\n", "") for text in rows.locator("b").all_inner_texts()] == [
        "–/18",
        "19,58/20",
        "1,43/12",
        "2,05/10",
        "10/22",
        "6/18",
    ]
    assert rows.locator(".uncounted").all_inner_texts() == [
        "chưa tính 18",
        "",
        "",
        "chưa tính 4",
        "chưa tính 12",
        "chưa tính 12",
    ]
    expect(index).to_contain_text("Công bố: 83,8 (2025)")
    expect(index.locator('[data-group="G0"] b')).to_contain_text("–")
    assert index.locator('[data-partial="true"]').count() == 4
    expect(index.locator(".note")).to_contain_text("12 tiêu chí: Tiêu chí 0.0 chưa có số liệu")


def test_figures_of_an_old_import_are_no_live_ones(one_stop_system: OneStop, show: Opener) -> None:
    one_stop_system.standing |= {"as_of": "2026-10-31T10:00:00+07:00", "state": "stale"}
    page = open_list(show)
    expect(page.locator('section[data-widget="dossier_split"]')).to_have_attribute("data-state", "stale")
    expect(page.locator(".bar .old")).to_have_text("số liệu 19 ngày trước")
    expect(page.locator(".worth")).to_have_text("Số liệu đủ đến 31/10/2026 10:00")
    expect(page.locator(".bar .live")).to_have_count(0)


def test_a_day_off_says_why_it_has_no_shares(one_stop_system: OneStop, show: Opener) -> None:
    one_stop_system.standing |= {"reason": "no_working_time"}
    page = open_list(show)
    expect(page.locator(".worth")).to_have_text("Chưa có giờ làm việc nên chưa tính tỷ lệ")
    expect(page.locator('[data-bucket="open_overdue"] strong')).to_have_text("–")


def test_a_ring_without_shares_says_why(stage: Stage, show: Opener) -> None:
    set_scene(stage, "ho-so", split=one_stop.split(one_stop.COUNTS, reason="no_working_time"))
    page = show("/wall", wait_for=RING)
    expect(page.locator('[data-widget="dossier_split"] header')).to_contain_text("Chưa có giờ làm việc")


def test_an_old_tile_is_not_blue(stage: Stage, show: Opener) -> None:
    set_scene(stage, "ho-so")
    page = show("/wall", wait_for=RING)
    tile = next(tile["id"] for tile in stage.widgets if tile["options"].get("figure") == "dossiers_in_time")
    old = {"state": "stale", "as_of": "2026-10-31T10:00:00+07:00", "severity": "ok", "reason": None}
    stage.delta(tile, old | {"value": 100, "unit": "%", "total": None})
    shown = page.locator('[data-figure="dossiers_in_time"]')
    expect(shown).to_have_attribute("data-state", "stale")
    expect(shown).to_have_class(re.compile(r"\bdim\b"))
    expect(shown.locator("footer")).to_contain_text("số liệu 19 ngày trước · Không có số liệu mới")
    expect(shown.locator("p")).to_have_text("100,00%")


def test_a_delta_moves_the_ring(stage: Stage, show: Opener) -> None:
    set_scene(stage, "ho-so")
    page = show("/wall", wait_for=RING)
    stage.delta("split", {"parts": {"open_overdue": one_stop.share(130, 8_584)}})
    expect(page.locator('[data-widget="dossier_split"] .pct').last).to_have_text("1,51%")


def answered(page: Page, call: str = "/dossiers?", **query: str) -> Any:
    """Waits in its block for the answer to a call that asks this."""
    said = [f"{name.rstrip('_')}={quote(value)}" for name, value in query.items()]
    return page.expect_response(lambda answer: call in answer.url and all(part in answer.url for part in said))


def open_list(show: Opener, path: str = "/dossiers", **size: int) -> Page:
    return show(path, wait_for="[data-dossier]", **size)


def test_every_figure_says_what_it_is_of_and_leads_to_its_dossiers(one_stop_system: OneStop, show: Opener) -> None:
    page = open_list(show)
    figure = page.locator('[data-bucket="resolved_late"]')
    expect(figure).to_contain_text("224")
    expect(figure).to_contain_text("2,64% của 8.483")
    with answered(page, bucket="resolved_late"):
        figure.click()
    expect(page.get_by_role("heading", name="Đã giải quyết quá hạn")).to_be_visible()
    expect(figure).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("() => location.search === '?bucket=resolved_late'")
    figure.click()
    expect(page.get_by_role("heading", name="Hồ sơ tiếp nhận trong kỳ")).to_be_visible()


def test_a_percentage_of_nothing_is_a_dash(one_stop_system: OneStop, show: Opener) -> None:
    one_stop_system.counts = dict(NOTHING)
    page = open_list(show)
    expect(page.locator('[data-bucket="resolved_early"]')).to_contain_text("–")
    assert "0,00%" not in page.inner_text("main")


def test_the_periods_are_days_of_the_place_and_stay_in_the_address(one_stop_system: OneStop, show: Opener) -> None:
    page = open_list(show)
    assert one_stop_system.last("summary") == {"by": "receiving", "from": "2026-01-01", "to": "2026-11-20"}
    page.get_by_role("button", name="Tuần", exact=True).click()
    page.wait_for_function("() => location.search === '?period=week'")
    expect(page.get_by_role("button", name="Tuần", exact=True)).to_have_attribute("aria-pressed", "true")
    page.reload()
    page.wait_for_selector("[data-dossier]")
    assert one_stop_system.last("list")["from"] == "2026-11-16"
    page.get_by_role("button", name="Tuỳ chọn").click()
    with answered(page, "/summary?", from_="2026-10-01", to="2026-11-20"):
        page.get_by_label("Từ ngày").fill("2026-10-01")
    page.wait_for_function("() => location.search.includes('from=2026-10-01')")


def test_columns_are_sorted_by_the_server(one_stop_system: OneStop, show: Opener) -> None:
    page = open_list(show, "/dossiers?bucket=open_overdue")
    assert (one_stop_system.last("list")["sort"], one_stop_system.last("list")["order"]) == ("due_at", "asc")
    heading = page.get_by_role("columnheader", name="Hạn trả")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    with answered(page, sort="due_at", order="desc"):
        heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")


def test_an_agency_is_found_down_the_tree_or_without_diacritics(one_stop_system: OneStop, show: Opener) -> None:
    page = open_list(show)
    page.get_by_role("button", name="Chọn đơn vị").click()
    panel = page.get_by_role("dialog", name="Chọn đơn vị")
    panel.get_by_role("button", name="Các đơn vị thuộc Huyện Đồng Văn").click()
    panel.get_by_role("button", name="Xã Lũng Cú").click()
    expect(panel).to_have_count(0)
    page.wait_for_function("() => location.search.includes('org=hg.dong-van.lung-cu')")
    page.get_by_role("button", name="Chọn đơn vị").click()
    page.get_by_role("searchbox", name="Tìm đơn vị…").fill("so ke hoach")
    page.get_by_role("dialog").get_by_role("button", name="Sở Kế hoạch và Đầu tư").click()
    with answered(page, "/summary?", org="hg.skhdt", by="handling"):
        page.get_by_role("button", name="Cơ quan giải quyết").click()


def test_a_dossier_is_found_by_its_code(one_stop_system: OneStop, show: Opener) -> None:
    page = open_list(show)
    page.get_by_role("searchbox", name="Tìm theo mã").fill("0007")
    expect(page.locator("[data-dossier]")).to_have_count(1)
    page.get_by_role("searchbox", name="Tìm theo mã").fill("không có")
    expect(page.get_by_text("Không có hồ sơ nào như vậy")).to_be_visible()


def test_one_dossier_shows_its_clock_its_way_and_its_days(one_stop_system: OneStop, show: Opener) -> None:
    page = show(f"/dossiers?code={CODE}", wait_for="aside svg[role=img]")
    drawer = page.locator("aside")
    spans = drawer.locator("[data-span]")
    assert [one.get_attribute("data-span") for one in spans.all()] == [
        "running",
        "paused",
        "running",
        "near",
        "overdue",
    ]
    moments = drawer.locator("figure > svg [data-moment]")
    assert [one.get_attribute("data-moment") for one in moments.all()] == ["received", "due", "apology", "now"]
    expect(drawer).to_contain_text("quá 26 giờ làm việc")
    expect(drawer.locator("dl.facts")).to_contain_text("18/11/2026 09:45")
    expect(drawer.locator("dl.facts")).to_contain_text("hẹn lại")
    expect(drawer.locator('[data-hop="hg.skhdt"]')).to_contain_text("36 giờ")
    expect(drawer.locator('[data-hop="hg.skhdt"]')).to_contain_text("đến nay")
    history = drawer.locator("section ol > li")
    expect(history.nth(1)).to_contain_text("Yêu cầu bổ sung giấy tờ")
    expect(history.nth(2)).to_contain_text("Sở Kế hoạch và Đầu tư")
    expect(history.nth(2)).to_contain_text("xanh")
    drawer.locator("summary").click()
    expect(drawer.locator("details")).to_contain_text("3 ngày được tính")
    expect(drawer.locator("details li.counted")).to_have_count(3)
    assert one_stop_system.last("deadline") == {
        "org": "hg.ttpvhcc", "start": "2026-11-12T09:00:00+07:00", "value": "3", "unit": "working_day",
    }  # fmt: skip


def test_a_finished_dossier_ends_where_it_was_finished(one_stop_system: OneStop, show: Opener) -> None:
    end = "2026-11-16T10:00:00+07:00"
    one_stop_system.full |= {"ended_at": end, "due_state": "resolved_early", "overdue_at": None, "near_at": None,
                             "working_time_left_s": None, "apology": None, "status": 9, "is_open": False}  # fmt: skip
    page = show(f"/dossiers?code={CODE}", wait_for="aside svg[role=img]")
    assert [one.get_attribute("data-span") for one in page.locator("[data-span]").all()] == [
        "running",
        "paused",
        "running",
    ]
    expect(page.locator("aside .state")).to_contain_text("Đã giải quyết trước hạn")
    expect(page.locator("aside figure li").filter(has_text="Giải quyết xong")).to_contain_text("16/11/2026 10:00")


def test_the_page_is_worked_by_keys_alone(one_stop_system: OneStop, show: Opener) -> None:
    page = open_list(show)
    page.locator(".code").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("aside h2")).to_have_text("H22.15-261112-0000")
    assert page.evaluate("() => document.activeElement.tagName") == "ASIDE"
    page.keyboard.press("Escape")
    expect(page.locator("aside")).to_have_count(0)
    page.get_by_role("button", name="Chọn đơn vị").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox", name="Tìm đơn vị…")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Chọn đơn vị")).to_be_focused()


def test_hundreds_come_page_by_page_and_as_one_file(one_stop_system: OneStop, show: Opener) -> None:
    one_stop_system.dossiers = [one_stop.brief(n, procedure_name='=1+1, "lạ"') for n in range(620)]
    page = open_list(show)
    expect(page.locator("[data-dossier]")).to_have_count(50)
    page.get_by_role("button", name="Sau ›").click()
    expect(page.locator("[data-dossier]").first).to_contain_text("H22.15-261112-0050")
    with page.expect_download() as saving:
        page.get_by_role("button", name="Tải CSV").click()
    text = saving.value.path().read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) == 621
    assert '"\'=1+1, ""lạ"""' in text


def test_the_form_on_paper_is_of_the_same_agency_and_days(one_stop_system: OneStop, show: Opener) -> None:
    page = open_list(show, "/dossiers?org=hg.dong-van&period=month")
    link = page.get_by_role("link", name="Bản in")
    expect(link).to_have_attribute(
        "href", "/api/v1/reports/form06?org=hg.dong-van&from=2026-11-01&to=2026-11-20&format=html"
    )


def test_what_the_server_refuses_is_said(one_stop_system: OneStop, show: Opener) -> None:
    page = open_list(show)
    refusal = {"error": {"code": "busy", "message": "Cơ sở dữ liệu đang bận"}}
    page.route("**/dossiers/summary*", lambda route: route.fulfill(status=503, json=refusal))
    page.get_by_role("button", name="Tháng").click()
    expect(page.get_by_role("alert")).to_contain_text("Cơ sở dữ liệu đang bận")


def test_a_change_on_the_wall_is_a_change_in_the_list(one_stop_system: OneStop, stage: Stage, show: Opener) -> None:
    page = open_list(show)
    one_stop_system.dossiers = [one_stop.brief(777)]
    stage.delta("split", {"counts": {"near_due": 97}})
    expect(page.locator('[data-dossier="H22.15-261112-0777"]')).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1024, 768)])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_page_does_not_scroll_sideways(
    one_stop_system: OneStop, show: Opener, width: int, height: int, lang: str
) -> None:
    page = show(f"/dossiers?lang={lang}&code={CODE}", width, height, wait_for="aside svg[role=img]")
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    assert (
        page.evaluate("() => { const a = document.querySelector('aside'); return a.scrollWidth - a.clientWidth }") <= 0
    )


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_page_is_accessible_with_one_open_and_a_choice_to_make(
    one_stop_system: OneStop, show: Opener, lang: str
) -> None:
    page = show(f"/dossiers?lang={lang}&code={CODE}&period=custom&from=2026-01-01&to=2026-11-20", wait_for="aside svg")
    page.locator("aside summary").click()
    page.locator(".picker > button").click()
    assert violations(page) == []


def test_a_year_in_a_sentence_has_no_mark_between_its_digits(stage: Stage, show: Opener) -> None:
    title = {"key": "alert.calendar_unconfirmed", "params": {"year": 2027}}
    stage.payloads["alerts"]["alerts"]["1"] |= {"title": title}
    page = show("/wall", wait_for='[data-alert="1"]')
    expect(page.locator('[data-alert="1"]')).to_contain_text("2027")
