"""Publications of feeds about their periods, read back: by org, by name, the newest that speaks of a span."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.periods import Days, Period, parse, span
from ioc.domain.figures.plausible import impossible
from ioc.domain.inventory import Inventory, Source
from ioc.platform.db.tables import feed_figure


@dataclass(frozen=True, slots=True)
class Publication:
    """Everything one feed published of one period; `reported_at` is the newest of it, in epoch ms.

    `reported` is all of it; what cannot be true stands in `impossible` with what is allowed, and is not in `values`.
    """

    source: Source
    period: Period
    reported: Mapping[str, float]
    reported_at: int
    zone: ZoneInfo
    impossible: Mapping[str, str]

    @property
    def values(self) -> dict[str, float]:
        return {name: value for name, value in self.reported.items() if name not in self.impossible}

    @property
    def days(self) -> Days:
        return self.period.days

    @property
    def as_of(self) -> int:
        """The instant its figures are of, in epoch ms."""
        return span(self.days, self.zone).as_of(self.reported_at)


def publications(
    conn: Connection, inventory: Inventory, orgs: Iterable[str], names: Iterable[str]
) -> list[Publication]:
    """Of the feeds of some orgs that count, the latest period first; a period nobody can read is passed over."""
    wanted = frozenset(orgs)
    feeds = {
        source.id: source
        for source in inventory.sources.values()
        if source.key.kind == "feed" and source.counts and source.key.org in wanted
    }
    t = feed_figure.c
    rows = sa.select(feed_figure).where(t.source_id.in_(sorted(feeds)), t.name.in_(sorted(names)))
    values: dict[tuple[int, str], dict[str, float]] = {}
    at: dict[tuple[int, str], int] = {}
    for row in conn.execute(rows):
        key = row.source_id, row.period
        values.setdefault(key, {})[row.name] = row.value
        at[key] = max(at.get(key, 0), row.at)
    found = [
        _publication(inventory, feeds[source_id], days, reported, at[source_id, period])
        for (source_id, period), reported in values.items()
        if (days := parse(period)) is not None
    ]
    return sorted(found, key=lambda one: (one.days.after, one.days.first, one.reported_at), reverse=True)


def _publication(
    inventory: Inventory, feed: Source, period: Period, reported: Mapping[str, float], at: int
) -> Publication:
    return Publication(feed, period, reported, at, inventory.tz(feed.key), impossible(reported, period.length))
