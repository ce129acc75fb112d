"""The strip over a day and over ninety: what was up of what we watched, and grey where we were blind."""

from typing import Any

from ioc.core.model import SourceKey
from ioc.live.deltas import Patch
from ioc.metrics import RangeQuery
from ioc.platform.db.tables import observed
from tests.web.conftest import SATURDAY, SOUTH, Province, add_source, raise_alert
from web.sight import Moment
from web.subject import Request, subject

HOUR, DAY = 3_600_000, 86_400_000
PORTAL, LINE = SourceKey("hg", "service", "portal"), SourceKey(SOUTH, "link", "cap-1")


def listen(province: Province, since: int, until: int = SATURDAY) -> None:
    with province.db.write() as conn:
        conn.execute(observed.insert().values(role="ingest", since=since, until=until))


def shown(province: Province, **options: Any) -> dict[str, Any]:
    site = province.site
    wanted = subject(site.widgets, Request("w", "uptime_strip", options), site.orgs.scope(None), "hg")
    look = Moment(site.world, site.facts.value, site.clock.now_ms())
    return wanted.snapshot(look, site.loaded(wanted, look))


def test_a_day_has_ninety_six_steps_and_says_seconds_of_seconds(province: Province) -> None:
    listen(province, SATURDAY - 2 * DAY)
    found = shown(province)
    assert (len(found["edges"]), found["edges"][-1]) == (97, SATURDAY)
    row = found["rows"][str(PORTAL)]
    assert len(row["states"]) == len(row["grounds"]) == 96
    assert set(row["states"]) == {"u"}
    assert (row["pct"], row["numerator"], row["denominator"], row["open_s"]) == (100.0, 86_400, 86_400, 86_400)
    assert found["total"] | {"blind": 0} == {
        "pct": 100.0, "numerator": 172_800, "denominator": 172_800, "open_s": 172_800, "sources": 2, "blind": 0,
    }  # fmt: skip


def test_where_our_own_ingest_was_down_it_is_grey_and_no_percentage_is_made_of_it(province: Province) -> None:
    listen(province, SATURDAY - 2 * DAY, SATURDAY - 6 * HOUR)
    listen(province, SATURDAY - 3 * HOUR)
    row = shown(province)["rows"][str(PORTAL)]
    assert row["states"].count("b") == 12, "three hours"
    assert (row["denominator"], row["pct"]) == (86_400 - 3 * 3_600, 100.0)
    nothing = shown(province, kinds=["vc"])["rows"]
    assert all(one["denominator"] <= 86_400 for one in nothing.values())


def test_before_anything_was_installed_all_is_grey_and_the_figure_unknown(province: Province) -> None:
    row = shown(province)["rows"][str(PORTAL)]
    assert set(row["states"]) == {"b"}
    assert (row["pct"], row["denominator"]) == (None, 0)


def test_an_outage_is_down_by_its_alert_and_the_worst_comes_first(province: Province) -> None:
    listen(province, SATURDAY - 2 * DAY)
    began = SATURDAY - 5 * HOUR
    raise_alert(province, LINE, state="resolved", open=False, since=began, fired_at=began, ended_at=began + HOUR)
    found = shown(province)
    row = found["rows"][str(LINE)]
    assert (row["order"], row["states"].count("d")) == (0, 4)
    assert row["grounds"].count("g") == 4
    assert (row["numerator"], row["denominator"], row["pct"]) == (86_400 - 3_600, 86_400, 95.83)


def test_ninety_days_are_one_letter_a_day_and_one_question_a_source(province: Province) -> None:
    listen(province, SATURDAY - 10 * DAY)
    found = shown(province, span="90d")
    row = found["rows"][str(PORTAL)]
    assert len(row["states"]) == 90
    assert row["states"].startswith("b" * 79)
    assert row["states"].endswith("u" * 10)
    asked: list[RangeQuery] = province.store.asked
    assert len(asked) == len(found["rows"])
    assert {query.step_ms for query in asked} == {DAY}


def test_one_that_never_spoke_is_grey_and_more_than_the_limit_are_counted(province: Province) -> None:
    listen(province, SATURDAY - 2 * DAY)
    add_source(province, SourceKey("hg", "service", "moi"))
    found = shown(province, kinds=["service"])
    assert set(found["rows"]["hg/service/moi"]["states"]) == {"b"}
    gone = SourceKey("hg", "service", "moi")
    province.site.world.merge([Patch(gone, {}, {}, (SATURDAY - HOUR, False), SATURDAY - HOUR)])
    few = shown(province, kinds=["service"], limit=1)
    assert (list(few["rows"]), few["hidden"], few["total"]["sources"]) == ([str(gone)], 1, 2), "the worst one"
