"""Consequences of a kiosk's events: tickets, desks, and the state figures of a kiosk that sends only events."""

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from ioc.core.clock import local
from ioc.core.model import Number
from ioc.domain.inventory import Source
from ioc.ingest.desks import is_open, midnight
from ioc.live.deltas import Patch
from ioc.messages.events import TicketEvent
from ioc.messages.events import TicketEventType as Step
from ioc.platform.db import Database
from ioc.platform.db.tables import desk, source, ticket

log = logging.getLogger(__name__)

# a field is the instant a step happened; of several the earliest counts, except where a later one corrects it
_EARLIEST = {
    Step.TICKET_ISSUED: "issued_at",
    Step.TICKET_CALLED: "called_at",
    Step.SERVICE_STARTED: "started_at",
    Step.NO_SHOW: "no_show_at",
    Step.TICKET_CANCELLED: "cancelled_at",
}
_LATEST = {Step.SERVICE_ENDED: "ended_at", Step.TRANSFERRED: "transferred_at"}
_LOOK_BACK = 14  # days: what spoke before is told by its next event
FIGURES = frozenset(
    {
        "waiting",
        "serving",
        "open_counters",
        "issued_today",
        "served_today",
        "no_show_today",
        "longest_wait_s",
        "avg_wait_s",
        "avg_service_s",
    }
)


def apply(db: Database, conn: Connection, source_id: int, tz: ZoneInfo, events: Iterable[TicketEvent]) -> None:
    """Fold events of one kiosk in; doubled, late or shuffled ones come to the same rows."""
    for event in events:
        if event.ticket_id is not None:
            _apply_ticket(db, conn, source_id, tz, event)
        if event.counter_id is not None:
            _apply_desk(db, conn, source_id, event)


def _apply_ticket(db: Database, conn: Connection, source_id: int, tz: ZoneInfo, event: TicketEvent) -> None:
    day = local(event.ts, tz).date().isoformat()
    given = {
        name: value
        for name, value in (
            ("ticket_no", event.ticket_no),
            ("service_code", event.service_code),
            ("counter_id", event.counter_id),
            ("rating", event.rating),
        )
        if value is not None
    }
    changes: dict[str, Any] = dict(given)
    for columns, pick in ((_EARLIEST, sa.func.min), (_LATEST, sa.func.max)):
        name = columns.get(event.type)
        if name is not None:
            given[name] = event.ts
            column = ticket.c[name]
            # min/max of two values; the aggregate names are SQLite's, PostgreSQL calls them least/greatest
            two = pick if db.is_sqlite else (sa.func.least if pick is sa.func.min else sa.func.greatest)
            changes[name] = two(sa.func.coalesce(column, event.ts), event.ts)
    row = {"source_id": source_id, "ticket_id": event.ticket_id, "day": day, **given}
    insert = db.upsert(ticket).values(**row)
    keys = ["source_id", "ticket_id", "day"]
    conn.execute(
        insert.on_conflict_do_update(index_elements=keys, set_=changes)
        if changes
        else insert.on_conflict_do_nothing(index_elements=keys)
    )


def _apply_desk(db: Database, conn: Connection, source_id: int, event: TicketEvent) -> None:
    key = {"source_id": source_id, "counter_id": event.counter_id}
    conn.execute(db.upsert(desk).values(**key).on_conflict_do_nothing(index_elements=list(key)))
    here = sa.and_(desk.c.source_id == source_id, desk.c.counter_id == event.counter_id)
    newest = {Step.COUNTER_OPENED: desk.c.opened_at, Step.COUNTER_CLOSED: desk.c.closed_at}.get(event.type)
    if newest is not None:
        newer = sa.or_(newest.is_(None), newest < event.ts)
        conn.execute(sa.update(desk).where(here, newer).values({newest.name: event.ts}))
    elif event.type in (Step.TICKET_CALLED, Step.SERVICE_STARTED, Step.SERVICE_ENDED, Step.NO_SHOW):
        served = event.ticket_no or event.ticket_id
        at_desk = served if event.type in (Step.TICKET_CALLED, Step.SERVICE_STARTED) else None
        newer = sa.or_(desk.c.ticket_at.is_(None), desk.c.ticket_at <= event.ts)
        conn.execute(sa.update(desk).where(here, newer).values(ticket_no=at_desk, ticket_at=event.ts))


def figures(conn: Connection, source_id: int, tz: ZoneInfo, now: int) -> dict[str, Number]:
    """The state a kiosk would report now, counted from its tickets of today.

    wait = first call - issue, over called tickets; service = end - start (or call), over ended ones.
    """
    today = local(now, tz).date().isoformat()
    rows = (
        conn.execute(sa.select(ticket).where(ticket.c.source_id == source_id, ticket.c.day == today)).mappings().all()
    )
    waiting = [row for row in rows if _is_waiting(row)]
    waits = [row["called_at"] - row["issued_at"] for row in rows if row["called_at"] and row["issued_at"]]
    services = [row["ended_at"] - begun for row in rows if row["ended_at"] and (begun := _begun(row))]
    issued = [row["issued_at"] for row in waiting if row["issued_at"]]
    desks = conn.execute(
        sa.select(desk.c.opened_at, desk.c.closed_at, desk.c.ticket_at).where(desk.c.source_id == source_id)
    )
    day_began = midnight(now, tz)
    return {
        "waiting": len(waiting),
        "serving": sum(_is_serving(row) for row in rows),
        "open_counters": sum(is_open(one, day_began) for one in desks),
        "issued_today": sum(1 for row in rows if row["issued_at"]),
        "served_today": sum(1 for row in rows if row["ended_at"] and not _is_serving(row) and not _is_waiting(row)),
        "no_show_today": sum(1 for row in rows if row["no_show_at"] and not row["ended_at"] and not _is_serving(row)),
        "longest_wait_s": max(0.0, (now - min(issued)) / 1000) if issued else 0,
        **({"avg_wait_s": _mean_s(waits)} if waits else {}),
        **({"avg_service_s": _mean_s(services)} if services else {}),
    }


def implied(conn: Connection, source: Source, tz: ZoneInfo, now: int) -> Iterator[Patch]:
    """Those figures as live state; nothing where the counting breaks: the events behind it are kept all the same."""
    try:
        counted = figures(conn, source.id, tz, now)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        log.exception("%s: its events cannot be counted", source.key)
        return
    yield Patch(source.key, {name: (now, value) for name, value in counted.items()})


def speaking(conn: Connection, now: int) -> dict[int, bool]:
    """Kiosks with events of the last days, and whether there are any since yesterday."""
    days = [(datetime.fromtimestamp(now / 1000, UTC) - timedelta(days=n)).date().isoformat() for n in (1, _LOOK_BACK)]

    def since(day: str) -> sa.ColumnElement[bool]:
        begun = round(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)
        issued = sa.exists().where(ticket.c.source_id == source.c.id, ticket.c.day >= day)
        at_desk = sa.or_(desk.c.opened_at >= begun, desk.c.ticket_at >= begun)
        return sa.or_(issued, sa.exists().where(desk.c.source_id == source.c.id, at_desk))

    rows = sa.select(source.c.id, since(days[0])).where(source.c.kind == "queue", since(days[1]))
    return {source_id: bool(lately) for source_id, lately in conn.execute(rows)}


def _is_waiting(row: RowMapping) -> bool:
    """Issued, and neither called nor gone; a transferred ticket waits again until its next step."""
    if row["cancelled_at"] or row["no_show_at"]:
        return False
    if row["transferred_at"]:
        moved: int = row["transferred_at"]
        return moved >= max(row[name] or 0 for name in ("started_at", "ended_at", "called_at"))
    return bool(row["issued_at"]) and not (row["called_at"] or row["started_at"] or row["ended_at"])


def _is_serving(row: RowMapping) -> bool:
    if row["ended_at"] or row["cancelled_at"] or _is_waiting(row):
        return False
    if row["no_show_at"]:  # who comes after all is served after all
        return (row["started_at"] or 0) > int(row["no_show_at"])
    return bool(row["called_at"] or row["started_at"])


def _begun(row: RowMapping) -> int | None:
    begun: int | None = row["started_at"] or row["called_at"]
    return begun


def _mean_s(durations: list[int]) -> float:
    return max(0.0, sum(durations) / len(durations) / 1000)
