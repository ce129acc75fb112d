"""Ten times the agreed rate, by the messages' own time: whom it limits, and whom it never does."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ioc.ingest.decode.limits import NEVER_TOO_MANY, Pace, most
from ioc.platform.db.tables import counter, leniency, source
from tests.ingest.pumping import NOW, ORGS, Works

SOURCES = """org,kind,source,interval_s,cadence
hg,queue,agreed,30,
hg,queue,cadence,,30s
hg,queue,silent,,
"""
MINUTE = 60_000
MOST = 200  # ten times twenty in ten minutes


@pytest.fixture
def works(tmp_path: Path) -> Works:
    made = Works(tmp_path)
    made.import_orgs(ORGS)
    made.import_sources(SOURCES)
    made.step()
    return made


def flood(name: str, n: int, every_ms: int = 100, **more: Any) -> list[tuple[str, Any]]:
    return [(f"hg/queue/{name}/state", {"ts": NOW - i * every_ms, "waiting": i, **more}) for i in range(n)]


def refused(works: Works) -> dict[str, int]:
    """By source, as the source shows it."""
    found = works.rows(sa.select(source.c.source, leniency.c.n).join(source).where(leniency.c.name == "rate_limited"))
    return {row.source: row.n for row in found}


@pytest.mark.parametrize("name", ["agreed", "cadence"])
def test_above_ten_times_the_imported_interval_is_refused_and_counted_at_the_source(works: Works, name: str) -> None:
    works.send(*flood(name, 500))
    works.step()
    assert refused(works) == {name: 500 - MOST}
    assert works.totals()["stored"] == MOST
    labels = works.rows(sa.select(counter.c.label, counter.c.n).where(counter.c.name == "refused"))
    assert [tuple(row) for row in labels] == [("rate_limited", 500 - MOST)]
    assert works.balances()
    works.send((f"hg/queue/{name}/state", {"ts": NOW + 10 * MINUTE, "waiting": 7}))
    works.clock.advance(600)
    works.step()
    assert works.values(f"hg/queue/{name}") == {"waiting": 7}, "ten minutes later it is heard again"


def test_nobody_is_limited_who_agreed_to_nothing(works: Works) -> None:
    works.send(*flood("silent", 500), *flood("newcomer", 500))
    works.step()
    works.send(*[(topic, {**body, "ts": body["ts"] - 1}) for topic, body in flood("newcomer", 500)])
    works.step()
    assert refused(works) == {}
    assert works.totals()["stored"] == 1_500


def test_a_backlog_of_days_that_drains_at_once_is_stored_whole_beside_what_is_live(works: Works) -> None:
    days = [("hg/queue/agreed/state", {"ts": NOW - 6 * 86_400_000 + i * 30_000, "waiting": 1}) for i in range(3_000)]
    live = [("hg/queue/agreed/state", {"ts": NOW + i * 30_000, "waiting": 2}) for i in range(10)]
    works.send(*days[:1_500], *live, *days[1_500:])
    works.step()
    works.step()
    assert refused(works) == {}
    assert works.totals()["stored"] == 3_010


def test_who_tells_no_time_is_not_judged_by_ours(works: Works) -> None:
    works.send(*[("hg/queue/agreed/state", {"waiting": i}) for i in range(500)])
    works.step()
    assert refused(works) == {}


def test_events_and_statuses_are_never_refused(works: Works) -> None:
    events = [
        ("hg/queue/agreed/event", {"event_id": str(i), "type": "no_show", "ts": NOW + i, "ticket_id": "1"})
        for i in range(500)
    ]
    works.send(*events, *[("hg/queue/agreed/status", {"online": True, "ts": NOW})] * 500)
    works.step()
    assert works.totals().get("refused", 0) == 0


def test_the_metrics_sink_that_reads_the_same_again_comes_to_the_same(works: Works) -> None:
    works.send(*flood("agreed", 500))
    works.clock.advance(2)
    works.pump.step()
    again = works.decoder.batch(works.inbox.after(0, 1_000), type(works.metrics._limits)())
    assert len(again.good) == MOST


def test_a_slow_source_that_tells_what_changes_is_no_flood() -> None:
    assert [most(interval) for interval in (1, 15, 60, 100, 101, 900, 86_400)] == [6_000, 400, 100, 60, 60, 60, 60]
    assert most(3_600) == NEVER_TOO_MANY


def test_no_ten_minutes_hold_more_in_whatever_order_they_come() -> None:
    pace = Pace(100)
    assert pace.takes(25 * MINUTE)
    minutes = [(i * 7) % 25 for i in range(2_000)]
    taken = [minute for minute in minutes if pace.takes(minute * MINUTE)]
    for begin in range(-9, 25):
        assert sum(begin <= minute < begin + 10 for minute in taken) <= 60
    assert len(taken) >= 120


def test_who_floods_for_an_hour_is_thinned_and_never_silent() -> None:
    pace = Pace(30)
    taken = [t for t in range(0, 60 * MINUTE, 500) if pace.takes(t)]
    gaps = [after - before for before, after in pairwise(taken)]
    assert max(gaps) <= 30_000
    for begin in range(0, 50 * MINUTE, MINUTE):
        assert sum(begin <= t < begin + 10 * MINUTE for t in taken) <= MOST + 20


def test_a_simulated_source_goes_as_fast_as_it_was_told_to(works: Works) -> None:
    with works.db.write() as conn:
        conn.execute(sa.update(source).values(simulated=True))
        conn.execute(sa.text("UPDATE meta SET value = value + 1 WHERE key = 'inventory_rev'"))
    works.step()
    works.send(*flood("agreed", 500))
    works.step()
    assert refused(works) == {}
    assert works.totals()["stored"] == 500


def test_leniencies_without_an_hour_between_them_are_one_run(works: Works) -> None:
    def run() -> tuple[int, int, int]:
        t = leniency.c
        (row,) = works.rows(sa.select(t.n, t.run_n, t.run_since).where(t.name == "clock_ahead"))
        return row.n, row.run_n, row.run_since - NOW

    def ahead(after_s: int) -> None:
        works.clock.advance(after_s)
        works.send(("hg/queue/agreed/state", {"ts": works.clock.now_ms() + 30 * MINUTE, "waiting": 1}))
        works.step()

    ahead(0)
    n, in_run, began = run()
    assert (n, in_run) == (1, 1)
    ahead(3_000)
    assert run() == (2, 2, began), "fifty minutes later it goes on"
    ahead(3_700)
    assert run()[:2] == (3, 1), "after more than an hour another one begins"
    assert run()[2] - began >= 6_700_000
