"""A wall at a real worker: an incident that fires takes it, and who takes the incident is named on it."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.web.screens import at_work


def test_an_incident_takes_the_wall_and_says_who_has_it(browser: Browser, tmp_path: Path) -> None:
    """How fast is what benchmarks/hands_on_the_wall.py measures."""
    with at_work.serving(tmp_path) as house:
        page = at_work.wall(browser, house)
        number = at_work.fire(house)
        over = f"[data-takeover='{number}']"
        page.wait_for_selector(over, timeout=20_000)
        at_work.take(house, number)
        page.wait_for_selector(f"{over}[data-owner='operator']", timeout=20_000)
        at_work.end(house)
        page.wait_for_selector("[data-takeover]", state="detached", timeout=20_000)
        page.close()
