"""What ingest writes about a batch: latest values, kiosks from events, dossiers, counts, quarantine."""

import json
import random
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from ioc.config.settings import Dossiers
from ioc.core.model import Reason, SourceKey, SourceStatus
from ioc.domain.dossiers.reporting.view import DossierReader
from ioc.domain.importing.calendar import import_days
from ioc.domain.inventory.records import load
from ioc.ingest.decode import Decoder
from ioc.ingest.desks import is_open, midnight
from ioc.ingest.inbox import Received, Run
from ioc.ingest.records import Records
from ioc.live.follow import snapshot
from ioc.live.world import World
from ioc.platform.db.tables import counter, derived, dossier, leniency, org, quarantine, source
from ioc.platform.meta import Fact, bump
from tests.databases import empty_records
from tests.live.worlds import ORGS, kinds

NOW = 1_795_222_800_000  # 2026-11-21T08:00 in Hà Giang
RECEIVED = NOW + 400_000
KIOSK = SourceKey("hg.dong-van", "queue", "kiosk-9")
ONE_STOP = SourceKey("hg", "dossier", "motcua")


class Line:
    """Decoding and recording on a database of its own, as ingest does it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.db = empty_records(path)
        with self.db.write() as conn:
            rows = [{"code": o.code, "name": o.name, "kind": o.kind, "parent": o.parent} for o in ORGS]
            if conn.scalar(sa.select(sa.func.count()).select_from(org)) == 0:
                conn.execute(sa.insert(org), rows)
            inventory = load(conn, "2026-11-21", kinds())
        self.decoder = Decoder(kinds(), inventory)
        self.records = Records(self.db, World(inventory, kinds(), epoch="e"), "inbox-1", "e", Dossiers())
        self.seq = self.records.position()
        with self.db.read() as conn:
            self.records.world.merge(snapshot(conn)[2])

    def take(self, *messages: tuple[str, object], retained: bool = False, at: int = RECEIVED) -> None:
        found = []
        for topic, payload in messages:
            raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
            found.append(Received(at, topic, raw, retained))
        self.records.take(self.decoder.batch(Run(self.seq + 1, found)))
        self.seq += len(found)

    def flush(self, now: int = NOW) -> None:
        inventory = self.records.flush(now)
        if inventory is not None:
            self.records.world.inventory = inventory
            self.decoder.use(inventory)

    def rows(self, table: sa.Table) -> list[dict[str, Any]]:
        with self.db.read() as conn:
            return [dict(row) for row in conn.execute(sa.select(table)).mappings()]

    def counts(self) -> dict[tuple[str, str], int]:
        return {(row["name"], row["label"]): row["n"] for row in self.rows(counter)}


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path / "ioc.sqlite")


def step(kind: str, ticket: str, t: int, **more: object) -> tuple[str, object]:
    payload = {"event_id": f"{kind}-{ticket}-{t}", "type": kind, "ts": NOW + t * 1000, "ticket_id": ticket, **more}
    return (f"ioc/v1/{KIOSK}/event", payload)


MORNING = [
    ("ioc/v1/" + str(KIOSK) + "/event", {"event_id": "o1", "type": "counter_opened", "ts": NOW, "counter_id": "1"}),
    step("ticket_issued", "a", 0, ticket_no="A001"),
    step("ticket_issued", "b", 10, ticket_no="A002"),
    step("ticket_issued", "c", 20, ticket_no="A003"),
    step("ticket_called", "a", 60, counter_id="1", ticket_no="A001"),
    step("service_started", "a", 70, counter_id="1", ticket_no="A001"),
    step("service_ended", "a", 370, counter_id="1", ticket_no="A001"),
    step("ticket_called", "b", 380, counter_id="1", ticket_no="A002"),
    step("no_show", "b", 400, counter_id="1", ticket_no="A002"),
]
AFTER = {
    "waiting": 1, "serving": 0, "open_counters": 1, "issued_today": 3, "served_today": 1, "no_show_today": 1,
    "longest_wait_s": 380.0, "avg_wait_s": 215.0, "avg_service_s": 300.0,
}  # fmt: skip


def test_a_newcomer_registers_itself_as_pending_and_is_stored(line: Line) -> None:
    line.take((f"ioc/v1/{KIOSK}/state", {"ts": NOW, "waiting": 4}))
    line.flush()
    (row,) = line.rows(source)
    assert (row["status"], row["simulated"]) == (SourceStatus.PENDING, False)
    with line.db.read() as conn:
        _epoch, _n, patches = snapshot(conn)
    assert [(patch.source, patch.metrics) for patch in patches] == [(KIOSK, {"waiting": (NOW, 4)})]


def test_every_object_is_counted_once_in_exactly_one_outcome(line: Line) -> None:
    line.take(
        (f"ioc/v1/{KIOSK}/state", [{"ts": NOW, "waiting": 1}, {"waiting": -1}, {"ts": NOW, "waiting": "2"}]),
        ("ioc/v1/mars/queue/k/state", {"waiting": 1}),
        (f"ioc/v1/{KIOSK}/state", b""),
    )
    line.flush()
    counts = line.counts()
    assert counts["received", ""] == 5
    assert counts["stored", ""] == 2
    assert counts["quarantined", Reason.BAD_VALUE] == 1
    assert counts["quarantined", Reason.UNKNOWN_ORG] == 1
    assert counts["refused", "cleared"] == 1
    assert [(row["reason"], row["element"]) for row in line.rows(quarantine)] == [("bad_value", 1), ("unknown_org", 0)]
    assert [(row["name"], row["n"]) for row in line.rows(leniency)] == [("number_as_text", 1)]


def test_taking_the_same_messages_again_after_a_crash_counts_nothing_twice(line: Line, tmp_path: Path) -> None:
    line.take(*MORNING)
    line.flush()
    again = Line(tmp_path / "ioc.sqlite")
    assert again.seq == len(MORNING)
    again.seq = 0
    again.take(*MORNING, (f"ioc/v1/{KIOSK}/state", b"{"))
    again.flush()
    assert again.counts()["duplicate", ""] == len(MORNING)
    assert len(again.rows(quarantine)) == 1


def test_the_state_of_a_kiosk_that_sends_only_events(line: Line) -> None:
    line.take(*MORNING)
    line.flush()
    assert line.records.world.of(KIOSK).values() == AFTER
    stored = {name: value for row in line.rows(derived) for name, value in row["payload"].items()}
    assert stored == AFTER


def test_who_comes_after_all_is_served_after_all(line: Line) -> None:
    line.take(*MORNING, step("service_started", "b", 420, counter_id="1"))
    line.flush()
    told = line.records.world.of(KIOSK).values()
    assert (told["serving"], told["no_show_today"], told["served_today"]) == (1, 0, 1)
    line.take(step("service_ended", "b", 500, counter_id="1"))
    line.flush()
    told = line.records.world.of(KIOSK).values()
    assert (told["serving"], told["no_show_today"], told["served_today"]) == (0, 0, 2)


@pytest.mark.parametrize("seed", range(5))
def test_doubled_and_shuffled_events_come_to_the_same(line: Line, seed: int) -> None:
    shuffled = MORNING * 2
    random.Random(seed).shuffle(shuffled)
    for message in shuffled:
        line.take(message)
        if seed % 2:
            line.flush()
    line.flush()
    line.records.recount(NOW + 400_000)
    assert line.records.world.of(KIOSK).values() == AFTER


def test_a_wait_grows_while_nothing_happens(line: Line) -> None:
    line.take(*MORNING)
    line.flush()
    line.records.recount(NOW + 1_000_000)
    assert line.records.world.of(KIOSK).values()["longest_wait_s"] == 980.0
    assert line.records.world.of(KIOSK).heard_at == RECEIVED


def test_a_kiosk_that_sends_states_is_taken_at_its_word(line: Line) -> None:
    line.take((f"ioc/v1/{KIOSK}/state", {"ts": NOW, "waiting": 12}), *MORNING)
    line.flush()
    assert line.records.world.of(KIOSK).values() == {"waiting": 12}
    assert line.rows(derived) == []


def test_what_a_kiosk_says_of_itself_survives_the_process(line: Line) -> None:
    """22 people wait, one of them with a ticket whose event we saw: after a restart the next event makes it no 1."""
    line.take((f"ioc/v1/{KIOSK}/state", {"ts": NOW, "waiting": 22, "open_counters": 4}), *MORNING)
    line.flush(RECEIVED)
    again = Line(line.path)
    again.take(step("ticket_issued", "d", 380), at=RECEIVED + 3_600_000)  # so long nobody listened
    again.flush(RECEIVED + 3_600_000)
    again.records.recount(RECEIVED + 3_600_000)
    assert again.records.world.of(KIOSK).values() == {"waiting": 22, "open_counters": 4}
    third = Line(line.path)
    third.take(step("ticket_issued", "e", 390), at=RECEIVED + 3_610_000)
    third.flush(RECEIVED + 3_610_000)
    third.records.recount(RECEIVED + 5_000_000)
    assert third.records.world.of(KIOSK).values()["waiting"] == 22, "nothing said is nothing else"
    third.take(step("ticket_recalled", "e", 391), at=RECEIVED + 4_400_000)
    third.flush(RECEIVED + 4_400_000)
    assert third.records.world.of(KIOSK).values()["waiting"] == 3, "it has long stopped saying so"


def test_a_counter_that_nobody_closed_is_closed_at_midnight(line: Line) -> None:
    opened = {"event_id": "o", "type": "counter_opened", "ts": NOW, "counter_id": "7"}
    line.take((f"ioc/v1/{KIOSK}/event", opened))
    line.flush()
    assert line.records.world.of(KIOSK).values()["open_counters"] == 1
    midnight = NOW + 16 * 3_600_000  # 08:00 and sixteen hours
    line.records.recount(midnight - 1)
    assert line.records.world.of(KIOSK).values()["open_counters"] == 1
    line.records.recount(midnight)
    assert line.records.world.of(KIOSK).values()["open_counters"] == 0
    again = {"event_id": "o2", "type": "counter_opened", "ts": midnight + 1, "counter_id": "7"}
    line.take((f"ioc/v1/{KIOSK}/event", again), at=midnight + 2)
    line.flush(midnight + 2)
    assert line.records.world.of(KIOSK).values()["open_counters"] == 1


def test_a_day_that_ended_while_ingest_was_away_is_over_when_it_is_back(line: Line) -> None:
    line.take(*MORNING)
    line.flush()
    monday = Line(line.path)
    monday.records.recount(NOW + 2 * 86_400_000)
    told = monday.records.world.of(KIOSK).values()
    assert (told["issued_today"], told["waiting"], told["open_counters"]) == (0, 0, 0)


@given(st.lists(st.tuples(st.sampled_from(["opened_at", "closed_at", "ticket_at"]), st.integers(-40, 40)), max_size=6))
def test_a_counter_is_open_by_what_was_told_of_it_last_today(told) -> None:
    desk = SimpleNamespace(opened_at=None, closed_at=None, ticket_at=None)
    for name, hours in told:
        setattr(desk, name, NOW + hours * 3_600_000)
    began = midnight(NOW, ZoneInfo("Asia/Ho_Chi_Minh"))
    assert began == NOW - 8 * 3_600_000
    begun = desk.ticket_at if desk.opened_at is None else desk.opened_at
    closed_since = desk.closed_at is not None and begun is not None and desk.closed_at >= begun
    assert is_open(desk, began) == (begun is not None and begun >= began and not closed_since)


def test_a_slow_kiosk_is_taken_at_its_word_between_two_states(line: Line) -> None:
    with line.db.write() as conn:
        conn.execute(sa.insert(source), {**KIOSK._asdict(), "status": "active", "interval_s": 900})
        bump(line.db, conn, Fact.INVENTORY_REV)
    line.take((f"ioc/v1/{KIOSK}/state", {"ts": NOW, "waiting": 12}))
    line.flush(RECEIVED)
    line.take(*MORNING, at=RECEIVED + 1_700_000)
    line.flush(RECEIVED + 1_700_000)
    assert line.records.world.of(KIOSK).values() == {"waiting": 12}


def test_a_state_without_a_figure_of_the_queue_leaves_them_to_the_events(line: Line) -> None:
    line.take((f"ioc/v1/{KIOSK}/state", {"ts": NOW, "temp_c": 41}), *MORNING)
    line.take((f"ioc/v1/{KIOSK}/state", {"ts": NOW - 9, "waiting": 7}), retained=True)
    line.flush()
    assert line.records.world.of(KIOSK).values() == {"temp_c": 41, **AFTER}


def test_who_measures_something_after_being_called_gone_is_there(line: Line) -> None:
    state, status = f"ioc/v1/{KIOSK}/state", f"ioc/v1/{KIOSK}/status"
    line.take((status, b"online"), (state, {"ts": NOW, "waiting": 3}), (status, b"offline"))
    gone = line.records.world.of(KIOSK).online
    assert gone == (RECEIVED, False)
    line.take((state, {"ts": RECEIVED - 1, "waiting": 4}))
    assert line.records.world.of(KIOSK).online == gone, "measured before"
    at = RECEIVED + 2_000
    body = json.dumps({"ts": at - 1, "waiting": 5}).encode()
    late = Received(at, state, body, retained=False)
    line.records.take(line.decoder.batch(Run(line.seq + 1, [late._replace(retained=True)])))
    assert line.records.world.of(KIOSK).online == gone, "what the broker kept says nothing"
    line.records.take(line.decoder.batch(Run(line.seq + 2, [late])))
    assert line.records.world.of(KIOSK).online == (at, True)


def test_a_retained_message_is_no_sign_of_life(line: Line) -> None:
    line.take((f"ioc/v1/{KIOSK}/state", {"ts": NOW - 90_000, "waiting": 3}), retained=True)
    line.take((f"ioc/v1/{KIOSK}/status", b"online"), retained=True)
    line.flush()
    live = line.records.world.of(KIOSK)
    assert (live.heard_at, live.online) == (None, (RECEIVED, True))
    assert live.metrics == {"waiting": (NOW - 90_000, 3)}


def dossier_event(event_id: str, ts: int, **fields: object) -> tuple[str, object]:
    return (f"ioc/v1/{ONE_STOP}/event", {"event_id": event_id, "ts": NOW + ts, "code": "H22.15-261121-0042", **fields})


DOSSIER = [
    dossier_event("1", 0, status=2, received_at=NOW, due_at=NOW + 1_000_000, receiving_org="hg.dong-van"),
    dossier_event("2", 10, status="processing"),
    dossier_event("3", 20, status=5, supplement_requested_at=NOW + 20),
    dossier_event("4", 30, status=9, finished_at=NOW + 30),
]


@pytest.mark.parametrize("seed", range(4))
def test_the_newest_statement_about_each_field_of_a_dossier_wins_in_any_order(line: Line, seed: int) -> None:
    shuffled = DOSSIER + DOSSIER[1:2]
    random.Random(seed).shuffle(shuffled)
    for message in shuffled:
        line.take(message)
        line.flush()
    (row,) = line.rows(dossier)
    assert (row["receiving_org"], row["status"], row["due_at"]) == ("hg.dong-van", 9, NOW + 1_000_000)
    assert (row["is_open"], row["ended_at"], row["outcome"]) == (False, NOW + 30, "on_time")
    assert [statement[1] for statement in json.loads(row["history"])] == ["1", "2", "3", "4"]


def test_a_day_imported_meanwhile_counts_for_what_is_written_after_it(line: Line) -> None:
    """Whoever imports recomputes what is written; what is still on its way must not bring the old days back."""
    term = {"value": 2, "unit": "working_hour"}
    line.take(dossier_event("1", 0, status=2, received_at=NOW, term=term, receiving_org="hg"))
    saturday = "org,date,kind\nhg,2026-11-21,work\n"
    import_days(line.db, saturday, NOW, dry_run=False)
    line.flush()
    (row,) = line.rows(dossier)
    assert row["due_at"] == NOW + 2 * 3_600_000
    assert line.records.world.inventory.calendar("hg").is_working_day(date(2026, 11, 21))


@pytest.mark.parametrize("received_first", [True, False])
def test_a_due_date_before_the_receipt_is_noticed_across_events_and_counts_as_none(line: Line, received_first) -> None:
    told = [
        dossier_event("1", 0, status=2, received_at=NOW, receiving_org="hg.dong-van"),
        dossier_event("2", 10, due_at=NOW - 86_400_000),
    ]
    for message in told if received_first else reversed(told):
        line.take(message)
        line.flush()
    (row,) = line.rows(dossier)
    assert (row["due_at"], row["overdue_at"], row["undated"]) == (None, None, True)
    assert [(r["name"], r["n"]) for r in line.rows(leniency)] == [("due_before_received", 1)]
    reader = DossierReader(line.records.world.inventory, Dossiers(), {}, NOW)
    assert reader.brief(row)["due_before_received"] is True
    line.take(dossier_event("3", 20, due_at=NOW + 86_400_000), dossier_event("4", 30, status=4))
    line.flush()
    (row,) = line.rows(dossier)
    assert (row["due_at"], row["undated"]) == (NOW + 86_400_000, False)
    assert [(r["name"], r["n"]) for r in line.rows(leniency)] == [("due_before_received", 1)]


def test_the_promise_that_holds_stands_where_a_later_one_cannot_be_true(line: Line) -> None:
    line.take(dossier_event("1", 0, status=2, received_at=NOW, due_at=NOW + 86_400_000, receiving_org="hg.dong-van"))
    line.take(dossier_event("2", 10, due_at=NOW - 5))
    line.flush()
    (row,) = line.rows(dossier)
    assert (row["due_at"], row["undated"]) == (NOW + 86_400_000, False)
