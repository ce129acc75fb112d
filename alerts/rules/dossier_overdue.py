"""Rule kind `dossier_overdue`: one alert an org that has dossiers newly beyond their due instant."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import RowMapping

from alerts.model import Condition, Finding, View
from ioc.config.alerting import Rule
from ioc.config.fields import Positive
from ioc.core.model import Severity
from ioc.domain.dossiers.counting.watermarks import imported
from ioc.live.dossier_sources import backfilling, watermarks
from ioc.platform.db.tables import dossier, source

kind = "dossier_overdue"
in_digest = True
default_hold_s = 0.0
every_s = 5.0
DAY_MS = 86_400_000
LOOK_AGAIN_MS = 60_000


class Options(Struct, frozen=True, kw_only=True):
    """`at_least` this many new ones make an alert."""

    at_least: Positive = 1


@dataclass(slots=True)
class OverdueCount:
    """Open dossiers of one receiving org beyond due; `new` are those due after their source was first seen.

    `backfilling`: the source of some of the new ones has not come to the end of what it has to tell; `unsettled`: of
    any of them.
    """

    total: int = 0
    new: int = 0
    since: int = 0  # the earliest due instant of the new ones
    oldest: int = 0
    open: int = 0  # all that are, overdue or not
    simulated: bool = False
    backfilling: bool = False
    unsettled: bool = False

    def add(self, row: RowMapping) -> None:
        self.total += row["total"]
        self.new += row["new"]
        self.since = min(filter(None, (self.since, row["since"])), default=0)
        self.oldest = min(self.oldest or row["oldest"], row["oldest"])
        self.simulated = self.simulated or bool(row["simulated"])
        self.backfilling = self.backfilling or bool(row["backfilling"])
        self.unsettled = self.unsettled or bool(row["unsettled"])


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    options: Options = rule.options
    scope = view.world.inventory.orgs.reach(rule.org)
    for org, count in counts(view).items():
        if org in scope and count.new >= options.at_least:
            yield Finding(
                rule.id,
                org,
                Condition.BAD,
                Severity(rule.severity),
                "alert.dossier_overdue",
                {
                    "new": count.new,
                    "total": count.total,
                    "open": count.open,
                    "days": (view.now - count.oldest) // DAY_MS,
                },
                count.since,
                not_before=view.now + LOOK_AGAIN_MS if count.backfilling else 0,
                simulated=count.simulated,
            )


def counts(view: View) -> dict[str, OverdueCount]:
    """By receiving org, each source judged up to the instant its records are known for."""
    by_org: defaultdict[str, OverdueCount] = defaultdict(OverdueCount)
    with view.db.read() as conn:
        until = watermarks(view.world, imported(conn), view.now)
        for row in conn.execute(overdue(until, backfilling(view.world, view.now))).mappings():
            by_org[row["org"]].add(row)
        for org, n in conn.execute(still_open(until, by_org)):
            by_org[org].open = n
    return by_org


def still_open(known_until: Mapping[int, int], orgs: Iterable[str]) -> sa.Select[Any]:
    """The number of dossiers that each of the orgs has taken in and not ended."""
    counted = sa.and_(dossier.c.receiving_org.in_(sorted(orgs)), dossier.c.source_id.in_(sorted(known_until)))
    return (
        sa.select(dossier.c.receiving_org, sa.func.count())
        .where(sa.text("is_open"), dossier.c.received_at.is_not(None), counted)
        .group_by(dossier.c.receiving_org)
    )


def overdue(known_until: Mapping[int, int], backfilling: Collection[int] = ()) -> sa.Select[Any]:
    """A source's first load is a baseline: what was due before the source was first seen is not new."""
    is_new = dossier.c.overdue_at > source.c.first_seen
    unsettled = source.c.id.in_(sorted(backfilling))
    incomplete = sa.and_(is_new, unsettled)
    now = max(known_until.values(), default=0)
    beyond = (
        sa.and_(dossier.c.source_id == source_id, dossier.c.overdue_at >= until)
        for source_id, until in known_until.items()
        if until < now
    )
    return (
        sa.select(
            dossier.c.receiving_org.label("org"),
            sa.func.count().label("total"),
            sa.func.count(sa.case((is_new, 1))).label("new"),
            sa.func.min(sa.case((is_new, dossier.c.overdue_at))).label("since"),
            sa.func.min(dossier.c.overdue_at).label("oldest"),
            sa.func.max(sa.cast(source.c.simulated, sa.Integer)).label("simulated"),
            sa.func.max(sa.case((incomplete, 1), else_=0)).label("backfilling"),
            sa.func.max(sa.case((unsettled, 1), else_=0)).label("unsettled"),
        )
        .join(source, source.c.id == dossier.c.source_id)
        # in the words of the partial index on what is open
        .where(
            sa.text("is_open AND overdue_at IS NOT NULL"),
            dossier.c.overdue_at < now,
            (dossier.c.source_id + 0).in_(sorted(known_until)),
            sa.not_(sa.or_(sa.false(), *beyond)),
        )
        .group_by(dossier.c.receiving_org)
    )
