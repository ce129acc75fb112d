"""What feeds published of their periods, read back: by org, by name, the newest that speaks of a span."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.db.tables import feed_figure
from ioc.inventory import Inventory, Source
from ioc.periods import Days, days


@dataclass(frozen=True, slots=True)
class Publication:
    """Everything one feed said of one period; `at` is the newest word, in epoch ms."""

    source: Source
    period: str
    spoken_of: Days
    values: Mapping[str, float]
    at: int


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
        Publication(feeds[source_id], period, spoken_of, told, at[source_id, period])
        for (source_id, period), told in values.items()
        if (spoken_of := days(period)) is not None
    ]
    return sorted(found, key=lambda one: (one.spoken_of.after, one.spoken_of.first, one.at), reverse=True)
