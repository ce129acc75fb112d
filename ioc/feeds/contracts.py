"""What each feed promised, out of the inventory, and when its deliveries came, out of the records."""

from collections.abc import Iterable, Iterator
from datetime import date, time
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.db.tables import feed_delivery
from ioc.feeds.cadence import Contract
from ioc.inventory import Inventory, Source

DAY_MS = 86_400_000


class Promised(NamedTuple):
    """A feed whose deliveries are due by the calendar; `begins` is the first instant of its contract, if it says."""

    source: Source
    contract: Contract
    begins: int | None


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


def last_deliveries(conn: Connection) -> dict[int, int]:
    """When the newest delivery of each source came in, by source id."""
    newest = sa.select(feed_delivery.c.source_id, sa.func.max(feed_delivery.c.at)).group_by(feed_delivery.c.source_id)
    return {source_id: at for source_id, at in conn.execute(newest)}


def deliveries(conn: Connection, one: Promised, now: int) -> list[int]:
    """When they came, as far back as its score looks."""
    t, since = feed_delivery.c, now - one.contract.cadence.look_back_days * DAY_MS
    return list(conn.scalars(sa.select(t.at).where(t.source_id == one.source.id, t.at > since, t.at <= now)))


def late(
    inventory: Inventory, sources: Iterable[Source], delivered: dict[int, int], now: int
) -> Iterator[tuple[Source, int | None]]:
    """Every feed with a contract of days, and since when it is late, None while it is not."""
    for source in sources:
        one = promised(inventory, source)
        if one is not None:
            yield source, one.contract.late_since(delivered.get(source.id), one.begins, now)
