"""The counters of dossiers: the instant at which a dossier enters each one, and the rule by which it does."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from ioc.domain.dossiers.history.judgement import Timeliness
from ioc.domain.dossiers.history.record import Record
from ioc.domain.dossiers.history.status import NO_RESULT
from ioc.platform.db.tables import dossier

SATISFIED_FROM = 4  # of 1-5
DISLIKED_UP_TO = 2
Condition = sa.ColumnElement[bool]
_t = dossier.c


class DossierCounter(StrEnum):
    """What is counted of dossiers; each is a column of the tallies, and a dossier enters it once at most.

    `open` at an instant is what was received less what ended before it. `…_REPORTED`: the system said yes or no; of
    one that never does, nothing is known.
    """

    RECEIVED = "received"
    RECEIVED_ONLINE = "received_online"
    RECEIVED_UNDATED = "received_undated"
    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"
    UNDATED = "undated"
    OVERDUE = "overdue"
    PAYABLE = "payable"
    PAID_ONLINE = "paid_online"
    PAYMENT_REPORTED = "payment_told"
    DIGITISED = "digitised"
    DIGITISED_REPORTED = "digitised_told"
    WITH_RESULT = "with_result"
    ELECTRONIC_RESULT = "electronic_result"
    RESULT_REPORTED = "result_told"
    RATED = "rated"
    SATISFIED = "satisfied"
    DISLIKED = "disliked"


class CounterInstant(StrEnum):
    """The instant of a record at which its dossier enters a counter, by its column."""

    RECEIVED = "received_at"
    ENDED = "ended_at"
    OVERDUE = "overdue_at"


@dataclass(frozen=True, slots=True)
class CountRule:
    """A condition on one column of a record: of its value, and in a query."""

    column: str
    holds: Callable[[Any], bool]
    sql: Callable[[sa.Column[Any]], Condition]


@dataclass(frozen=True, slots=True)
class CounterDefinition:
    """When a dossier enters a counter, and what must be so of it."""

    entry: CounterInstant
    rules: tuple[CountRule, ...] = ()


def _is_true(column: str) -> CountRule:
    return CountRule(column, bool, lambda c: sa.and_(c))


def _is_reported(column: str) -> CountRule:
    return CountRule(column, lambda value: value is not None, lambda c: c.is_not(None))


def _ended(outcome: Timeliness) -> CounterDefinition:
    return CounterDefinition(
        CounterInstant.ENDED, (CountRule("outcome", lambda value: value == outcome, lambda c: c == outcome),)
    )


def _rating(holds: Callable[[Any], Any]) -> CounterDefinition:
    return CounterDefinition(
        CounterInstant.ENDED, (CountRule("satisfaction", lambda value: value is not None and holds(value), holds),)
    )


# what was refused, withdrawn or stopped has no result; it can be rated all the same
_HAS_RESULT = CountRule(
    "status", lambda value: value not in NO_RESULT, lambda c: sa.or_(c.is_(None), c.not_in(NO_RESULT))
)  # fmt: skip
DEFINITIONS: Mapping[DossierCounter, CounterDefinition] = {
    DossierCounter.RECEIVED: CounterDefinition(CounterInstant.RECEIVED),
    DossierCounter.RECEIVED_ONLINE: CounterDefinition(CounterInstant.RECEIVED, (_is_true("online"),)),
    DossierCounter.RECEIVED_UNDATED: CounterDefinition(CounterInstant.RECEIVED, (_is_true("undated"),)),
    DossierCounter.EARLY: _ended(Timeliness.EARLY),
    DossierCounter.ON_TIME: _ended(Timeliness.ON_TIME),
    DossierCounter.LATE: _ended(Timeliness.LATE),
    DossierCounter.UNDATED: _ended(Timeliness.UNDATED),
    DossierCounter.OVERDUE: CounterDefinition(CounterInstant.OVERDUE),
    DossierCounter.PAYABLE: CounterDefinition(CounterInstant.RECEIVED, (_is_true("payable"),)),
    DossierCounter.PAID_ONLINE: CounterDefinition(
        CounterInstant.RECEIVED, (_is_true("payable"), _is_true("online_payment"))
    ),
    DossierCounter.PAYMENT_REPORTED: CounterDefinition(CounterInstant.RECEIVED, (_is_reported("online_payment"),)),
    DossierCounter.DIGITISED: CounterDefinition(CounterInstant.RECEIVED, (_is_true("digitised"),)),
    DossierCounter.DIGITISED_REPORTED: CounterDefinition(CounterInstant.RECEIVED, (_is_reported("digitised"),)),
    DossierCounter.WITH_RESULT: CounterDefinition(CounterInstant.ENDED, (_HAS_RESULT,)),
    DossierCounter.ELECTRONIC_RESULT: CounterDefinition(
        CounterInstant.ENDED, (_HAS_RESULT, _is_true("electronic_result"))
    ),
    DossierCounter.RESULT_REPORTED: CounterDefinition(
        CounterInstant.ENDED, (_HAS_RESULT, _is_reported("electronic_result"))
    ),
    DossierCounter.RATED: CounterDefinition(CounterInstant.ENDED, (_is_reported("satisfaction"),)),
    DossierCounter.SATISFIED: _rating(lambda value: value >= SATISFIED_FROM),
    DossierCounter.DISLIKED: _rating(lambda value: value <= DISLIKED_UP_TO),
}


def entries(row: Record) -> Iterator[tuple[int, tuple[DossierCounter, ...]]]:
    """The instants at which a dossier enters counters, or will if nothing more happens, each with those counters."""
    received, ended, overdue = row["received_at"], row["ended_at"], row["overdue_at"]
    if received is None:
        return
    yield received, _at_receipt(*_READ_AT_RECEIPT(row))
    if ended is not None:
        yield ended, _at_end(*_READ_AT_END(row))
    if overdue is not None and (ended is None or overdue < ended):
        yield overdue, _OVERDUE


def _of(entry: CounterInstant) -> tuple[DossierCounter, ...]:
    return tuple(counter for counter, made in DEFINITIONS.items() if made.entry is entry)


def _read_at(entry: CounterInstant) -> tuple[str, ...]:
    """The columns that the rules of its counters read."""
    return tuple(dict.fromkeys(rule.column for counter in _of(entry) for rule in DEFINITIONS[counter].rules))


def _holding(entry: CounterInstant, values: tuple[Any, ...]) -> tuple[DossierCounter, ...]:
    read = dict(zip(_read_at(entry), values, strict=True))
    return tuple(
        counter for counter in _of(entry) if all(rule.holds(read[rule.column]) for rule in DEFINITIONS[counter].rules)
    )


# few combinations of values occur: each is worked out once
@lru_cache(maxsize=4_096)
def _at_receipt(*values: Any) -> tuple[DossierCounter, ...]:
    return _holding(CounterInstant.RECEIVED, values)


@lru_cache(maxsize=4_096)
def _at_end(*values: Any) -> tuple[DossierCounter, ...]:
    return _holding(CounterInstant.ENDED, values)


_READ_AT_RECEIPT, _READ_AT_END = (
    itemgetter(*_read_at(CounterInstant.RECEIVED)),
    itemgetter(*_read_at(CounterInstant.ENDED)),
)
_OVERDUE = _of(CounterInstant.OVERDUE)


def rule_of(counter: DossierCounter) -> Condition:
    """The condition on a record, its instant aside."""
    return sa.and_(sa.true(), *(rule.sql(_t[rule.column]) for rule in DEFINITIONS[counter].rules))


def comes_to(entry: CounterInstant, start: int, end: int) -> Condition:
    """True where that instant of a record is in `[start, end)`; one that ended before it was due is never overdue."""
    column = _t[entry]
    found = sa.and_(column >= start, column < end)
    if entry is CounterInstant.OVERDUE:
        return sa.and_(found, sa.or_(_t.ended_at.is_(None), _t.overdue_at < _t.ended_at))
    return found


def entered(counter: DossierCounter, start: int, end: int) -> Condition:
    """The records whose dossiers entered a counter in `[start, end)`."""
    return sa.and_(comes_to(DEFINITIONS[counter].entry, start, end), rule_of(counter))
