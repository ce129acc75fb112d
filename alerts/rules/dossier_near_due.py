"""Rule kind `dossier_near_due`: one alert an org whose dossiers are due soon, or today, and not done."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct

from alerts.model import Condition, Finding, View
from alerts.rules.dossier_overdue import still_open
from ioc.config.alerting import Rule
from ioc.config.fields import Positive
from ioc.core.clock import local
from ioc.core.model import Severity
from ioc.domain.dossiers.counting.watermarks import imported
from ioc.live.dossier_sources import watermarks
from ioc.platform.db.tables import dossier, source

kind = "dossier_near_due"
default_hold_s = 0.0
every_s = 15.0


class Options(Struct, frozen=True, kw_only=True):
    """`at_least` so many of them make an alert; `due = "today"` counts those alone that are due before midnight.

    How many working days before the due date count as near is `[dossiers] near_due_days`.
    """

    at_least: Positive = 1
    due: Literal["near", "today"] = "near"


@dataclass(slots=True)
class NearDueCount:
    """Open dossiers of one receiving org that are near their due instant (epoch ms)."""

    near: int = 0
    today: int = 0
    since: int = 0  # when the first of them came near
    first: int = 0
    open: int = 0
    simulated: bool = False


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    options: Options = rule.options
    scope = view.world.inventory.orgs.reach(rule.org)
    for org, count in counts(view).items():
        n = count.near if options.due == "near" else count.today
        if org in scope and n >= options.at_least:
            yield Finding(
                rule.id,
                org,
                Condition.BAD,
                Severity(rule.severity),
                f"alert.dossier_due_{options.due}",
                {"n": n, "open": count.open, "today": count.today, "first": _clock(view, org, count.first)},
                count.since,
                simulated=count.simulated,
            )


def counts(view: View) -> dict[str, NearDueCount]:
    """By receiving org; many are due at the same closing time, so that few rows are read."""
    by_org: defaultdict[str, NearDueCount] = defaultdict(NearDueCount)
    with view.db.read() as conn:
        until = watermarks(view.world, imported(conn), view.now)
        for row in conn.execute(near_due(until, view.now)):
            count = by_org[row.org]
            count.near += row.n
            count.today += row.n * _is_today(view, row.org, row.due)
            count.since = min(count.since or row.since, row.since)
            count.first = min(count.first or row.due, row.due)
            count.simulated = count.simulated or bool(row.simulated)
        for org, n in conn.execute(still_open(until, by_org)):
            by_org[org].open = n
    return by_org


def near_due(sources: dict[int, int], now: int) -> sa.Select[Any]:
    t = dossier.c
    return (
        sa.select(
            t.receiving_org.label("org"),
            t.overdue_at.label("due"),
            sa.func.count().label("n"),
            sa.func.min(t.near_at).label("since"),
            sa.func.max(sa.cast(source.c.simulated, sa.Integer)).label("simulated"),
        )
        .join(source, source.c.id == t.source_id)
        .where(
            sa.text("is_open AND overdue_at IS NOT NULL"),
            t.overdue_at >= now,
            t.near_at < now,
            (t.source_id + 0).in_(sorted(sources)),
        )
        .group_by(t.receiving_org, t.overdue_at)
    )


def _is_today(view: View, org: str, at: int) -> bool:
    calendar = view.world.inventory.calendar(org)
    return calendar.date_of(at) == calendar.date_of(view.now)


def _clock(view: View, org: str, at: int) -> str:
    return f"{local(at, view.world.inventory.orgs.tz(org)):%H:%M %d/%m/%Y}"
