"""A past that is played again says so on every page, beside what says that it was made up."""

import pytest
from playwright.sync_api import expect

BADGE = "PHÁT LẠI · MÔ PHỎNG"


@pytest.mark.parametrize(("path", "ready"), [("/wall?scene=mot-cua", "[data-widget]"), ("/alerts", "[data-alert]")])
def test_a_replay_is_marked_once_a_page_and_the_present_never(stage, show, path: str, ready: str):
    stage.me["replay"] = True
    expect(show(path, wait_for=ready).get_by_text(BADGE)).to_have_count(1)
    stage.me["replay"] = False
    now = show(path, wait_for=ready)
    expect(now.get_by_text("MÔ PHỎNG").first).to_be_visible()
    expect(now.get_by_text("PHÁT LẠI")).to_have_count(0)
