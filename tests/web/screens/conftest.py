"""A browser and a stage for the built pages; both are skipped by name where they are not there, and fail in CI."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.web.screens import province
from tests.web.screens.stage import DIST, ZONE, Stage

# the shell draws the same pages without a window around each, in a third of the time
SHELL, WHOLE = Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium")
CHROMIUM = SHELL if SHELL.is_file() else WHOLE
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
MORNING = datetime(2026, 11, 20, 9, 15, tzinfo=ZONE)

KEY = re.compile(r"\b(?:ui|health|kind|metric|state|role|alert)\.[a-z_]+")

SOURCES = Path(__file__).resolve().parents[3] / "web" / "frontend" / "src"

Opener = Callable[..., Page]
Ask = Callable[..., Any]


def missing(what: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One a file, not one a run: while Playwright is at work nothing else in its process may run a loop of asyncio."""
    if not CHROMIUM.is_file():
        missing("no /usr/bin/chromium: apt-get install chromium")
    if not (DIST / "wall.html").is_file():
        missing("no web/dist: pip install .")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage(payloads=province.payloads(MORNING), widgets=province.widgets(), now=lambda: MORNING)
    stage.scenes = {"mot-cua": {"widgets": stage.widgets[:1]}}
    stage.alerts = stage.payloads["alerts"]["alerts"]
    with stage.open():
        yield stage


@pytest.fixture
def show(browser: Browser, stage: Stage) -> Iterator[Opener]:
    """Opens a page of the stage; an error nobody caught in it fails the test, and so does a key without its text."""
    errors: list[str] = []
    contexts: list[BrowserContext] = []

    def show(path: str, width: int = 1920, height: int = 1080, *, wait_for: str = "[data-state=live]") -> Page:
        context = browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(stage.url + path)
        page.wait_for_selector(wait_for)
        return page

    yield show
    unsaid = [key for context in contexts for page in context.pages for key in KEY.findall(page.inner_text("body"))]
    for context in contexts:
        context.close()
    assert errors == []
    assert unsaid == []


@pytest.fixture
def ask(browser: Browser) -> Iterator[Ask]:
    """Calls a function of a module that imports nothing."""
    page = browser.new_page()

    def ask(module: str, function: str, *arguments: object) -> Any:
        source = "data:text/javascript," + quote((SOURCES / f"{module}.js").read_text(encoding="utf-8"))
        call = "([from, name, given]) => import(from).then((module) => module[name](...given))"
        return page.evaluate(call, [source, function, list(arguments)])

    yield ask
    page.close()
