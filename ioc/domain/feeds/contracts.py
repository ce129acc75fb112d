"""The promise of each feed, out of the inventory, and the instants of its deliveries, out of the records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, time
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.cadence import Came, Contract
from ioc.domain.inventory import Inventory, Source
from ioc.platform.db.tables import feed_delivery

DAY_MS = 86_400_000


class Promised(NamedTuple):
    """A feed whose deliveries are due by the calendar; `begins` is the first instant of its contract, if it says."""

    source: Source
    contract: Contract
    begins: int | None

    @property
    def owed_from(self) -> int | None:
        """The instant from which deliveries are owed: without a first day of its own, that of its import."""
        return self.source.agreed_at if self.begins is None else self.begins


def promised(inventory: Inventory, source: Source) -> Promised | None:
    """None for what has no cadence, or one in seconds: that is silent or not, whatever the day."""
    cadence = source.cadence
    if cadence is None or cadence.every_s is not None:
        return None
    calendar = inventory.calendar(source.key.org)
    cut_off = time.fromisoformat(source.cut_off) if source.cut_off else None
    first = date.fromisoformat(source.valid_from) if source.valid_from else None
    begins = None if first is None else calendar.instant(first, time())
    return Promised(source, Contract(cadence, calendar, cut_off), begins)


def last_deliveries(conn: Connection) -> dict[int, list[Came]]:
    """The newest delivery of each source, by source id, of each sort: of what has ended, of what runs, of neither."""
    t = feed_delivery.c
    runs = sa.func.coalesce(t.told_until > t.at, sa.false())
    newest = sa.select(t.source_id, sa.func.max(t.at).label("at"), sa.func.max(t.told_until).label("until"))
    found: dict[int, list[Came]] = {}
    for row in conn.execute(newest.group_by(t.source_id, runs, t.told_until.is_(None))):
        found.setdefault(row.source_id, []).append(Came(row.at, row.until))
    return found


def deliveries(conn: Connection, one: Promised, now: int) -> list[Came]:
    """As far back as its score looks."""
    t, since = feed_delivery.c, now - one.contract.cadence.look_back_days * DAY_MS
    rows = sa.select(t.at, t.told_until).where(t.source_id == one.source.id, t.at > since, t.at <= now)
    return [Came(row.at, row.told_until) for row in conn.execute(rows)]


def late(
    inventory: Inventory, sources: Iterable[Source], delivered: Mapping[int, Sequence[Came]], now: int
) -> Iterator[tuple[Source, int | None]]:
    """Every feed with a contract of days, and since when it is late, None while it is not."""
    for source in sources:
        one = promised(inventory, source)
        if one is not None:
            yield source, one.contract.late_since(delivered.get(source.id, ()), one.owed_from, now)
