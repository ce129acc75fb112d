"""The tablet in a leader's hand: one sentence, four figures, acts that arrive or say that they did not."""

import pytest
from playwright.sync_api import Page, expect

from tests.running import wait_until
from tests.web.screens import leaders
from tests.web.screens.conftest import MORNING, Opener
from tests.web.screens.stage import Stage

SIDEWAYS = "() => document.documentElement.scrollWidth - innerWidth"
CUT = """() => [...document.querySelectorAll('#app *')].filter((one) => {
  const box = one.getBoundingClientRect()
  if (!box.width || one.closest('.unseen, svg')) return false
  return box.right > innerWidth + 1 || box.left < -1 ||
    (getComputedStyle(one).overflowX !== 'visible' && !one.matches('.ellipsis') &&
      one.scrollWidth > one.clientWidth + 1)
}).map((one) => `${one.tagName}.${one.className} ${one.textContent.slice(0, 40)}`)"""
SMALL = """() => [...document.querySelectorAll('#app a, #app button, #app input')].filter((one) => {
  const box = one.getBoundingClientRect()
  return box.width && (box.height < 47.5 || box.width < 47.5)
}).map((one) => one.textContent)"""

KEPT = """async () => {
  if (!(await indexedDB.databases()).some(({ name }) => name === 'ioc')) return false
  return new Promise((resolve) => {
    const request = indexedDB.open('ioc', 1)
    request.onsuccess = () => {
      const found = request.result.transaction('tablet').objectStore('tablet').get('last')
      found.onsuccess = () => resolve(Boolean(found.result))
    }
  })
}"""


@pytest.fixture
def crisis(stage: Stage) -> Stage:
    leaders.seat(stage, MORNING, crisis=True)
    return stage


@pytest.fixture
def calm(stage: Stage) -> Stage:
    leaders.seat(stage, MORNING, crisis=False)
    return stage


def opened(show: Opener, width: int = 1024, height: int = 768, at: str = "") -> Page:
    return show(f"/tablet{at}", width, height, wait_for="[data-sentence][data-state=live]")


def test_a_calm_morning_is_one_sentence_and_four_figures(calm: Stage, show: Opener) -> None:
    page = opened(show)
    expect(page.locator("[data-sentence]")).to_have_text("Tỉnh Hà Giang ổn định.")
    figures = page.locator(".tiles .figure").all_inner_texts()
    assert [text.replace("\n", "") for text in figures] == ["204/204", "162", "0", "97,64 %"]
    expect(page.get_by_text("Không có sự cố nào đang mở").last).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (768, 1024), (390, 844)])
def test_nothing_is_cut_and_every_target_is_large_enough(crisis: Stage, show: Opener, width: int, height: int) -> None:
    page = opened(show, width, height)
    for tab in ("tong-quan", "su-co", "diem-cau", "ho-so", "mot-cua"):
        page.locator(f'nav a[href="#{tab}"]').click()
        page.wait_for_selector(f"[data-tab={tab}]")
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.evaluate(CUT) == [], tab
        assert page.evaluate(SMALL) == [], tab


def test_a_leader_gives_an_incident_to_somebody_and_reads_who_has_it(crisis: Stage, show: Opener) -> None:
    page = opened(show)
    card = page.locator('[data-incident="7"]')
    expect(card.get_by_role("link", name="Gọi nhà mạng")).to_have_attribute("href", "tel:0900000022")
    card.get_by_role("button", name="Giao").click()
    page.get_by_role("button", name="Trực ca ngày").click()
    page.get_by_label("Ghi chú").fill("Gọi nhà mạng trước")
    page.locator("dialog .main").click()
    expect(card).to_have_attribute("data-owner", "Trực ca ngày")
    assert ("assign 7", {"owner": "Trực ca ngày", "comment": "Gọi nhà mạng trước"}) in crisis.calls


def test_an_operator_takes_it_by_one_touch(crisis: Stage, show: Opener) -> None:
    crisis.me = dict(leaders.ME)
    page = opened(show, 390, 844, "#su-co")
    page.locator('[data-incident="8"]').get_by_role("button", name="Nhận xử lý").click()
    page.get_by_role("button", name="Đang xử lý").click()
    expect(page.locator('[data-incident="8"]')).to_have_attribute("data-owner", "truc.ban")


def test_an_act_that_does_not_arrive_says_so_and_is_sent_again_by_hand_only(crisis: Stage, show: Opener) -> None:
    crisis.me = dict(leaders.ME)
    page = opened(show)
    card = page.locator('[data-incident="7"]')
    page.context.set_offline(True)
    card.get_by_role("button", name="Nhận xử lý").click()
    expect(card.locator("[data-unsent]")).to_contain_text("Chưa gửi.")
    page.context.set_offline(False)
    page.wait_for_timeout(500)
    assert not [call for call in crisis.calls if call[0] == "acknowledge 7"]
    card.get_by_role("button", name="Gửi lại").click()
    expect(card).to_have_attribute("data-owner", "truc.ban")


def test_a_session_that_ended_takes_no_words_with_it(crisis: Stage, show: Opener) -> None:
    page = opened(show)
    page.locator('[data-incident="7"]').get_by_role("button", name="Giao").click()
    page.get_by_label("Người nhận việc", exact=True).last.fill("Trực ca ngày")
    page.get_by_label("Ghi chú").fill("Ưu tiên bệnh viện")
    me, crisis.me = crisis.me, None
    page.locator("dialog .main").click()
    expect(page.locator("dialog [data-unsent]")).to_contain_text("Phiên đã hết. Đăng nhập lại, ghi chú vẫn còn.")
    crisis.me = me
    page.reload()
    page.locator('[data-incident="7"]').get_by_role("button", name="Giao").click()
    expect(page.get_by_label("Ghi chú")).to_have_value("Ưu tiên bệnh viện")


def test_a_view_is_sent_to_a_big_screen(crisis: Stage, show: Opener) -> None:
    page = opened(show)
    page.get_by_role("button", name="Chiếu lên màn hình lớn").click()
    page.locator("dialog").get_by_role("button", name="Cáp quang Đồng Văn").click()
    expect(page.locator("dialog [role=status]")).to_contain_text("Phòng họp")
    assert ("show phong-hop", {"incident": 7, "minutes": 5}) in crisis.calls


def test_from_an_area_to_the_person_to_call(crisis: Stage, show: Opener) -> None:
    crisis.sources = [
        {"org": "hg", "kind": "vc", "source": "vc1", "org_name": "Tỉnh Hà Giang", "metrics": {}, "heard_at": None}
    ]
    page = opened(show, 390, 844, "#diem-cau/hg")
    page.locator(".row").first.click()
    expect(page.locator("[data-source]")).to_be_visible()
    expect(page.get_by_role("link", name="0900 000 022")).to_have_attribute("href", "tel:0900000022")


def test_without_a_server_the_last_snapshot_stands_with_its_age(crisis: Stage, show: Opener) -> None:
    page = opened(show)
    wait_until(lambda: page.evaluate(KEPT), "a snapshot kept in the browser", 15)
    page.route("**/api/v1/me", lambda route: route.abort())
    page.reload()
    expect(page.locator("[data-age]")).to_contain_text("Số liệu lúc 20/11 09:15", timeout=15_000)
    expect(page.locator("[data-sentence]")).to_contain_text("39/204")
    expect(page.locator('[data-incident="7"] a')).to_have_attribute("href", "tel:0900000022")
    assert page.locator("[data-sentence]").get_attribute("data-state") == "frozen"
