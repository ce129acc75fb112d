"""Documents that people edit as a whole, such as a scene of the wall: every version is kept, with who saved it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.platform import audit
from ioc.platform.db.tables import document


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """`body` is JSON, None where this version removed the document; `saved_at` in epoch ms."""

    name: str
    version: int
    body: Mapping[str, Any] | None
    saved_at: int
    author: str
    note: str | None


_COLUMNS = tuple(document.c[name] for name in ("name", "version", "body", "saved_at", "author", "note"))


def latest(conn: Connection, sort: str) -> dict[str, DocumentVersion]:
    """The newest version of each document of a sort that was not removed, by name."""
    newest = (
        sa.select(document.c.name, sa.func.max(document.c.version).label("version"))
        .where(document.c.sort == sort)
        .group_by(document.c.name)
        .subquery()
    )
    same = sa.and_(document.c.name == newest.c.name, document.c.version == newest.c.version, document.c.sort == sort)
    rows = conn.execute(sa.select(*_COLUMNS).join(newest, same).order_by(document.c.name))
    return {row.name: DocumentVersion(*row) for row in rows if row.body is not None}


def newest(conn: Connection, sort: str) -> dict[str, int]:
    """The number of the newest version of each, without its body: cheap enough to be asked each second."""
    there = sa.func.max(sa.case((document.c.body.is_(sa.null()), 0), else_=document.c.version))
    last = sa.func.max(document.c.version)
    rows = conn.execute(
        sa.select(document.c.name, last).where(document.c.sort == sort).group_by(document.c.name).having(there == last)
    )
    return {name: version for name, version in rows}


def versions(conn: Connection, sort: str, name: str) -> list[DocumentVersion]:
    """Every version of one document, the newest first."""
    mine = sa.select(*_COLUMNS).where(document.c.sort == sort, document.c.name == name)
    return [DocumentVersion(*row) for row in conn.execute(mine.order_by(document.c.version.desc()))]


def version(conn: Connection, sort: str, name: str, number: int) -> Mapping[str, Any]:
    """As it was saved; IocError `unknown_version`, also for a version that removed it."""
    body = next((one.body for one in versions(conn, sort, name) if one.version == number), None)
    if body is None:
        raise IocError(Code.UNKNOWN_VERSION, f"no version {number} of {name!r} to return to", name=name, version=number)
    return body


def count(conn: Connection, sort: str) -> int:
    """The versions of all documents of a sort; another number tells that something was saved."""
    mine = sa.select(sa.func.count()).select_from(document).where(document.c.sort == sort)
    return int(conn.execute(mine).scalar_one())


def save(
    conn: Connection, sort: str, name: str, body: Mapping[str, Any] | None, *, at: int, author: str, note: str | None
) -> int:
    """The number of the new version; None as `body` removes the document. What is as before makes no new version."""
    before = next(iter(versions(conn, sort, name)), None)
    if before is not None and before.body == body:
        return before.version
    number = 1 if before is None else before.version + 1
    row = {"sort": sort, "name": name, "version": number, "body": sa.null() if body is None else dict(body)}
    conn.execute(sa.insert(document).values(**row, saved_at=at, author=author, note=note))
    done = "removed" if body is None else "saved"
    audit.record(conn, at, author, f"{sort}.{done}", name, {"version": number, "note": note})
    return number
