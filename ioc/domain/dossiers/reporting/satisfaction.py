"""Ratings of people at kiosks and of dossiers, by org and day, and the part of them that may be released."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.dossiers.counting import tallies
from ioc.domain.dossiers.counting.counters import DISLIKED_UP_TO, SATISFIED_FROM, DossierCounter
from ioc.domain.dossiers.counting.question import Question
from ioc.domain.dossiers.reporting.release import (
    DOSSIER,
    EPOCH,
    KIOSK,
    Ancestors,
    DayRatings,
    RatingBatch,
    Ratings,
    batches,
)
from ioc.domain.inventory import Inventory
from ioc.platform.db.tables import ticket

_RATINGS = (DossierCounter.RATED, DossierCounter.SATISFIED, DossierCounter.DISLIKED)


class DayRange(NamedTuple):
    """From the first day to the last, counted from 1970."""

    first: int
    last: int

    def years(self) -> "DayRange":
        """All days of the years it touches: what a batch holds does not depend on the period asked for."""
        first, last = (date.fromordinal(day + EPOCH).year for day in self)
        return DayRange(date(first, 1, 1).toordinal() - EPOCH, date(last, 12, 31).toordinal() - EPOCH)


class PeriodRatings(NamedTuple):
    """The ratings of a period, and the batches of its years."""

    rated: list[DayRatings]
    batches: list[RatingBatch]
    days: DayRange


def period_ratings(conn: Connection, inventory: Inventory, question: Question, line: Ancestors) -> PeriodRatings:
    """Of every local day the period touches."""
    rated = [*of_kiosks(conn, inventory, question), *of_dossiers(conn, question)]
    days = asked(question)
    mine = [one for one in rated if days.first <= one.day <= days.last]
    return PeriodRatings(mine, batches(rated, question.min_ratings, line), days)


def asked(question: Question) -> DayRange:
    first = tallies.day_of(question.start)
    return DayRange(first, tallies.day_of(question.at - 1) if question.at > question.start else first - 1)


def of_dossiers(conn: Connection, question: Question) -> Iterator[DayRatings]:
    """Of the dossiers that ended on each day of the years asked for, by who received and who handled them."""
    days = asked(question).years()
    for row in conn.execute(tallies.by_day(days.first, days.last, question.watermarks, _RATINGS)):
        yield DayRatings(DOSSIER, row.receiving_org, row.handling_org, row.bucket, Ratings(*(int(n) for n in row[3:])))


def of_kiosks(conn: Connection, inventory: Inventory, question: Question) -> Iterator[DayRatings]:
    """Of the tickets of each local day of the years asked for, by the org of the kiosk."""
    kiosks = {one.id: one.key.org for one in inventory.sources.values() if one.key.kind == "queue" and one.counts}
    t, days = ticket.c, asked(question).years()
    first, last = (date.fromordinal(day + EPOCH).isoformat() for day in days)
    flags = (sa.case((condition, 1), else_=0) for condition in (t.rating >= SATISFIED_FROM, t.rating <= DISLIKED_UP_TO))
    rows = sa.select(t.source_id, t.day, sa.func.count(), *(sa.func.sum(flag) for flag in flags))
    rows = rows.where(t.source_id.in_(sorted(kiosks)), t.day >= first, t.day <= last, t.rating.is_not(None))
    for source_id, day, *ratings in conn.execute(rows.group_by(t.source_id, t.day)):
        number = date.fromisoformat(day).toordinal() - EPOCH
        yield DayRatings(KIOSK, kiosks[source_id], None, number, Ratings(*(int(n) for n in ratings)))
