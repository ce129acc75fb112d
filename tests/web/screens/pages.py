"""Every page and the states it can be in: what the tests of looks and access and `scripts/shots` walk through."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page, Route

Step = Callable[[Page], None]
Before = Callable[[BrowserContext], None]

CALM, CRISIS = "calm", "crisis"
SCENES = ("toan-canh", "hop-truc-tuyen", "mot-cua", "ho-so", "ha-tang", "su-co")
API = "**/api/v1/"
QUIET_MS = 6_000


def _nothing(_context: BrowserContext) -> None:
    pass


@dataclass(frozen=True)
class Screen:
    """A page in one state: where it is, what is there once it is ready, and what a hand does then."""

    name: str
    path: str
    ready: str
    steps: tuple[Step, ...] = ()
    who: str = "admin"  # wall, leader, operator, admin; nobody: without a session
    before: Before = _nothing
    moods: tuple[str, ...] = (CALM, CRISIS)
    texts: str = ""  # a selector that is there only where the state was reached
    wide: bool = False  # not to be had on a phone
    daily: bool = False  # in every run of the tests; the others where `scripts/shots` is run

    def open(self, page: Page, base: str, lang: str) -> None:
        """Show it; a TimeoutError of Playwright where the state is not to be had."""
        path, _, part = self.path.partition("#")
        mark = "&" if "?" in path else "?"
        page.goto(f"{base}{path}{mark}lang={lang}#{part}")
        page.wait_for_selector(self.ready)
        for step in self.steps:
            step(page)
        if self.texts:
            page.wait_for_selector(self.texts)


def press(selector: str) -> Step:
    return lambda page: page.locator(selector).locator("visible=true").first.click()


def press_if_there(selector: str) -> Step:
    """What stands behind a button on a narrow page only."""
    return lambda page: page.locator(selector).first.click() if page.locator(selector).count() else None


def fill(selector: str, text: str) -> Step:
    return lambda page: page.locator(selector).first.fill(text)


def check(selector: str) -> Step:
    return lambda page: page.locator(selector).first.check()


def answering(path: str, status: int, body: str) -> Before:
    """The lists of the interface answer this instead."""

    def answer(route: Route) -> None:
        route.fulfill(status=status, body=body, content_type="application/json")

    return lambda context: context.route(f"{API}{path}", answer)


def empty(path: str) -> Before:
    return answering(path, 200, '{"items": [], "total": 0, "page": 1, "per_page": 50, "counts": {}, "watched": []}')


def refusing(path: str) -> Before:
    return answering(
        path, 403, '{"error": {"code": "forbidden", "message": "Vai trò này không xem được.", "details": null}}'
    )


def failing(path: str) -> Before:
    return answering(path, 500, '{"error": {"code": "internal", "message": "Lỗi máy chủ.", "details": null}}')


def deaf(context: BrowserContext) -> None:
    """The live socket stays open, and from the second that a test says so on nothing comes out of it."""
    context.add_init_script(
        """(() => {
          const own = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage')
          Object.defineProperty(WebSocket.prototype, 'onmessage', {
            ...own,
            set(hear) { own.set.call(this, (event) => window.deaf || hear(event)) },
          })
        })()"""
    )


def grows_deaf(page: Page) -> None:
    page.evaluate("window.deaf = true")
    page.wait_for_selector("[data-link=frozen]", timeout=QUIET_MS)


def of_scene(name: str) -> Screen:
    return Screen(f"wall-{name}", f"/wall?scene={name}", "[data-widget], .small", who="wall")


WALLS = (
    *map(of_scene, SCENES),
    Screen("wall-frozen", "/wall?scene=toan-canh", "[data-state=live]", (grows_deaf,), "wall", deaf, wide=True),
    Screen("wall-refused", "/wall?scene=toan-canh", "#app > *:not(.too-old)", who="nobody", moods=(CALM,)),
)
TABS = ("tong-quan", "su-co", "diem-cau", "mot-cua", "ho-so")
TABLETS = tuple(Screen(f"tablet-{tab}", f"/tablet#{tab}", "[data-sentence]", who="leader") for tab in TABS)
ALERT = "[data-alert] .open"
ALERTS = (
    Screen("alerts", "/alerts", ".alerts .bar"),
    Screen("alerts-filters", "/alerts", ".alerts .bar", (press("[data-filters]"),), moods=(CALM,), daily=True),
    Screen("alerts-open", "/alerts", ALERT, (press(ALERT),), moods=(CRISIS,), texts="aside dl", daily=True),
    Screen("alerts-assign", "/alerts", ALERT, (press(ALERT), press("aside [data-act=assign]")), moods=(CRISIS,)),
    Screen(
        "alerts-marked", "/alerts", ALERT, (check("[data-alert] input"),), moods=(CRISIS,), texts=".many", daily=True
    ),
    Screen("alerts-leader", "/alerts", ".alerts .bar", who="leader", moods=(CRISIS,)),
    Screen("alerts-shift", "/alerts", "[data-shift]", (press("[data-shift] .button"),), moods=(CALM,)),
    Screen("alerts-empty", "/alerts", ".empty", before=empty("alerts?*"), moods=(CALM,)),
    Screen("alerts-error", "/alerts", ".problem", before=failing("alerts?*"), moods=(CALM,)),
    Screen("alerts-forbidden", "/alerts", ".problem", before=refusing("alerts?*"), moods=(CALM,)),
    Screen("alerts-offline", "/alerts", ".alerts .live", (grows_deaf,), before=deaf, moods=(CALM,)),
)
DOSSIER = "tbody tr button, [data-dossier] button"
DOSSIERS = (
    Screen("dossiers", "/dossiers", DOSSIER, daily=True),
    Screen("dossiers-overdue", "/dossiers?bucket=open_overdue", ".table", moods=(CALM,)),
    Screen("dossiers-open", "/dossiers", DOSSIER, (press(DOSSIER),), moods=(CALM,), texts="aside dl", daily=True),
    Screen("dossiers-filters", "/dossiers", DOSSIER, (press("[data-filters]"),), moods=(CALM,), daily=True),
    Screen(
        "dossiers-org",
        "/dossiers",
        DOSSIER,
        (press_if_there("[data-filters]"), press(".picker > button")),
        moods=(CALM,),
        texts="[role=dialog] li",
    ),
    Screen("dossiers-empty", "/dossiers?q=khong-co-ma-nay", ".empty", moods=(CALM,)),
    Screen("dossiers-error", "/dossiers", ".problem", before=failing("dossiers?*"), moods=(CALM,)),
)
SOURCE = "[data-source] button"
RETIRE = ".acts .button.plain"
SOURCES = (
    Screen("sources", "/sources", SOURCE, daily=True),
    Screen("sources-open", "/sources", SOURCE, (press(SOURCE),), texts="aside dl", daily=True),
    Screen("sources-retire", "/sources", SOURCE, (press(SOURCE), press(f"aside {RETIRE}")), moods=(CALM,)),
    Screen("sources-unknown", "/sources", SOURCE, (press(".others button:nth-child(1)"),), moods=(CALM,)),
    Screen("sources-figures", "/sources", SOURCE, (press(".others button:nth-child(2)"),), moods=(CALM,), daily=True),
    Screen("sources-feeds", "/sources", SOURCE, (press(".others button:nth-child(3)"),), moods=(CALM,)),
    Screen("sources-filters", "/sources", SOURCE, (press("[data-filters]"),), moods=(CALM,)),
    Screen("sources-empty", "/sources", ".empty", before=empty("sources*"), moods=(CALM,)),
    Screen("sources-error", "/sources", ".problem", before=failing("sources*"), moods=(CALM,)),
)
PAIR = ".displays .top .button"
DISPLAY = "[data-display]"
DISPLAYS = (
    Screen("displays-show", "/admin/displays", DISPLAY, (press(f"{DISPLAY} [aria-expanded]"),), moods=(CALM,)),
    Screen("displays-settings", "/admin/displays", DISPLAY, (press(f"{DISPLAY} .button:last-child"),), moods=(CALM,)),
)
OTHERS = (
    Screen("outbox-sms", "/outbox", "[data-phone], .empty"),
    Screen("outbox-mail", "/outbox", ".choices", (press(".choices button:nth-child(2)"),)),
    Screen("menu", "/alerts", "main", (press("[data-menu]"),), moods=(CALM,), daily=True),
    Screen("pairing", "/wall", "[data-pairing]:not([data-pairing=''])", who="nobody", moods=(CALM,)),
    Screen("displays", "/admin/displays", ".empty, [data-display]", moods=(CALM,)),
    Screen("displays-pair", "/admin/displays", PAIR, (press(PAIR),), moods=(CALM,), texts="aside form"),
    Screen("login", "/login", "form", who="nobody", moods=(CALM,)),
    Screen(
        "login-refused", "/login", "form",
        (fill("#username", "truc.ban"), fill("#password", "sai"), press("form .button")), "nobody",
        moods=(CALM,), texts="[role=alert]", daily=True),
)  # fmt: skip

SCREENS = (*WALLS, *TABLETS, *ALERTS, *DOSSIERS, *SOURCES, *DISPLAYS, *OTHERS)
