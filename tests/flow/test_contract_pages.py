"""Contract, pages: the printed link of a real demo in a real browser, and an operator's pages."""

import os
import signal
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.flow.conftest import House, command
from tests.ops.running import Running, pids
from tests.servers import free_port, program
from tests.web.screens.conftest import CHROMIUM

STATES = {"live", "stale", "frozen", "unknown"}
LINES = 7  # under `ready`: wall, login, alerts, sources and three passwords


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM) if CHROMIUM.is_file() else program("chromium"), args=arguments
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("demo") / "data"
    ports = ("--http-port", str(free_port()), "--mqtt-port", str(free_port()))
    running = Running("demo", "--province", "ha-giang", "--no-incident", "--data-dir", str(data), "--seed", "7", *ports)
    try:
        running.base = running.ready()
        running.links = dict(line.split(None, 1) for line in (running.line() for _ in range(LINES)))
        running.data = data
        yield running
    finally:
        running.stop()
        running.kill()


def states(page: Page) -> dict[str, set[str]]:
    """`data-state` by `data-widget`."""
    found: dict[str, set[str]] = {}
    for widget in page.locator("[data-widget]").all():
        kind, state = widget.get_attribute("data-widget"), widget.get_attribute("data-state")
        assert kind
        assert state in STATES
        found.setdefault(kind, set()).add(state)
    return found


def test_the_printed_link_opens_the_wall_without_a_login(demo: Running, page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(demo.links["wall"].strip())
    page.wait_for_selector('[data-widget="vc_grid"][data-state="live"]')
    assert "token" not in page.url
    assert page.locator("input[type=password]").count() == 0
    cookie = {one["name"]: one["value"] for one in page.context.cookies()}
    bearer = httpx2.get(f"{demo.base}/api/v1/scenes/toan-canh", cookies=cookie, timeout=10)
    wanted = {widget["kind"] for widget in bearer.json()["widgets"]}
    shown = states(page)
    assert set(shown) == wanted
    assert not any("frozen" in found for found in shown.values())
    expect(page.get_by_text("MÔ PHỎNG").first).to_be_visible()
    expect(page.get_by_text("PHÁT LẠI").first).to_be_visible()  # a province that is no more has no other day
    expect(page.get_by_text("chưa có điểm cầu", exact=False).first).to_be_visible()
    assert errors == []


def test_a_wall_that_hears_nothing_says_so_and_comes_back(demo: Running, page: Page) -> None:
    page.goto(demo.links["wall"].strip())
    page.wait_for_selector('[data-widget="vc_grid"][data-state="live"]')
    (web,) = pids(demo.data, "web")
    os.kill(web, signal.SIGSTOP)
    try:
        page.wait_for_selector('[data-widget="vc_grid"][data-state="frozen"]', timeout=8_000)
        assert {state for found in states(page).values() for state in found} == {"frozen"}
    finally:
        os.kill(web, signal.SIGCONT)
    page.wait_for_selector('[data-widget="vc_grid"][data-state="live"]')


def test_a_wall_without_a_right_shows_no_login_form(demo: Running, page: Page) -> None:
    page.goto(f"{demo.base}/wall")
    expect(page.get_by_text("quyền", exact=False).first).to_be_visible()
    assert page.locator("input[type=password]").count() == 0


def test_the_root_sends_everybody_home(demo: Running) -> None:
    answer = httpx2.get(f"{demo.base}/", timeout=10)
    assert (answer.status_code, answer.headers["location"]) == (302, "/login")
    wall = httpx2.get(demo.links["wall"].strip(), timeout=10)
    cookie = {"ioc_session": wall.cookies["ioc_session"]}
    assert httpx2.get(f"{demo.base}/", cookies=cookie, timeout=10).headers["location"].startswith("/wall")


def test_an_operator_logs_in_takes_an_alert_and_sees_the_sources(house: House, page: Page) -> None:
    account = ("user", "add", "hoa", "--role", "operator", "--config", str(house.config))
    command(*account, IOC_PASSWORD="mot-mat-khau-dai")
    house.publish("hg.dong-van/queue/levels/state", {"waiting": 1, "longest_wait_s": 5_000})
    page.goto(f"{house.url}/login")
    page.locator("input:not([type=password])").first.fill("hoa")
    page.locator("input[type=password]").fill("mot-mat-khau-dai")
    page.keyboard.press("Enter")
    page.wait_for_url("**/alerts*")
    page.wait_for_selector("[data-alert]")
    shown = {row.get_attribute("data-alert") for row in page.locator("[data-alert]").all()}
    open_ = house.get("/alerts", state="firing,acknowledged,resolved_unseen")["items"]
    assert {str(alert["id"]) for alert in open_ if alert["state"] == "firing"} <= shown
    assert page.locator('a[href^="/admin"]').count() == 0, "the menu holds what the role may open"
    page.goto(f"{house.url}/sources")
    expect(page.get_by_text("Kiosk một cửa").first).to_be_visible()
    house.publish("hg.dong-van/queue/levels/state", {"longest_wait_s": 1})


def test_a_page_of_later_is_not_there(house: House) -> None:
    assert httpx2.get(house.url + "/admin", timeout=10).status_code == 404


def test_assets_are_ours_alone(demo: Running) -> None:
    """Nothing on the pages comes from elsewhere."""
    for name in ("wall", "alerts", "sources", "tablet", "login"):
        answer = httpx2.get(f"{demo.base}/{name}", timeout=10)
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "http://" not in answer.text.replace("http://www.w3.org", "")
        assert "https://" not in answer.text
