"""One count: every figure on every screen is what the list behind it comes to, in calm, in crisis, with one silent."""

import sys
from collections.abc import Callable

import pytest

from alerts.rules.threshold import figures
from tests.web.conftest import Province
from tests.web.crisis import UNSEEN, calm, crisis, one_stale
from tests.web.walking import Walk
from web.scenes import SCENES

LEAST = 300  # a walk that finds fewer figures has lost its way


@pytest.mark.parametrize("situation", [calm, crisis, one_stale], ids=lambda situation: situation.__name__)
def test_every_count_is_what_its_list_comes_to(province: Province, situation: Callable[[Province], None]) -> None:
    situation(province)
    seen = list(Walk(province).seen())
    wrong = [f"{one.where}: {one.shown} here, {one.elsewhere} there" for one in seen if one.shown != one.elsewhere]
    sys.stdout.write(f"{situation.__name__}: {len(seen)} figures, {len(wrong)} disagreements\n")
    assert wrong == []
    assert len(seen) > LEAST


def test_the_walk_meets_trouble_of_every_sort(province: Province) -> None:
    """What it compares in a crisis is not nought beside nought."""
    crisis(province)
    walk = Walk(province)
    healths = {one["health"] for one in walk.get("sources")["items"]}
    assert healths == {"ok", "warning", "critical", "offline", "stale", "unknown", "closed", "pending"}
    assert walk.total("alerts", state="resolved_unseen") == UNSEEN + 1
    assert walk.total("alerts", state="firing") == 3
    assert walk.total("dossiers", bucket="open_overdue") == 3
    assert walk.total("sources", derived="true") == walk.total("sources") + 3


def test_what_says_nothing_now_shows_nothing_as_if_it_were_now(province: Province) -> None:
    crisis(province)
    walk = Walk(province)
    for one in walk.get("sources")["items"]:
        if one["health"] in ("offline", "stale"):
            assert one["current"] is False
            assert one["ages_s"].keys() == one["metrics"].keys() | one["texts"].keys()
            assert set(one["ages_s"].values()) == {3600}


def test_waiting_for_53_7_minutes_is_53_on_every_screen_and_in_every_message(province: Province) -> None:
    crisis(province)
    kpi = next(
        tile for scene in SCENES.values() for tile in scene.widgets if tile.options.get("figure") == "queue_waiting"
    )
    assert Walk(province).payload(kpi)["reason"]["params"] == {"minutes": 53}
    assert figures("s", 3222.0, 1800.0)["value"] == 53
