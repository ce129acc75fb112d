"""Every figure is as old as the oldest of what went into it and says so; of whom nobody reports there is none."""

from typing import Any

import pytest
import sqlalchemy as sa

from ioc.core.model import SourceKey
from ioc.domain.dossiers.counting import watermarks
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.inventory import Source
from ioc.domain.inventory.sources import ROLL_UP
from ioc.live.dossier_sources import is_behind
from ioc.platform.db.tables import role_beat
from ioc.platform.db.tables import source as source_table
from tests.web.conftest import KIOSKS, NORTH, SATURDAY, SOUTH, Province, add_source, tell_dossier
from tests.web.counting import get
from tests.web.test_widgets import payload
from tests.web.test_widgets_dossiers import read_payload

HOUR, DAY = 3_600_000, 86_400_000
MONDAY_30 = SATURDAY + 9 * DAY
pytestmark = pytest.mark.slow
TENTH = SATURDAY - 11 * DAY
AS_OF = "2026-11-10T10:00:00+07:00"
BY_HAND = SourceKey("hg", "dossier", "mot-cua")


def imported(province: Province, as_of: int = TENTH) -> None:
    """One dossier that ended in time and one that is open, known up to `as_of` by a complete import."""
    came = {"received_at": as_of - DAY, "due_at": as_of + DAY}
    tell_dossier(province, "done", **came, status=9, finished_at=as_of - HOUR)
    tell_dossier(province, "open", **came)
    source_id = province.site.world.inventory.sources[BY_HAND].id
    with province.db.write() as conn:
        watermarks.note_import(province.db, conn, source_id, as_of, as_of, 2)
    province.reload()


@pytest.fixture
def late(province: Province) -> Province:
    """Imported as of 10 November, looked at on the 30th."""
    imported(province)
    province.clock.set(MONDAY_30)
    province.reload()
    return province


@pytest.mark.parametrize(
    "path",
    [
        "/dossiers/summary", "/dossiers/summary?org=hg.dong-van", "/indicators/pct.in_time", "/reports/form06",
        "/index766", "/index766/ranking", "/dossiers/reconciliation",
    ],
)  # fmt: skip
def test_every_answer_made_of_an_old_import_is_as_old(late: Province, path: str) -> None:
    answer = get(late, path)
    assert (answer["as_of"], answer["state"]) == (AS_OF, "stale")


def test_what_else_speaks_of_the_source_agrees(late: Province) -> None:
    (feed,) = get(late, "/feeds?kind=dossier")["items"]
    (listed,) = get(late, "/sources?kind=dossier")["items"]
    assert (feed["as_of"], feed["age_s"]) == (AS_OF, 20 * 86_400)
    assert (listed["as_of"], listed["age_s"]) == (AS_OF, 20 * 86_400)


@pytest.mark.parametrize(
    ("widget", "options"),
    [
        ("kpi", {"figure": "dossiers_in_time"}), ("kpi", {"figure": "dossiers_overdue"}), ("dossier_split", {}),
        ("org_ranking", {"least": 1}), ("org_ranking", {"least": 1, "by": "handling"}), ("index766", {}),
    ],
)  # fmt: skip
def test_no_tile_of_an_old_import_is_live(late: Province, widget: str, options: dict[str, Any]) -> None:
    shown = read_payload(late, widget, **options) if widget == "index766" else payload(late, widget, **options)
    assert (shown["state"], shown["as_of"]) == ("stale", AS_OF)


def test_the_tile_of_what_is_overdue_knows_what_the_one_beside_it_knows(late: Province) -> None:
    """Nothing becomes overdue for an instant nobody has spoken of: 0 of 1, which is not the same as nothing known."""
    in_time, overdue = (payload(late, "kpi", figure=f"dossiers_{name}") for name in ("in_time", "overdue"))
    assert (in_time["value"], overdue["value"], overdue["total"]) == (100.0, 0, 1)
    assert in_time["reporting"] == overdue["reporting"] == {"heard": 0, "expected": 1}


def test_the_trend_of_our_own_counts_is_as_old_as_they_are(late: Province) -> None:
    roll_up = SourceKey("hg", *ROLL_UP)
    add_source(late, roll_up)
    late.say(roll_up, open_overdue=0)
    late.reload()
    shown = payload(late, "trend", kind="feed", source="ho-so", metric="open_overdue")
    assert (shown["state"], shown["as_of"]) == ("stale", AS_OF)
    (listed,) = get(late, "/sources?kind=feed&derived=true")["items"]
    assert listed["as_of"] == AS_OF


def test_a_period_that_was_over_before_is_complete(late: Province) -> None:
    answer = get(late, "/dossiers/summary?from=2026-11-01&to=2026-11-05")
    assert (answer["as_of"], answer["state"]) == ("2026-11-06T00:00:00+07:00", "live")


def test_the_oldest_of_several_systems_counts(late: Province) -> None:
    other = SourceKey("hg.dong-van", "dossier", "live")
    add_source(late, other)
    late.say(other, delivered=True)
    late.reload()
    assert get(late, "/dossiers/summary")["as_of"] == AS_OF
    assert get(late, "/dossiers/summary?org=hg.dong-van")["as_of"] == AS_OF, "the one above tells of it too"


def test_of_a_unit_nobody_reports_nothing_is_known_and_that_is_not_0(province: Province) -> None:
    own = SourceKey(NORTH, "dossier", "mot-cua-huyen")
    add_source(province, own)
    province.say(own, delivered=True)
    province.reload()
    told_of, silent = (get(province, f"/dossiers/summary?org={org}") for org in (NORTH, SOUTH))
    assert (told_of["received"], told_of["state"]) == (0, "live")
    assert {silent[bucket] for bucket in Bucket} == {None}
    assert (silent["as_of"], silent["state"], silent["reason"]) == (None, "unknown", "not_reported")
    nothing = {"value": None, "numerator": None, "denominator": None, "reason": "not_reported"}
    assert silent["pct"]["in_time"] == nothing
    one = get(province, f"/indicators/received?org={SOUTH}")
    assert (one["value"], one["numerator"], one["reason"]) == (None, None, "not_reported")
    rows = {row["org"]: row for row in get(province, "/reports/form06")["rows"]}
    assert (rows[NORTH]["received_total"], rows[SOUTH]["received_total"]) == (0, None)
    index = get(province, f"/index766?org={SOUTH}")
    assert {one["missing"] for group in index["groups"] for one in group["criteria"]} == {"input"}
    split = payload(province, "dossier_split", org=SOUTH)
    assert (split["state"], split["must_resolve"], split["counts"]["open_in_term"]) == ("unknown", None, None)


def test_a_source_that_was_only_entered_has_said_nothing(province: Province) -> None:
    add_source(province, BY_HAND)
    province.reload()
    assert get(province, "/dossiers/summary")["received"] is None
    assert payload(province, "kpi", figure="dossiers_overdue")["value"] is None


def test_who_told_of_a_dossier_elsewhere_stands_behind_it(province: Province) -> None:
    """A system of the north that takes in dossiers for the south: the south is as old as its word."""
    tell_dossier(province, "one", receiving_org=SOUTH)
    with province.db.write() as conn:
        conn.execute(sa.update(source_table).where(source_table.c.kind == "dossier").values(org=NORTH))
    province.site.world.inventory.rev = -1
    province.reload()
    assert get(province, f"/dossiers/summary?org={SOUTH}")["received"] == 1


def test_a_sum_is_as_old_as_its_oldest_part_that_speaks(province: Province) -> None:
    for key, later in ((KIOSKS[NORTH], 85), (KIOSKS[SOUTH], 5)):
        province.say(key, waiting=3)
        province.clock.advance(later)
    for widget, options in (("queue_board", {}), ("kpi", {"figure": "queue_waiting"}), ("trend", {})):
        assert payload(province, widget, **options)["as_of"] == "2026-11-21T10:00:00+07:00", widget
    province.clock.advance(60)
    assert payload(province, "queue_board")["totals"]["waiting"] == 3, "the north is silent now"
    assert payload(province, "queue_board")["as_of"] == "2026-11-21T10:01:25+07:00"


def test_alerts_are_as_of_when_their_engine_was_last_seen(province: Province) -> None:
    with province.db.write() as conn:
        conn.execute(role_beat.insert().values(role="alerts", at=SATURDAY - HOUR, ok=True, detail={}))
    province.reload()
    shown = payload(province, "alert_feed")
    assert (shown["state"], shown["as_of"]) == ("stale", "2026-11-21T09:00:00+07:00")


FRIDAY_CLOSING, MONDAY_NOON = SATURDAY - 17 * HOUR, SATURDAY + 50 * HOUR


@pytest.mark.parametrize(
    ("contract", "until", "now", "late"),
    [
        ({}, SATURDAY - 23 * HOUR, SATURDAY, False),  # promised nothing: its word is good for a day
        ({}, SATURDAY - 25 * HOUR, SATURDAY, True),
        ({"cadence": "wd", "cut_off": "07:00"}, FRIDAY_CLOSING, SATURDAY + DAY, False),
        ({"cadence": "wd", "cut_off": "07:00"}, FRIDAY_CLOSING - DAY, MONDAY_NOON, True),
        ({"cadence": "m+5wd"}, SATURDAY - 20 * DAY, SATURDAY, False),
        ({"cadence": "m+5wd"}, SATURDAY - 60 * DAY, SATURDAY, True),
        ({"interval_s": 60}, SATURDAY - 100_000, SATURDAY, False),
        ({"interval_s": 60}, SATURDAY - 130_000, SATURDAY, True),
        ({"interval_s": 600, "hours": "office"}, FRIDAY_CLOSING, SATURDAY, False),  # it kept its word until it closed
        ({"interval_s": 600, "hours": "office"}, FRIDAY_CLOSING - 2 * HOUR, SATURDAY, True),
        ({"interval_s": 600, "hours": "office"}, TENTH, SATURDAY, True),
    ],
)
def test_figures_are_old_when_they_are_older_than_was_promised(
    province: Province, contract: dict[str, Any], until: int, now: int, late: bool
) -> None:
    with province.db.write() as conn:
        conn.execute(source_table.insert().values(id=99, **BY_HAND._asdict(), status="active", **contract))
    province.site.world.inventory.rev = -1
    province.reload()
    source: Source = province.site.world.inventory.sources[BY_HAND]
    assert is_behind(province.site.world, source, until, now) is late
