"""What systems say of dossiers is counted exactly, by the day and within one, whatever came in whatever order."""

import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from ioc.domain.dossiers.counting import trait_figures, traits
from ioc.domain.dossiers.counting.buckets import Question
from ioc.domain.dossiers.counting.tallies import Mark, Side
from ioc.domain.dossiers.counting.traits import Trait
from ioc.platform.db import Database
from ioc.platform.db.tables import dossier
from tests.domain.dossiers.counting.test_summary import DAY, HOUR, PERIODS, at, database
from tests.domain.dossiers.events import event, tell

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
    if dice.random() < 0.8:
        end = start + dice.randrange(HOUR, 20 * DAY, 60_000)
        events.append(event(code, end, finished_at=end, status=dice.choice((9, 9, 9, 8)), due_at=end + HOUR))
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
def test_traits_are_counted_as_a_look_at_every_record_does(told: Database, side: Side, period) -> None:
    start, end = map(at, period)
    org = "handling_org" if side is Side.HANDLING else "receiving_org"
    wanted: Counter = Counter()
    with told.read() as conn:
        for row in conn.execute(sa.select(dossier)).mappings():
            if start <= row["received_at"] < end:
                wanted.update(
                    (row[org], row["source_id"], mark) for mark in (Mark.RECEIVED, *traits.when_received(row))
                )
            if row["ended_at"] is not None and start <= row["ended_at"] < end:
                wanted.update((row[org], row["source_id"], mark) for mark in traits.when_ended(row))
        found = trait_figures.by_cell(conn, Question({1: end, 2: end}, start, end, end, side=side))
    counted = {(*cell, mark): n for cell, counts in found.items() for mark, n in counts.items() if n}
    assert counted == dict(wanted)


def test_every_trait_occurs_in_the_story(told: Database) -> None:
    end = at("2026-12-31T00:00")
    with told.read() as conn:
        found = trait_figures.by_cell(conn, Question({1: end, 2: end}, 0, end, end))
    total = sum(trait_figures.by_org(found, frozenset({1, 2})).values(), Counter())
    assert set(total) == {Mark.RECEIVED, *Trait}


def test_a_fee_is_due_where_one_is_told_or_something_was_paid() -> None:
    assert traits.payable({"fee": 1}) is True
    assert traits.payable({"fee": 0, "online_payment": True}) is False
    assert traits.payable({"online_payment": True}) is True
    assert traits.payable({}) is None


def test_one_word_makes_a_source_speak_of_a_trait(tmp_path: Path) -> None:
    day = at("2026-03-02T08:00")
    for made in database(tmp_path / "ioc.sqlite"):
        tell(made, *(event(f"a{n}", day, received_at=day) for n in range(3)), event("a0", day + 1, digitised=False))
        tell(made, event("b", day, received_at=day), source_id=2)
        with made.read() as conn:
            found = trait_figures.by_cell(conn, Question({1: day + DAY, 2: day + DAY}, day, day + DAY, day + DAY))
    assert trait_figures.speaking(found, Trait.DIGITISED_TOLD) == {1}
    assert trait_figures.speaking(found, Trait.PAYMENT_TOLD) == frozenset()
    counts = trait_figures.by_org(found, frozenset({1}))["hg"]
    assert (counts[Trait.DIGITISED], counts[Mark.RECEIVED]) == (0, 3)
