"""Rule kind `dossier_waiting_at`: dossiers stuck with the agency that has them, whoever took them in."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Annotated, Any

import sqlalchemy as sa
from msgspec import Meta, Struct
from sqlalchemy.engine import Connection

from alerts.model import Condition, Finding, View
from ioc.config.alerting import Rule
from ioc.config.fields import Positive
from ioc.core.model import Severity
from ioc.domain.calendar import Calendar
from ioc.domain.calendar.count import add_working_days, next_working_day
from ioc.domain.dossiers.counting.watermarks import Watermarks, imported
from ioc.live.dossier_sources import watermarks
from ioc.platform.db.tables import dossier, dossier_pause, source

kind = "dossier_waiting_at"
default_hold_s = 0.0
every_s = 60.0
DAY_MS = 86_400_000
Waiting = tuple[int, str]  # source id and code


class Options(Struct, frozen=True, kw_only=True):
    """More than `working_days` of the agency's own calendar, without those in which the clock stood still.

    The day it came counts for none. `at_least` so many make an alert.
    """

    working_days: Annotated[int, Meta(ge=1, le=400)] = 10
    at_least: Positive = 1


@dataclass(slots=True)
class StuckCount:
    """Dossiers stuck with one agency; epoch ms."""

    n: int = 0
    oldest: int = 0
    since: int = 0
    simulated: bool = False

    def add(self, came: int, since: int, simulated: bool) -> None:
        self.n += 1
        self.oldest = min(self.oldest or came, came)
        self.since = min(self.since or since, since)
        self.simulated = self.simulated or simulated


@dataclass(slots=True)
class WaitingLimit:
    """How long may be waited with one agency, by its calendar; the same question comes for many dossiers."""

    calendar: Calendar
    working_days: int
    _first: dict[tuple[date, int], int] = field(default_factory=dict)

    def came_before(self, until: int, paused_days: int = 0) -> int:
        """What came before this instant is stuck at `until`."""
        day = self.calendar.date_of(until)
        key = (day, paused_days)
        if key not in self._first:
            first = add_working_days(self.calendar, day, -(self.working_days + paused_days))
            self._first[key] = self.calendar.instant(first, time())
        return self._first[key]

    def stuck_since(self, came: int) -> int:
        """The beginning of the first working day that is too much."""
        last = add_working_days(self.calendar, self.calendar.date_of(came), self.working_days)
        return self.calendar.instant(next_working_day(self.calendar, last), time())


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    options: Options = rule.options
    scope = view.world.inventory.orgs.reach(rule.org)
    with view.db.read() as conn:
        until = watermarks(view.world, imported(conn), view.now)
        found = {org: n for org, n in stuck(conn, view, until, options).items() if org in scope}
        open_there = dict(_open_with(conn, until, found))
    for org, count in found.items():
        if count.n >= options.at_least:
            yield Finding(
                rule.id,
                org,
                Condition.BAD,
                Severity(rule.severity),
                "alert.dossier_waiting_at",
                {
                    "n": count.n,
                    "open": open_there.get(org, count.n),
                    "limit": options.working_days,
                    "days": (view.now - count.oldest) // DAY_MS,
                },
                count.since,
                simulated=count.simulated,
            )


def stuck(conn: Connection, view: View, until: Watermarks, options: Options) -> dict[str, StuckCount]:
    """By the agency that has them, each source judged up to the instant its records are known for."""
    inventory, pauses = view.world.inventory, _pauses(conn)
    limits: dict[str, WaitingLimit] = {}
    found: defaultdict[str, StuckCount] = defaultdict(StuckCount)
    for row in conn.execute(_waiting(until, view.now - options.working_days * DAY_MS)):
        limit = limits.setdefault(row.org, WaitingLimit(inventory.calendar(row.org), options.working_days))
        known = until[row.source_id]
        paused = _paused_days(limit.calendar, pauses.get((row.source_id, row.code), ()), row.came, known)
        if paused is not None and row.came < limit.came_before(known, paused):
            found[row.org].add(row.came, limit.stuck_since(row.came), bool(row.simulated))
    return found


def _waiting(until: Watermarks, before: int) -> sa.Select[Any]:
    """In the words of the index on what is open; so many working days are at least as many days."""
    t = dossier.c
    return (
        sa.select(t.handling_org.label("org"), t.source_id, t.code, t.handled_since.label("came"), source.c.simulated)
        .join(source, source.c.id == t.source_id)
        .where(
            sa.text("is_open AND handled_since IS NOT NULL"),
            t.handled_since < before,
            (t.source_id + 0).in_(sorted(until)),
        )
    )


def _open_with(conn: Connection, until: Watermarks, orgs: Mapping[str, StuckCount]) -> Sequence[Any]:
    t = dossier.c
    counted = sa.and_(t.handling_org.in_(sorted(orgs)), (t.source_id + 0).in_(sorted(until)))
    waiting = sa.text("is_open AND handled_since IS NOT NULL")
    return [
        tuple(row)
        for row in conn.execute(
            sa.select(t.handling_org, sa.func.count()).where(waiting, counted).group_by(t.handling_org)
        )
    ]


def _pauses(conn: Connection) -> dict[Waiting, list[tuple[int, int]]]:
    """While the clock of open dossiers stood still."""
    t, pause = dossier.c, dossier_pause.c
    joined = sa.and_(t.source_id == pause.source_id, t.code == pause.code)
    rows = sa.select(pause.source_id, pause.code, pause.begins_at, pause.ends_at).join(dossier, joined)
    found: defaultdict[Waiting, list[tuple[int, int]]] = defaultdict(list)
    for row in conn.execute(rows.where(sa.text("is_open"))):
        found[row.source_id, row.code].append((row.begins_at, row.ends_at))
    return found


def _paused_days(calendar: Calendar, pauses: Sequence[tuple[int, int]], came: int, until: int) -> int | None:
    """Working days that began while somebody else was waited for; None while that lasts."""
    days = 0
    for begin, end in pauses:
        if begin <= until < end:
            return None
        day, last = calendar.date_of(max(begin, came)), calendar.date_of(min(end, until))
        while end > came and day < last:
            day += timedelta(days=1)
            days += calendar.is_working_day(day)
    return days
