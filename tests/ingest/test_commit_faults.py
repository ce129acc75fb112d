"""A fault of ours in one message while a batch is committed ends in quarantine, at every sink; no other is harmed."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ioc.config.settings import Dossiers
from ioc.core.errors import Code, IocError
from ioc.core.model import Leniency, SourceKey
from ioc.domain.dossiers.history.record import RecordBuilder
from ioc.domain.dossiers.importing import records as dossier_records
from ioc.domain.dossiers.importing.rejudge import settle
from ioc.ingest import outlet, tickets
from ioc.ingest.sinks import feed_figures, latest
from ioc.ingest.sinks.position import Position
from ioc.live.deltas import DELTA_TOPIC, Delta, unseal
from ioc.platform import meta
from ioc.platform.db.tables import dossier, leniency, quarantine
from ioc.platform.meta import Fact
from tests.ingest.pumping import KEY, NOW, Works

pytestmark = pytest.mark.slow
N = 200
BAD = 137


@pytest.fixture
def works(tmp_path: Path) -> Works:
    return Works(tmp_path)


def messages() -> list[tuple[str, Any]]:
    """A batch of every sort, in which number BAD is the one that will break something."""
    made: list[tuple[str, Any]] = []
    for i in range(N):
        event = {"event_id": f"e{i}", "ts": NOW + i}
        ticket = {"type": "ticket_issued", "ticket_id": f"t{i}"}
        made.append(
            (f"hg/queue/k{i % 7}/state", {"ts": NOW + i, "waiting": i})
            if i % 4 == 0
            else ("hg/queue/events/event", {**event, **ticket})
            if i % 4 == 1
            else ("hg/dossier/mot-cua/event", {**event, "code": f"H{i}"})
            if i % 4 == 2
            else ("hg/feed/f/state", {"ts": NOW + i, "period": "2026", "values": {"rows": i}})
        )
    return made


def breaks(real: Callable[..., Any], marks: Callable[..., bool]) -> Callable[..., Any]:
    def broken(*given: Any, **named: Any) -> Any:
        if marks(*given):
            raise ZeroDivisionError("a fault of ours")
        return real(*given, **named)

    return broken


def told_ticket(_db: Any, _conn: Any, _source: Any, _tz: Any, events: Any) -> bool:
    return any(event.ticket_id == "t137" for event in events)


def told_dossier(_conn: Any, _judge: Any, told: Any, _now: Any) -> bool:
    return any(one.event.code == "H138" for one in told)


def told_figure(_commit: Any, figures: Any) -> bool:
    return any(figure.value == 139 for figure in figures)


def told_state(good: Any, *_given: Any) -> bool:
    return bool(good.metrics.get("waiting") == 136)


@pytest.mark.parametrize(
    ("module", "name", "marks", "bad"),
    [
        (tickets, "apply", told_ticket, 137),
        (dossier_records, "apply", told_dossier, 138),
        (feed_figures, "keep", told_figure, 139),
        (latest, "patch_of", told_state, 136),
    ],
)
def test_at_the_records_one_message_is_quarantined_and_all_others_are_stored(
    works: Works, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, marks: Any, bad: int
) -> None:
    monkeypatch.setattr(module, name, breaks(getattr(module, name), marks))
    if name == "patch_of":  # states of a source that is there already take another way
        monkeypatch.setattr(works.records.live, "_take_one", breaks(works.records.live._take_one, marks))
    works.send(*messages())
    works.step()
    works.step()
    t = quarantine.c
    assert [tuple(row) for row in works.rows(sa.select(t.seq, t.reason, t.detail))] == [
        (bad + 1, "not_understood", "a fault of ours, see the log: ZeroDivisionError")
    ]
    totals = works.totals()
    assert (totals["received"], totals["stored"], totals["quarantined"]) == (N, N - 1, 1)
    assert works.pump.committed == N
    assert "waiting" in works.values("hg/queue/k0")
    again = Works(works.root)
    assert again.pump.position == N, "a later life does not meet it again"


def test_a_value_that_breaks_every_later_write_of_its_source_goes_with_its_message(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was merged in memory before the commit failed must not stay there."""
    write = latest.Latest.write

    def broken(self: Any, commit: Any) -> None:
        if any(self.world.of(key).values().get("waiting") == 666 for key in self.changed):
            raise OverflowError("int too large to convert")
        write(self, commit)

    monkeypatch.setattr(latest.Latest, "write", broken)
    works.send(*[("hg/queue/k/state", {"ts": NOW + i, "waiting": 666 if i == 9 else i}) for i in range(10)])
    works.step()
    works.step()
    assert works.values("hg/queue/k") == {"waiting": 8}
    assert (works.totals()["stored"], works.totals()["quarantined"]) == (9, 1)
    works.send(("hg/queue/k/state", {"ts": NOW + 20, "waiting": 20}))
    works.step()
    assert works.values("hg/queue/k") == {"waiting": 20}


def test_a_database_that_is_away_is_waited_for_and_nothing_is_quarantined(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = IocError(Code.DATABASE_UNAVAILABLE, "away")

    def gone(*_given: Any) -> None:
        raise away

    with monkeypatch.context() as patched:
        patched.setattr(dossier_records, "apply", gone)
        works.send(*messages())
        for _ in range(3):
            works.clock.advance(2)
            with pytest.raises(IocError, match="away"):
                works.pump.step()
    works.step()
    assert works.quarantined() == []
    assert works.totals()["stored"] == N


def test_what_a_failed_commit_found_out_is_counted_once(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    away, write = [IocError(Code.DATABASE_UNAVAILABLE, "away")] * 2, Position.write

    def flaky(self: Position, commit: Any) -> None:
        write(self, commit)
        if away:
            raise away.pop()

    monkeypatch.setattr(Position, "write", flaky)
    said = {"received_at": NOW - 1_000}, {"due_at": NOW - 90_000_000}
    works.send(
        *[
            ("hg/dossier/mot-cua/event", {"event_id": f"e{i}", "ts": NOW + i, "code": "H1", **each})
            for i, each in enumerate(said)
        ]
    )
    for _ in range(3):
        works.clock.advance(2)
        with contextlib.suppress(IocError):
            works.pump.step()
    assert works.rows(sa.select(leniency.c.name, leniency.c.n)) == [(Leniency.DUE_BEFORE_RECEIVED, 1)]
    assert works.totals()["received"] == 2


def test_it_may_go_away_in_the_middle_of_the_search(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tickets, "apply", breaks(tickets.apply, told_ticket))
    works.send(*messages())
    works.clock.advance(2)
    works.pump.step()
    undo, calls = works.records.undo, []

    def flaky() -> int:
        calls.append(1)
        if len(calls) in (2, 4):
            raise IocError(Code.DATABASE_UNAVAILABLE, "away")
        return undo()

    monkeypatch.setattr(works.records, "undo", flaky)
    for _ in range(6):
        works.clock.advance(2)
        try:
            works.pump.step()
        except IocError:
            continue
    works.step()
    totals = works.totals()
    assert (totals["received"], totals["stored"], totals["quarantined"]) == (N, N - 1, 1)


def test_what_fails_without_any_message_accuses_none(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: Any) -> None:
        raise RuntimeError("no such table: cursor")

    with monkeypatch.context() as patched:
        patched.setattr(Position, "write", broken)
        works.send(*messages())
        works.clock.advance(2)
        works.pump.step()
        for _ in range(2):
            with pytest.raises(IocError) as caught:
                works.pump.step()
            assert caught.value.transient
    works.step()
    assert works.quarantined() == []
    assert works.totals()["stored"] == N


def test_at_the_metric_store_one_reading_is_quarantined_and_all_others_are_stored(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    def marks(samples: Any) -> bool:
        return any(sample.values.get("waiting") == 136 for sample in samples)

    monkeypatch.setattr(works.store, "write", breaks(works.store.write, marks))
    works.send(*messages())
    works.step()
    assert works.metrics.position == N
    t = quarantine.c
    ((topic, reason),) = works.rows(sa.select(t.topic, t.reason))
    assert (topic, reason) == ("ioc/v1/hg/queue/k3/state", "not_understood")
    series = works.store.series(SourceKey("hg", "queue", "k2"))
    assert [one.metric for one in series] == ["waiting"]
    assert works.balances()


def test_a_metric_store_that_breaks_at_everything_is_waited_for(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(works.store, "write", breaks(works.store.write, lambda _samples: True))
        works.send(*messages())
        works.clock.advance(2)
        works.pump.step()
        with pytest.raises(IocError, match="fault of ours"):
            works.metrics.step()
    works.step()
    assert works.quarantined() == []
    assert works.metrics.position == N


def test_at_the_live_readers_one_source_is_left_out_and_all_others_are_told(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    def marks(_key: bytes, value: Any) -> bool:
        patches = getattr(value, "patches", [])
        return any(patch.metrics.get("waiting", (0, 0))[1] == 4 for patch in patches)

    monkeypatch.setattr(outlet, "seal", breaks(outlet.seal, marks))
    works.send(*[(f"hg/queue/k{i}/state", {"ts": NOW, "waiting": i}) for i in range(9)])
    works.clock.advance(2)
    works.pump.step()
    deltas = [unseal(KEY, payload, Delta) for topic, payload in works.bus.said if topic == DELTA_TOPIC]
    told = {patch.source[2] for delta in deltas if delta for patch in delta.patches}
    assert told == {f"k{i}" for i in range(9)} - {"k4"}


def test_a_kiosk_whose_tickets_cannot_be_counted_keeps_its_events(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tickets, "figures", breaks(tickets.figures, lambda *_given: True))
    works.send(*messages())
    works.step(20)
    assert works.quarantined() == []
    assert works.totals()["stored"] == N


def test_a_dossier_that_breaks_us_when_all_are_judged_again_keeps_no_life_of_ingest_from_starting(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    works.send(*[("hg/dossier/mot-cua/event", {"event_id": f"e{i}", "ts": NOW, "code": f"H{i}"}) for i in range(5)])
    works.step()
    monkeypatch.setattr(RecordBuilder, "build", breaks(RecordBuilder.build, lambda _b, key, *_g: key.code == "H3"))
    settle(works.db, works.records.world.inventory, Dossiers(near_due_days=3), NOW)
    with works.db.read() as conn:
        assert meta.get(conn, Fact.DOSSIER_RULES).split()[1] == "3", "and it is not begun again at the next start"
    assert len(works.rows(sa.select(dossier.c.code))) == 5
