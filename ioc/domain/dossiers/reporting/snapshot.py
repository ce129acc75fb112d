"""The figures of a day as they stood at its cut-off: taken once, kept as they were, and what has changed in them since.

A day reaches from the cut-off of the day before to its own, so that days join and nothing falls between them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.clock import local
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.counting.question import Question
from ioc.domain.dossiers.counting.summary import Counts, by_org
from ioc.domain.dossiers.counting.watermarks import Watermarks
from ioc.domain.dossiers.reporting.freshness import Reporters
from ioc.domain.dossiers.reporting.roll_up import rolled_up
from ioc.domain.inventory import Inventory, OrgTree
from ioc.platform.db import Database
from ioc.platform.db.tables import dossier_snapshot

CATCH_UP_DAYS = 31
SETTLE_MS = 120_000  # what happened just before the cut-off is still on its way
LATE_MS = 3_600_000
_ONE_DAY = timedelta(days=1)
_t = dossier_snapshot.c


class SnapshotSpan(StrEnum):
    """The two spans that a snapshot counts, both up to the cut-off."""

    DAY = "day"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class CutOff:
    """The hour at which days end, on the wall clock of `tz`."""

    hour: time
    tz: ZoneInfo

    def of(self, day: date) -> int:
        """Its instant in epoch ms."""
        return int(datetime.combine(day, self.hour, self.tz).timestamp() * 1000)

    def last(self, now: int) -> date:
        """The newest day that is over."""
        today = local(now, self.tz).date()
        return today if self.of(today) <= now else today - _ONE_DAY

    def start(self, span: SnapshotSpan, day: date) -> int:
        if span is SnapshotSpan.DAY:
            return self.of(day - _ONE_DAY)
        return int(datetime(day.year, 1, 1, tzinfo=self.tz).timestamp() * 1000)

    def question(
        self, span: SnapshotSpan, day: date, watermarks: Watermarks, orgs: frozenset[str] | None = None
    ) -> Question:
        at = self.of(day)
        return Question(watermarks, self.start(span, day), at, at, orgs)


@dataclass(frozen=True, slots=True)
class DaySnapshot:
    """One org's figures of a day; `known` names the sources that were behind the cut-off and how far they reached."""

    day: date
    org: str
    cut_off_at: int
    taken_at: int
    counts: Mapping[SnapshotSpan, Counts]
    known: Mapping[str, int]
    as_of: int | None  # the oldest of what went in; None where no source reported on the org

    @property
    def late(self) -> bool:
        return self.taken_at - self.cut_off_at > LATE_MS


def cut_off(hour: str, orgs: OrgTree) -> CutOff:
    """Of the whole installation: on the clock of the place its tree begins at."""
    roots = orgs.roots()
    return CutOff(time.fromisoformat(hour), orgs.tz(roots[0].code if roots else ""))


def cut_off_of(snapshot: DaySnapshot, orgs: OrgTree) -> CutOff:
    """The hour a snapshot was taken for, whatever is configured now."""
    tz = cut_off("00:00", orgs).tz
    return CutOff(local(snapshot.cut_off_at, tz).time(), tz)


def due(conn: Connection, cut: CutOff, now: int) -> list[date]:
    """Days that are over and not taken yet, the oldest first; of an installation's past none but the newest."""
    last = cut.last(now - SETTLE_MS)
    taken = conn.scalar(sa.select(sa.func.max(_t.day)))
    first = last if taken is None else max(date.fromisoformat(taken) + _ONE_DAY, last - CATCH_UP_DAYS * _ONE_DAY)
    return [first + n * _ONE_DAY for n in range((last - first).days + 1)]


def take(
    db: Database,
    inventory: Inventory,
    reporters: Reporters,
    watermarks: Watermarks,
    cut: CutOff,
    day: date,
    now: int,
    check: Callable[[Connection], None],
) -> int:
    """Freeze a day for every org that lives on it; how many were not frozen before.

    `check` raises inside the transaction when the duty is no longer ours.
    """
    orgs = inventory.orgs.on(day.isoformat())
    with db.read() as conn:
        counted = {span: rolled_up(by_org(conn, cut.question(span, day, watermarks)), orgs) for span in SnapshotSpan}
    at = cut.of(day)
    keys = {source.id: str(source.key) for source in inventory.sources.values()}
    behind = {keys[id_]: until for id_, until in watermarks.items() if until < at}
    head = {"day": day.isoformat(), "cut_off_at": at, "taken_at": now}
    rows = [
        head
        | {
            "org": org.code,
            "figures": _written({span: counted[span].get(org.code, Counts()) for span in SnapshotSpan}, behind)
            | {"as_of": reporters.of(orgs.scope(org.code), at).as_of},
        }
        for org in orgs.living()
    ]
    with db.write() as conn:
        check(conn)
        before = _taken(conn, day)
        new = [row for row in rows if row["org"] not in before]
        if new:
            conn.execute(sa.insert(dossier_snapshot), new)
    return len(new)


def find(conn: Connection, org: str, day: date | None) -> DaySnapshot | None:
    """That of a day, or the newest."""
    rows = sa.select(dossier_snapshot).where(_t.org == org).order_by(_t.day.desc()).limit(1)
    if day is not None:
        rows = rows.where(_t.day == day.isoformat())
    row = conn.execute(rows).mappings().one_or_none()
    return None if row is None else _read(row)


def corrections(
    snapshot: DaySnapshot, now: Mapping[SnapshotSpan, Counts]
) -> Iterator[tuple[SnapshotSpan, Bucket, int, int]]:
    """Figures that have changed for the same instants: span, bucket, frozen and present figure."""
    for span in SnapshotSpan:
        for bucket in Bucket:
            frozen, present = snapshot.counts[span][bucket], now[span][bucket]
            if frozen != present:
                yield span, bucket, frozen, present


def _taken(conn: Connection, day: date) -> frozenset[str]:
    return frozenset(conn.scalars(sa.select(_t.org).where(_t.day == day.isoformat())))


def _written(counts: Mapping[SnapshotSpan, Counts], behind: Mapping[str, int]) -> dict[str, Any]:
    return {
        **{span.value: {bucket.value: n for bucket in Bucket if (n := of[bucket])} for span, of in counts.items()},
        "known": behind,
    }


def _read(row: Mapping[Any, Any]) -> DaySnapshot:
    written = row["figures"]
    return DaySnapshot(
        day=date.fromisoformat(row["day"]),
        org=row["org"],
        cut_off_at=row["cut_off_at"],
        taken_at=row["taken_at"],
        counts={span: Counts(dict(_counts(written[span].items()))) for span in SnapshotSpan},
        known=written["known"],
        as_of=written.get("as_of", min((row["cut_off_at"], *written["known"].values()))),
    )


def _counts(written: Iterable[tuple[str, int]]) -> Iterator[tuple[Bucket, int]]:
    """A bucket of an older build that is no more is passed over."""
    return ((Bucket(name), n) for name, n in written if name in set(Bucket))
