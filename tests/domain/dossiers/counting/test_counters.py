"""Every counter agrees with a look at every record, by the day and within one, whatever came in whatever order."""

import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from ioc.domain.dossiers.counting import totals
from ioc.domain.dossiers.counting.counters import DossierCounter, entered
from ioc.domain.dossiers.counting.question import Question, Side
from ioc.domain.dossiers.counting.totals import OrgSource
from ioc.domain.dossiers.history.course import payable
from ioc.platform.db import Database
from ioc.platform.db.tables import dossier
from tests.domain.dossiers.counting.test_summary import DAY, HOUR, PERIODS, at, database
from tests.domain.dossiers.events import event, tell


def has_result(row) -> bool:
    return row["status"] not in (3, 7, 8)


EVERY = tuple(DossierCounter)
# by hand, beside the declarations of the counters: the instant of a record, and what must be so of it
RULES = {
    DossierCounter.RECEIVED: ("received_at", lambda row: True),
    DossierCounter.RECEIVED_ONLINE: ("received_at", lambda row: row["submission"] == "online"),
    DossierCounter.RECEIVED_UNDATED: ("received_at", lambda row: row["undated"]),
    DossierCounter.EARLY: ("ended_at", lambda row: row["outcome"] == "early"),
    DossierCounter.ON_TIME: ("ended_at", lambda row: row["outcome"] == "on_time"),
    DossierCounter.LATE: ("ended_at", lambda row: row["outcome"] == "late"),
    DossierCounter.UNDATED: ("ended_at", lambda row: row["outcome"] == "undated"),
    DossierCounter.OVERDUE: ("overdue_at", lambda row: not row["ended_at"] or row["overdue_at"] < row["ended_at"]),
    DossierCounter.PAYABLE: ("received_at", lambda row: row["payable"]),
    DossierCounter.PAID_ONLINE: ("received_at", lambda row: row["payable"] and row["online_payment"]),
    DossierCounter.PAYMENT_REPORTED: ("received_at", lambda row: row["online_payment"] in (True, False)),
    DossierCounter.DIGITISED: ("received_at", lambda row: row["digitised"]),
    DossierCounter.DIGITISED_REPORTED: ("received_at", lambda row: row["digitised"] in (True, False)),
    DossierCounter.WITH_RESULT: ("ended_at", has_result),
    DossierCounter.ELECTRONIC_RESULT: ("ended_at", lambda row: has_result(row) and row["electronic_result"]),
    DossierCounter.RESULT_REPORTED: (
        "ended_at", lambda row: has_result(row) and row["electronic_result"] in (True, False),
    ),
    DossierCounter.RATED: ("ended_at", lambda row: row["satisfaction"] in (1, 2, 3, 4, 5)),
    DossierCounter.SATISFIED: ("ended_at", lambda row: row["satisfaction"] in (4, 5)),
    DossierCounter.DISLIKED: ("ended_at", lambda row: row["satisfaction"] in (1, 2)),
}  # fmt: skip
ORGS = ("hg", "hg.dong-van")


def story(dice: random.Random, number: int) -> list:
    """One dossier with whatever its system cares to say of it."""
    code, start = f"H22-{number:05d}", at("2026-01-05T08:00") + dice.randrange(0, 80 * DAY, 60_000)
    said = {
        "online_payment": dice.choice((True, False, None)),
        "fee": dice.choice((0, 50_000, None)),
        "digitised": dice.choice((True, False, None)),
    }
    told = {name: value for name, value in said.items() if value is not None}
    events = [event(code, start, received_at=start, receiving_org=dice.choice(ORGS), status=2, **told)]
    events.append(event(code, start + 2, submission=dice.choice(("online", "direct"))))
    if dice.random() < 0.8:
        end = start + dice.randrange(HOUR, 20 * DAY, 60_000)
        due = dice.choice(({}, {"due_at": end + HOUR}, {"due_at": end + 2 * DAY}, {"due_at": max(start, end - HOUR)}))
        events.append(event(code, end, finished_at=end, status=dice.choice((9, 9, 9, 8)), **due))
        if dice.random() < 0.5:
            events.append(event(code, end + HOUR, satisfaction=dice.randrange(1, 6)))
        if dice.random() < 0.5:
            events.append(event(code, end + 1, electronic_result=dice.choice((True, False))))
    return events


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory):
    for made in database(tmp_path_factory.mktemp("told") / "ioc.sqlite"):
        dice = random.Random(3)
        for system in (1, 2):
            events = [one for n in range(system * 1000, system * 1000 + 150) for one in story(dice, n)]
            dice.shuffle(events)
            for start, end in pairwise((0, 90, 200, len(events))):
                tell(made, *events[start:end], source_id=system, now=1)
        yield made


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("period", PERIODS)
def test_every_counter_counts_what_a_look_at_every_record_does(told: Database, side: Side, period) -> None:
    start, end = map(at, period)
    org = "handling_org" if side is Side.HANDLING else "receiving_org"
    wanted: Counter = Counter()
    with told.read() as conn:
        for row in conn.execute(sa.select(dossier)).mappings():
            for counter, (instant, rule) in RULES.items():
                if row[instant] is not None and start <= row[instant] < end and rule(row):
                    wanted[OrgSource(row[org], row["source_id"]), counter] += 1
        found = totals.by_cell(conn, Question({1: end, 2: end}, start, end, end, side=side), EVERY)
    assert {(cell, counter): n for cell, counts in found.items() for counter, n in counts.items() if n} == dict(wanted)


@pytest.mark.parametrize("period", PERIODS)
def test_the_records_behind_a_counter_are_as_many_as_it_counts(told: Database, period) -> None:
    start, end = map(at, period)
    with told.read() as conn:
        found = totals.by_cell(conn, Question({1: end, 2: end}, start, end, end), EVERY)
        overall = sum(map(Counter, totals.by_org(found, frozenset({1, 2})).values()), Counter())
        listed = {
            counter: conn.scalar(sa.select(sa.func.count()).select_from(dossier).where(entered(counter, start, end)))
            for counter in EVERY
        }
    assert listed == {counter: overall[counter] for counter in EVERY}


def test_every_counter_occurs_in_the_story(told: Database) -> None:
    end = at("2026-12-31T00:00")
    with told.read() as conn:
        found = totals.by_cell(conn, Question({1: end, 2: end}, 0, end, end), EVERY)
    assert (
        set(sum(map(Counter, totals.by_org(found, frozenset({1, 2})).values()), Counter()))
        == set(DossierCounter)
        == set(RULES)
    )


def test_a_fee_is_due_where_one_is_told_or_something_was_paid() -> None:
    assert payable({"fee": 1}) is True
    assert payable({"fee": 0, "online_payment": True}) is False
    assert payable({"online_payment": True}) is True
    assert payable({}) is None


def test_one_word_makes_a_source_report_on_something(tmp_path: Path) -> None:
    day = at("2026-03-02T08:00")
    for made in database(tmp_path / "ioc.sqlite"):
        tell(made, *(event(f"a{n}", day, received_at=day) for n in range(3)), event("a0", day + 1, digitised=False))
        tell(made, event("b", day, received_at=day), source_id=2)
        with made.read() as conn:
            found = totals.by_cell(conn, Question({1: day + DAY, 2: day + DAY}, day, day + DAY, day + DAY), EVERY)
    assert totals.sources_with(found, DossierCounter.DIGITISED_REPORTED) == {1}
    assert totals.sources_with(found, DossierCounter.PAYMENT_REPORTED) == frozenset()
    counts = totals.by_org(found, frozenset({1}))["hg"]
    assert (counts[DossierCounter.DIGITISED], counts[DossierCounter.RECEIVED]) == (0, 3)
