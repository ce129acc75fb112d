"""A wall without a right shows a code; the page of displays lets it in, sends things there and says how each does."""

import pytest
from playwright.sync_api import Page, expect

from tests.web.screens.access import violations
from tests.web.screens.conftest import Opener
from tests.web.screens.displays import Displays, item
from tests.web.screens.overflow import overflow
from tests.web.screens.stage import ME, Stage

SIZES = [(1366, 768), (1024, 768), (390, 844)]
PAGE = "/admin/displays"
SLOW = 20_000  # a busy machine is slow, not wrong
CARDS = "[data-display]"


@pytest.fixture
def displays(stage: Stage) -> Displays:
    assert stage.me is not None
    stage.me["role"] = "admin"
    return Displays(stage)


def card(page: Page, name: str):
    return page.locator(f"[data-display='{name}']")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_both_pages_fit_and_are_for_everybody(stage: Stage, displays: Displays, show: Opener, width, height) -> None:
    page = show(PAGE, width, height, wait_for=CARDS)
    card(page, "sanh-lon").get_by_role("button", name="Chiếu lên đây").click()
    assert (overflow(page), violations(page)) == ([], [])
    page.get_by_role("button", name="Ghép màn hình mới").click()
    assert (overflow(page), violations(page)) == ([], [])
    page.keyboard.press("Escape")
    card(page, "trung-tam-dieu-hanh").get_by_role("button", name="Cài đặt").click()
    page.get_by_label("Luân phiên một số nội dung").first.check()
    assert (overflow(page), violations(page)) == ([], [])
    stage.me = None
    pairing = show("/wall", width, height, wait_for="[data-pairing=K7XA4P]")
    assert (overflow(pairing), violations(pairing)) == ([], [])


def test_a_wall_shows_its_code_takes_a_new_one_and_comes_in(stage: Stage, displays: Displays, show: Opener) -> None:
    stage.me = None
    page = show("/wall", wait_for="[data-pairing=K7XA4P]")
    assert page.locator("input").count() == 0
    displays.next_code = "N3WCDE"
    expect(page.locator("[data-pairing=N3WCDE]")).to_be_visible(timeout=SLOW)
    stage.me = dict(ME)
    expect(page.locator("[data-state=live]")).to_have_count(len(stage.widgets), timeout=SLOW)


def test_too_many_that_ask_are_told_to_wait(stage: Stage, displays: Displays, show: Opener) -> None:
    stage.me, displays.refused = None, "too_many_attempts"
    page = show("/wall", wait_for="[data-pairing]")
    expect(page.get_by_role("status")).to_contain_text("quá nhiều màn hình")


def test_an_admin_types_the_code_in_and_names_the_display(stage: Stage, displays: Displays, show: Opener) -> None:
    page = show(PAGE, wait_for=CARDS)
    page.get_by_role("button", name="Ghép màn hình mới").click()
    page.get_by_label("Mã trên màn hình").fill("k7xa4p")
    page.get_by_label("Tên màn hình").fill("Sảnh lớn")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Tên sanh-lon đã được dùng.")
    page.get_by_label("Tên màn hình").fill("Phòng họp Đồng Văn")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Đã cấp quyền cho “Phòng họp Đồng Văn”")
    assert stage.calls[-1] == ("approve k7xa4p", {"name": "phong-hop-dong-van", "title": "Phòng họp Đồng Văn"})
    expect(card(page, "phong-hop-dong-van")).to_contain_text("chưa bật lần nào")


def test_each_card_says_how_its_display_does_the_worst_first(displays: Displays, show: Opener) -> None:
    page = show(PAGE, wait_for=CARDS)
    states = page.locator(CARDS).evaluate_all("cards => cards.map(one => one.dataset.state)")
    assert states == ["gone", "late", "never", "live"]
    expect(page.locator("[data-count='4']")).to_contain_text("1 mất liên lạc")
    expect(card(page, "sanh-lon")).to_contain_text("cũ hơn máy chủ")
    expect(card(page, "sanh-lon")).to_contain_text("3 lỗi trên trang: TypeError")
    centre = card(page, "trung-tam-dieu-hanh")
    for said in ("3840×2160", "41,5 MB", "60/giây", "lanh-dao.ubnd chiếu Một cửa đến 09:20", "Toàn cảnh"):
        expect(centre).to_contain_text(said)


def test_a_scene_or_an_incident_is_sent_there(stage: Stage, displays: Displays, show: Opener) -> None:
    page = show(PAGE, wait_for=CARDS)
    one = card(page, "sanh-lon")
    one.get_by_role("button", name="Nhận diện").click()
    one.get_by_role("button", name="Chiếu lên đây").click()
    one.get_by_label("Nội dung").select_option(label="Một cửa")
    one.get_by_label("Trong").select_option("15")
    one.get_by_role("form").get_by_role("button").click()
    expect(one.get_by_role("form")).to_have_count(0)
    one.get_by_role("button", name="Chiếu lên đây").click()
    one.get_by_label("Nội dung").select_option("incident 7")
    one.get_by_role("form").get_by_role("button").click()
    expect(one.get_by_role("form")).to_have_count(0)
    card(page, "trung-tam-dieu-hanh").get_by_role("button", name="Thôi chiếu").click()
    page.wait_for_timeout(300)
    assert [call for call in stage.calls if call[0] != "watch"] == [
        ("identify sanh-lon", {}),
        ("show sanh-lon", {"scene": "mot-cua", "minutes": 15}),
        ("show sanh-lon", {"incident": 7, "minutes": 5}),
        ("show trung-tam-dieu-hanh", {}),
    ]


def test_settings_say_what_a_size_means_before_they_are_saved(stage: Stage, displays: Displays, show: Opener) -> None:
    page = show(PAGE, wait_for=CARDS)
    card(page, "sanh-lon").get_by_role("button", name="Cài đặt").click()
    size = page.locator("[data-scale]")
    for inches, least_px in ((65, 85), (86, 64), (110, 50)):  # of a 4K picture seen from 5 m
        page.get_by_label("Đường chéo").fill(str(inches))
        page.get_by_label("Khoảng cách").fill("5")
        assert abs(float(size.get_attribute("data-scale") or 0) * 44 - least_px) < 1
    page.get_by_label("Đường chéo").fill("32")
    expect(size).to_contain_text("chỉ đọc được từ 3,1 m trở lại")
    page.get_by_label("Đường chéo").fill("65")
    expect(size).to_contain_text("Chữ nhỏ nhất cao 31,9 mm, đọc được từ 5 m")
    page.get_by_label("Giảm sáng ban đêm").uncheck()
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("status")).to_contain_text("Đã lưu")
    profile = {"diagonal_in": 65, "distance_m": 5, "night": None, "sound": True}
    said = {"title": "Sảnh lớn tầng 1", "scene": None, "scenes": [], "every_s": 30, "profile": profile}
    assert stage.calls[-1] == ("settings sanh-lon", said)


def test_a_right_is_ended_after_one_question(stage: Stage, displays: Displays, show: Opener) -> None:
    page = show(PAGE, wait_for=CARDS)
    card(page, "hoang-su-phi").get_by_role("button", name="Cài đặt").click()
    page.get_by_role("button", name="Thu hồi quyền hiển thị").click()
    page.get_by_role("button", name="Thu hồi ngay").click()
    expect(card(page, "hoang-su-phi")).to_have_count(0)
    expect(page.locator("aside")).to_have_count(0)
    assert stage.calls[-1] == ("revoke hoang-su-phi", None)


def test_a_leader_sends_and_changes_nothing_else(stage: Stage, displays: Displays, show: Opener) -> None:
    assert stage.me is not None
    stage.me["role"] = "leader"
    page = show(PAGE, wait_for=CARDS)
    expect(page.get_by_role("button", name="Cài đặt")).to_have_count(0)
    expect(page.get_by_role("button", name="Ghép màn hình mới")).to_have_count(0)
    expect(card(page, "sanh-lon").get_by_role("button", name="Nhận diện")).to_be_visible()


def test_a_display_writes_larger_says_its_name_and_reports(stage: Stage, displays: Displays, show: Opener) -> None:
    assert stage.me is not None
    stage.me |= {"role": "wall", "name": "sanh-lon"}
    displays.items.append(item("sanh-lon", "Sảnh lớn"))
    page = show("/wall")
    before = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    told = {key: displays.items[1][key] for key in ("name", "title", "org", "scene", "scenes", "every_s", "show")}
    until = stage.now().isoformat().replace("09:15", "09:16")
    profile = {"diagonal_in": 110, "distance_m": 5, "night": None, "sound": False}
    stage.socket.emit("display", told | {"profile": profile, "identify_until": until})
    expect(page.locator("[data-identify=sanh-lon]")).to_contain_text("Sảnh lớn tầng 1", timeout=SLOW)
    after = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    assert after / before == pytest.approx(50 / 44, abs=0.02)
    stage.socket.emit("display", told | {"profile": profile, "identify_until": None})
    expect(page.locator("[data-identify]")).to_have_count(0)
    page.wait_for_function("performance.getEntriesByType('resource').some(one => one.name.endsWith('/beat'))")
    name, said = next(call for call in stage.calls if call[0].startswith("beat"))
    assert name == "beat sanh-lon"
    assert (said["width"], said["height"], said["errors"]) == (1920, 1080, 0)
    assert said["nodes"] > 100
