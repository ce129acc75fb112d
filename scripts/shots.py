"""Pictures of every page and state, calm and in a crisis, at every size and in both languages, and what is cut off."""

import argparse
import fnmatch
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as Unreached

from scripts.crisis import Story, planned
from scripts.own_demo import Demo, log_in, running
from tests.web.screens.access import violations
from tests.web.screens.conftest import ARGUMENTS, CHROMIUM
from tests.web.screens.overflow import overflow
from tests.web.screens.pages import CALM, CRISIS, SCREENS, Screen

SIZES = ("3840x2160", "1920x1080", "1366x768", "1024x768", "768x1024", "390x844")
TOUCHED, PHONE = set(SIZES[3:]), SIZES[5]
LANGS = ("vi", "en")
ACCOUNTS = {"operator": "truc-ban", "leader": "lanh-dao", "admin": "admin"}
WARM_UP_S, HOLD_S, FIRES_S, STEADY_S = 75.0, 130.0, 400.0, 15.0  # an endpoint is missed after two minutes
SETTLE_MS, PATIENCE_MS = 700, 12_000
Found = dict[str, list[str]]


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # its demo ends with it
    arguments = _arguments()
    screens = [screen for screen in SCREENS if _wanted(screen.name, arguments.only)]
    if not screens:
        raise SystemExit(f"--only {arguments.only}: one of {', '.join(screen.name for screen in SCREENS)}")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    more = arguments.demo.split()
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), [*more, "--no-simulator"]) as demo,
        closing(Story(demo, more)) as story,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        shoot = Shoot(browser, demo, arguments, screens)
        time.sleep(WARM_UP_S)  # kiosks, calls and dossiers have to come in first
        if CALM in arguments.mood:
            shoot.all_of(CALM)
        if CRISIS in arguments.mood:
            bring_crisis(shoot, story)
            shoot.all_of(CRISIS)
        browser.close()
    return shoot.report()


@dataclass
class Shoot:
    """One walk over the screens: a context for each account, kind of pointer and language."""

    browser: Browser
    demo: Demo
    asked: argparse.Namespace
    screens: list[Screen]
    found: Found = field(default_factory=dict)
    sessions: dict[str, Any] = field(default_factory=dict)
    done: int = 0

    def all_of(self, mood: str) -> None:
        for screen in (one for one in self.screens if mood in one.moods):
            for lang in self.asked.lang:
                for sizes, touched in ((set(SIZES) - TOUCHED, False), (TOUCHED - {PHONE}, True), ({PHONE}, True)):
                    if sizes := [size for size in self.asked.size if size in sizes - _beyond(screen)]:
                        self._screen(screen, mood, lang, sizes, touched=touched)

    def _screen(self, screen: Screen, mood: str, lang: str, sizes: list[str], *, touched: bool) -> None:
        first = _viewport(sizes[-1])
        with self._context(screen.who, viewport=first, has_touch=touched) as context:
            screen.before(context)
            page = context.new_page()
            try:
                screen.open(page, self.demo.base, lang)
            except Unreached as why:
                self._note(f"{mood}_{screen.name}_{sizes[-1]}_{lang}", [f"not reached: {str(why).splitlines()[0]}"])
                self._picture(page, f"{mood}_{screen.name}_{sizes[-1]}_{lang}")
                return
            for size in reversed(sizes):
                page.set_viewport_size(_viewport(size))
                page.wait_for_timeout(SETTLE_MS)
                name = f"{mood}_{screen.name}_{size}_{lang}"
                self._note(name, [*overflow(page), *(violations(page) if self.asked.axe else [])])
                self._picture(page, name)

    @contextmanager
    def _context(self, who: str, **more: Any) -> Iterator[BrowserContext]:
        context = self.browser.new_context(storage_state=self._session(who), locale="vi-VN", **more)
        context.set_default_timeout(PATIENCE_MS)
        try:
            yield context
        finally:
            context.close()

    def _session(self, who: str) -> Any:
        """The cookies of an account; it logs in once."""
        if who not in self.sessions:
            context = self.browser.new_context()
            page = context.new_page()
            if who == "wall":
                page.goto(self.demo.link("wall"))
            elif who in ACCOUNTS:
                log_in(page, self.demo, ACCOUNTS[who])
            self.sessions[who] = context.storage_state()
            context.close()
        return self.sessions[who]

    def get(self, path: str) -> Any:
        with self._context("admin") as context:
            answer = context.request.get(f"{self.demo.base}/api/v1{path}")
            if not answer.ok:
                raise SystemExit(f"GET {path}: {answer.status} {answer.text()}")
            return answer.json()

    def whole(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        while len(items) < (answer := self.get(f"{path}?per_page=200&page={len(items) // 200 + 1}"))["total"]:
            items += answer["items"]
        return items

    def _picture(self, page: Page, name: str) -> None:
        page.screenshot(path=self.asked.folder / f"{name}.png")

    def _note(self, name: str, found: list[str]) -> None:
        self.done += 1
        if found:
            self.found[name] = found
        sys.stdout.write(
            f"{self.done:4} {name}: {len(found) or 'well'}\n" + "".join(f"       {one}\n" for one in found)
        )
        sys.stdout.flush()

    def report(self) -> int:
        lines = [f"{name}: {one}" for name, found in self.found.items() for one in found]
        (self.asked.folder / "report.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        sys.stdout.write(f"{self.done} pictures, {len(self.found)} of them with something to mend, see report.txt\n")
        return 1 if lines else 0


def bring_crisis(shoot: Shoot, story: Story) -> None:
    """Until its alerts have fired and no more come."""
    crisis = planned(shoot.whole("/sources"))
    sys.stdout.write(f"crisis: {crisis}\n")
    story.turn(crisis)
    began = steady = time.monotonic()
    fired = 0
    while time.monotonic() - max(steady, began + HOLD_S) < STEADY_S or fired < len(crisis.says):
        if time.monotonic() - began > FIRES_S:
            raise SystemExit(f"only {fired} alerts within {FIRES_S:.0f} s of the crisis")
        time.sleep(3)
        if (now := shoot.get("/alerts?state=firing,acknowledged,suppressed&per_page=1")["total"]) > fired:
            fired, steady = now, time.monotonic()
    sys.stdout.write(f"crisis: {fired} alerts after {time.monotonic() - began:.0f} s\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/shots", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures and report.txt go")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="a page or state, as wall, alerts-open or 'dossiers-*'"
    )
    parser.add_argument("--size", action="append", choices=SIZES)
    parser.add_argument("--lang", action="append", choices=LANGS)
    parser.add_argument("--mood", action="append", choices=(CALM, CRISIS))
    parser.add_argument("--axe", action="store_true", help="the rules of access on every picture too")
    parser.add_argument(
        "--demo",
        default="",
        metavar="OPTIONS",
        help="more for ioc demo, as '--province ha-giang --at 2021-11-22T09:05'",
    )
    arguments = parser.parse_args()
    arguments.size, arguments.lang = arguments.size or list(SIZES), arguments.lang or list(LANGS)
    arguments.mood = arguments.mood or [CALM, CRISIS]
    return arguments


def _wanted(name: str, only: list[str] | None) -> bool:
    """A name, a pattern, or the beginning of names up to a dash."""
    return not only or any(fnmatch.fnmatch(name, one) or name.startswith(f"{one}-") for one in only)


def _beyond(screen: Screen) -> set[str]:
    """The sizes in which there is no such state."""
    return {PHONE} if screen.wide else set()


def _viewport(size: str) -> Any:
    width, _, height = size.partition("x")
    return {"width": int(width), "height": int(height)}


if __name__ == "__main__":
    sys.exit(main())
