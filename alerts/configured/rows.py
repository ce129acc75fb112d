"""Table `configured`, and the revision by which every role notices that it changed."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from ioc.platform import documents, meta
from ioc.platform.db import Database
from ioc.platform.db.tables import configured

Key = tuple[str, str]  # section, name
_VERSIONED = frozenset({"indicator"})  # a figure goes by the definition of its day
_FILE = "file"


def version(conn: Connection) -> int:
    """Grows with every change; cheap enough to ask each second."""
    return int(meta.get(conn, meta.Fact.BOOK_REV, "0"))


def begin(db: Database, conn: Connection) -> None:
    """The first thing of a change: one at a time, and every role hears of it."""
    meta.hold(db, conn, meta.Fact.BOOK_REV)
    meta.bump(db, conn, meta.Fact.BOOK_REV)


def everything(conn: Connection) -> list[RowMapping]:
    """In order, with what was removed."""
    c = configured.c
    return list(conn.execute(sa.select(configured).order_by(c.section, c.position, c.name)).mappings())


def standing(conn: Connection, section: str) -> list[RowMapping]:
    """The entries of one section that are in force, in order."""
    c = configured.c
    wanted = sa.select(configured).where(c.section == section, sa.not_(c.removed))
    return list(conn.execute(wanted.order_by(c.position, c.name)).mappings())


def write(db: Database, conn: Connection, key: Key, **values: Any) -> None:
    """One row, new or not."""
    section, name = key
    upsert = db.upsert(configured).values(section=section, name=name, **values)
    conn.execute(upsert.on_conflict_do_update(index_elements=["section", "name"], set_=values))
    if section in _VERSIONED:
        author = values["changed_by"] or _FILE
        documents.save(conn, section, name, values["body"], at=values["changed_at"], author=author, note=None)


def change(conn: Connection, key: Key, **values: Any) -> None:
    conn.execute(sa.update(configured).where(_is(key)).values(**values))


def drop(conn: Connection, key: Key) -> None:
    conn.execute(sa.delete(configured).where(_is(key)))


def _is(key: Key) -> sa.ColumnElement[bool]:
    return sa.and_(configured.c.section == key[0], configured.c.name == key[1])
