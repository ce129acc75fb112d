"""The displays in the database: settings, what was sent there, reports."""

from collections.abc import Iterator
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from ioc.core.model import Role
from ioc.domain.displays.model import Display, DisplaySettings, Report, Shown
from ioc.platform import audit
from ioc.platform.db import Database
from ioc.platform.db.tables import display, display_beat, token


def every(conn: Connection) -> list[Display]:
    """Each that has been paired or has reported, and whose token lives; by name."""
    return list(_read(conn, sa.true()))


def named(conn: Connection, name: str) -> Display | None:
    return next(_read(conn, token.c.name == name), None)


def report(db: Database, conn: Connection, name: str, said: Report, now: int) -> None:
    """The newest of a display; one that nobody has heard of before is listed from now on."""
    values = {"report": msgspec.to_builtins(said), "reported_at": now}
    settings = msgspec.to_builtins(DisplaySettings())
    insert = db.upsert(display).values(name=name, settings=settings, **values)
    conn.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))


def furnish(db: Database, conn: Connection, name: str, settings: DisplaySettings) -> None:
    """A display that was approved: its settings, and nothing of whoever had the name before."""
    fresh = {"shown": None, "identify_until": None, "report": None, "reported_at": None}
    values = {"settings": msgspec.to_builtins(settings), **fresh}
    insert = db.upsert(display).values(name=name, **values)
    conn.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))
    conn.execute(sa.delete(display_beat).where(display_beat.c.token == name))


def change(conn: Connection, one: Display, settings: DisplaySettings, now: int, actor: str) -> None:
    _set(conn, one, settings=msgspec.to_builtins(settings))
    before = msgspec.to_builtins(one.settings)
    detail = {key: value for key, value in msgspec.to_builtins(settings).items() if before[key] != value}
    audit.record(conn, now, actor, "display_changed", one.name, detail, one.org)


def show(conn: Connection, one: Display, shown: Shown | None, now: int, actor: str) -> None:
    """Something else there for a while; None ends it."""
    told = None if shown is None else msgspec.to_builtins(shown)
    _set(conn, one, shown=told)
    audit.record(conn, now, actor, "display_shown", one.name, told or {}, one.org)


def identify(conn: Connection, one: Display, until: int, now: int, actor: str) -> None:
    """Its name large on it until then."""
    _set(conn, one, identify_until=until)
    audit.record(conn, now, actor, "display_identified", one.name, {}, one.org)


def _set(conn: Connection, one: Display, **values: Any) -> None:
    conn.execute(sa.update(display).where(display.c.name == one.name).values(values))


def _read(conn: Connection, which: sa.ColumnElement[bool]) -> Iterator[Display]:
    living = sa.and_(token.c.name == display.c.name, token.c.revoked_at.is_(None), token.c.role == Role.WALL)
    rows = sa.select(display, token.c.org, display_beat.c.seen_at).join(token, living)
    rows = rows.outerjoin(display_beat, display_beat.c.token == display.c.name)
    for row in conn.execute(rows.where(which).order_by(display.c.name)).mappings():
        yield _display(row)


def _display(row: RowMapping) -> Display:
    return Display(
        name=row["name"],
        org=row["org"],
        settings=msgspec.convert(row["settings"], DisplaySettings),
        shown=None if row["shown"] is None else msgspec.convert(row["shown"], Shown),
        identify_until=row["identify_until"],
        report=None if row["report"] is None else msgspec.convert(row["report"], Report),
        reported_at=row["reported_at"],
        seen_at=row["seen_at"],
    )
