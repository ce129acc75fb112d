"""Widgets made of dossiers: parts that add up, shares beside what they are of, and places that equals share."""

from typing import Any

import pytest
import sqlalchemy as sa

from ioc.core.model import SourceKey
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.metrics import RangeQuery
from ioc.platform.db.tables import source as source_table
from tests.web.conftest import NORTH, ONE_STOP, SATURDAY, SOUTH, Province, add_source, tell_dossier
from tests.web.test_widgets import payload
from web import facts
from web.scenes import SCENES
from web.sight import Moment, Sight
from web.subject import Request, subject
from web.widgets.org_ranking import ranked

HOUR, DAY = 3_600_000, 86_400_000
TOMORROW, YESTERDAY = SATURDAY + DAY, SATURDAY - DAY


def ended(at: int, **more: Any) -> dict[str, Any]:
    return {"status": 9, "finished_at": at} | more


def tell(province: Province, org: str, early: int = 0, late: int = 0, overdue: int = 0) -> None:
    """So many dossiers received by an org, of each sort."""
    sorts = (
        [ended(YESTERDAY, due_at=TOMORROW)] * early
        + [ended(SATURDAY - HOUR, due_at=YESTERDAY)] * late
        + [{"due_at": YESTERDAY}] * overdue
    )
    for n, fields in enumerate(sorts):
        tell_dossier(province, f"{org}-{n}", receiving_org=org, **fields)
    province.reload()


def test_the_four_parts_add_up_to_what_had_to_be_resolved(province: Province) -> None:
    tell_dossier(province, "same-day", receiving_org=SOUTH, **ended(SATURDAY - HOUR, due_at=SATURDAY + HOUR))
    tell(province, NORTH, early=5, late=2, overdue=1)
    shown = payload(province, "dossier_split")
    assert shown["must_resolve"] == 9
    assert {name: part["numerator"] for name, part in shown["parts"].items()} == {
        "early": 5, "on_time": 1, "late": 2, "open_overdue": 1,
    }  # fmt: skip
    assert sum(part["numerator"] for part in shown["parts"].values()) == shown["must_resolve"]
    assert shown["parts"]["late"] == {"value": 22.22, "numerator": 2, "denominator": 9}
    assert shown["in_time"] == {"value": 66.67, "numerator": 6, "denominator": 9}
    assert shown["period"]["from"] == "2026-01-01T00:00:00+07:00"


def test_the_figure_in_time_is_the_split_s_own_with_what_it_is_of(province: Province) -> None:
    assert payload(province, "kpi", figure="dossiers_in_time")["severity"] == "unknown"
    tell(province, NORTH, early=18, late=2)
    shown = payload(province, "kpi", figure="dossiers_in_time")
    assert (shown["value"], shown["unit"], shown["severity"]) == (90.0, "%", "warning")
    assert shown["reason"] == {"key": "ui.kpi.of_must_resolve", "params": {"n": 18, "owed": 20}}
    assert shown["value"] == payload(province, "dossier_split")["in_time"]["value"]
    tell(province, SOUTH, early=20)
    assert payload(province, "kpi", figure="dossiers_in_time")["severity"] == "ok"
    assert payload(province, "kpi", figure="dossiers_in_time", org="hg.bac-quang.vinh-tuy")["value"] is None


def test_of_nothing_there_is_no_percentage(province: Province) -> None:
    tell_dossier(province, "running", due_at=TOMORROW)
    province.reload()
    shown = payload(province, "dossier_split")
    assert shown["counts"]["open_in_term"] == 1
    assert (shown["must_resolve"], shown["in_time"]["value"]) == (0, None)
    assert {part["value"] for part in shown["parts"].values()} == {None}


def test_a_subtree_is_told_of_by_the_system_above_it(province: Province) -> None:
    """The one-stop system stands at the province; a commune without dossiers knows that it has none."""
    tell(province, NORTH, early=3)
    here, elsewhere = payload(province, "dossier_split", org=NORTH), payload(province, "dossier_split", org=SOUTH)
    assert (here["state"], here["must_resolve"]) == ("live", 3)
    assert (elsewhere["state"], elsewhere["must_resolve"]) == ("live", 0)
    assert here["as_of"] == "2026-11-21T10:00:00+07:00"


def test_without_a_source_of_dossiers_nothing_is_known(province: Province) -> None:
    shown = payload(province, "dossier_split")
    assert (shown["state"], shown["as_of"]) == ("unknown", None)
    assert payload(province, "org_ranking")["state"] == "unknown"


def test_a_nightly_system_says_up_to_when_its_dossiers_are_known(province: Province) -> None:
    tell(province, NORTH, early=2)
    tell_dossier(province, "due-this-morning", due_at=SATURDAY - HOUR)
    province.say(ONE_STOP, as_of=SATURDAY - 11 * HOUR)
    province.reload()
    shown = payload(province, "dossier_split")
    assert shown["as_of"] == "2026-11-20T23:00:00+07:00"
    assert (shown["parts"]["open_overdue"]["numerator"], shown["counts"]["due_unconfirmed"]) == (0, 1)


def test_a_simulated_system_says_so(province: Province) -> None:
    tell(province, NORTH, early=1)
    with province.db.write() as conn:
        conn.execute(sa.update(source_table).where(source_table.c.kind == "dossier").values(simulated=True))
    province.site.world.inventory.rev = -1
    province.reload()
    assert payload(province, "dossier_split")["simulated"] is True
    assert payload(province, "org_ranking", org=NORTH)["simulated"] is True


@pytest.mark.parametrize(
    ("worths", "places"),
    [([], []), ([3.0], [1]), ([1, 4, 3, 3], [4, 1, 2, 2]), ([5, 5, 5], [1, 1, 1]), ([2, 9, 9, 1], [3, 1, 1, 4])],
)
def test_equals_share_a_place_and_the_next_is_as_far_behind(worths: list[float], places: list[int]) -> None:
    assert ranked(worths) == places


def test_agencies_are_ranked_with_all_below_them_and_what_each_share_is_of(province: Province) -> None:
    tell(province, "hg.dong-van.lung-cu", early=9, overdue=3)
    tell(province, SOUTH, early=12)
    shown = payload(province, "org_ranking")
    assert list(shown["rows"]) == [SOUTH, NORTH]
    assert shown["rows"][NORTH] == {
        "name": "Huyện Đồng Văn", "parent_name": None, "kind": "district", "rank": 2, "order": 1,
        "value": 75.0, "numerator": 9, "denominator": 12,
    }  # fmt: skip
    worst = payload(province, "org_ranking", figure="open_overdue", first="worst")
    assert [(code, row["rank"], row["value"]) for code, row in worst["rows"].items()] == [
        (NORTH, 1, 25.0), (SOUTH, 2, 0.0),
    ]  # fmt: skip
    late = payload(province, "org_ranking", figure="late")["rows"]
    assert {row["rank"] for row in late.values()} == {1}


def test_too_few_dossiers_are_no_share_but_are_told_of(province: Province) -> None:
    tell(province, NORTH, early=9)
    tell(province, SOUTH, early=10)
    shown = payload(province, "org_ranking")
    assert (list(shown["rows"]), shown["hidden"], shown["least"]) == ([SOUTH], 1, 10)
    assert payload(province, "org_ranking", least=9)["hidden"] == 0


def test_what_the_org_took_in_itself_stands_among_those_below_it(province: Province) -> None:
    tell(province, NORTH, early=10)
    tell(province, "hg.dong-van.lung-cu", early=10, late=10)
    assert {code: row["denominator"] for code, row in payload(province, "org_ranking", org=NORTH)["rows"].items()} == {
        NORTH: 10, "hg.dong-van.lung-cu": 20,
    }  # fmt: skip


def test_those_who_handle_are_ranked_apart_from_those_who_receive(province: Province) -> None:
    tell(province, NORTH, early=10)  # every one handled by the south
    assert list(payload(province, "org_ranking")["rows"]) == [NORTH]
    assert list(payload(province, "org_ranking", by="handling")["rows"]) == [SOUTH]


def test_all_of_a_kind_are_ranked_however_deep(province: Province) -> None:
    tell(province, "hg.dong-van.lung-cu", early=10)
    tell(province, "hg.bac-quang.vinh-tuy", late=10)
    shown = payload(province, "org_ranking", kinds=["commune"])
    assert list(shown["rows"]) == ["hg.dong-van.lung-cu", "hg.bac-quang.vinh-tuy"]
    assert list(payload(province, "org_ranking", kinds=["commune"], limit=1)["rows"]) == ["hg.dong-van.lung-cu"]


def test_a_trend_of_counts_adds_nothing_up_twice(province: Province) -> None:
    """Each org's own roll-up holds all below it."""
    for org in ("hg", NORTH):
        add_source(province, SourceKey(org, "feed", "ho-so"))
    options = {"kind": "feed", "source": "ho-so", "metric": "open_overdue"}
    site = province.site
    asked = subject(site.widgets, Request("w", "trend", options), site.orgs.scope(None), "hg")
    assert asked.series is not None
    found: list[RangeQuery] = asked.series(_sight(province, "hg"), asked.options)
    assert [query.series.source.org for query in found] == ["hg"]


def _sight(province: Province, root: str) -> Sight:
    return Sight(Moment(province.site.world, province.site.facts.value, province.clock.now_ms()), root)


def test_every_scene_asks_for_what_its_widgets_offer(province: Province) -> None:
    site = province.site
    for scene in SCENES.values():
        for tile in scene.widgets:
            request = Request(tile.id, tile.kind, tile.options)
            assert subject(site.widgets, request, site.orgs.scope(None), "hg").widget.kind == tile.kind


def test_the_index_counts_what_is_known_and_names_what_is_not(province: Province) -> None:
    assert payload(province, "index766")["groups"] == {}  # not read yet
    tell(province, NORTH, early=18, late=2)
    shown = read_payload(province, "index766")
    progress, openness = shown["groups"]["TDGQ"], shown["groups"]["CKMB"]
    assert (progress["score"], progress["max"], progress["partial"], progress["missing"]) == (18.0, 20.0, False, [])
    assert (openness["score"], openness["max"], openness["uncounted"], openness["partial"]) == (None, 18, 18, True)
    assert {"vi", "en"} == set(openness["missing"][0])
    assert (shown["state"], shown["estimate"], shown["official"]) == ("live", True, None)
    assert shown["max"] == sum(group["max"] for group in shown["groups"].values()) == shown["points"] == 100
    for one in (shown, *shown["groups"].values()):
        assert one["countable"] + one["uncounted"] == one["max"]
        assert (one["score"] is None) is (one["countable"] == 0)
    assert shown["score"] == pytest.approx(sum(group["score"] or 0 for group in shown["groups"].values()))


def test_the_index_of_nothing_is_not_known_and_no_nought(province: Province) -> None:
    shown = read_payload(province, "index766")
    assert (shown["state"], shown["score"], shown["pct"]) == ("unknown", None, None)


def test_the_index_of_a_subtree_is_of_its_own_dossiers(province: Province) -> None:
    tell(province, NORTH, late=4)
    tell(province, SOUTH, early=4)
    north, south = (read_payload(province, "index766", org=org)["groups"]["TDGQ"] for org in (NORTH, SOUTH))
    assert (north["score"], south["score"]) == (0.0, 20.0)


def test_those_who_poll_get_what_a_widget_reads_for_itself(province: Province) -> None:
    tell(province, NORTH, early=1)
    (item,) = province.get("/api/v1/live?widgets=index766").json["items"]
    assert item["payload"]["groups"]["TDGQ"]["score"] == 20.0


def read_payload(province: Province, widget: str, /, **options: Any) -> dict[str, Any]:
    """With what the widget reads for itself."""
    site = province.site
    wanted = subject(site.widgets, Request("w", widget, options), site.orgs.scope(None), "hg")
    look = Moment(site.world, site.facts.value, site.clock.now_ms())
    return wanted.snapshot(look, site.loaded(wanted, look))


def test_who_handles_is_counted_every_ten_seconds_who_receives_every_second(province: Province) -> None:
    tell(province, NORTH, early=10)
    before, world = province.site.facts.value, province.site.world
    tell_dossier(province, "one-more", receiving_org=NORTH, **ended(YESTERDAY, due_at=TOMORROW))
    now = province.clock.now_ms()
    with province.db.read() as conn:
        soon, later = (facts.load(conn, world, now + after, before) for after in (9_000, 10_000))
    received = Bucket.RECEIVED
    assert (soon.dossiers[NORTH][received], soon.handled[SOUTH][received]) == (11, 10)
    assert (later.dossiers[NORTH][received], later.handled[SOUTH][received]) == (11, 11)
