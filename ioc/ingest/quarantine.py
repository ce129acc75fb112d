"""Unusable messages, kept with their reason until somebody mends the cause and sends them through again."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.core.model import Reason
from ioc.domain.inventory import Scope
from ioc.ingest.replay import Replay
from ioc.platform import audit
from ioc.platform.db import Database
from ioc.platform.db.tables import quarantine

PAGE = 100
REPLAY_AT_MOST = 10_000
# only the beginning of these was kept
_CUT = (Reason.TOO_LARGE,)


def listing(
    conn: Connection, scope: Scope, *, reason: str | None = None, page: int = 1, per_page: int = PAGE
) -> tuple[list[dict[str, Any]], int]:
    """Newest first, with the total; a caller bound to a subtree sees the topics of its orgs only."""
    wanted = _wanted(scope, reason)
    total = conn.scalar(sa.select(sa.func.count()).select_from(quarantine).where(*wanted)) or 0
    query = sa.select(quarantine).where(*wanted).order_by(quarantine.c.id.desc())
    rows = conn.execute(query.limit(per_page).offset((page - 1) * per_page)).mappings()
    return [{**row, "payload": row["payload"].decode("utf-8", "replace")} for row in rows], total


def resend(
    db: Database, send: Callable[[Replay], None], scope: Scope, actor: str, now: int, *, reason: str | None = None
) -> int:
    """Send what waits through ingest again, oldest first, at most REPLAY_AT_MOST; how many were sent.

    A row is marked once `send` has returned; whatever still cannot be used comes back as a new row.
    """
    wanted = [*_wanted(scope, reason), quarantine.c.replayed_at.is_(None), quarantine.c.reason.not_in(_CUT)]
    with db.read() as conn:
        rows = conn.execute(sa.select(quarantine).where(*wanted).order_by(quarantine.c.id).limit(REPLAY_AT_MOST)).all()
    sent: list[int] = []
    try:
        for row in rows:
            send(Replay(row.received_at, row.topic, row.payload))
            sent.append(row.id)
    finally:
        if sent:
            with db.write() as conn:
                conn.execute(sa.update(quarantine).where(quarantine.c.id.in_(sent)).values(replayed_at=now))
                detail = {"messages": len(sent), "reason": reason}
                audit.record(conn, now, actor, "quarantine.replay", reason or "all", detail, scope.root)
    return len(sent)


def _wanted(scope: Scope, reason: str | None) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = []
    if reason is not None:
        if reason not in set(Reason):
            raise IocError(Code.BAD_VALUE, f"reason {reason!r}: allowed are {', '.join(Reason)}", name="reason")
        wanted.append(quarantine.c.reason == reason)
    if scope.root is not None:
        wanted.append(
            sa.or_(*(quarantine.c.topic.startswith(f"ioc/v1/{code}/", autoescape=True) for code in sorted(scope.codes)))
        )
    return wanted
