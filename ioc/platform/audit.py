"""The append-only record of who changed what, written in the transaction of the change itself."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.platform.db.tables import audit


def record(
    conn: Connection,
    at: int,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, object],
    org: str | None = None,
) -> None:
    """One row: at `at` (epoch ms) `actor` did `action` to `subject`; secrets never belong in `detail`."""
    conn.execute(
        sa.insert(audit).values(at=at, actor=actor, action=action, subject=subject, detail=dict(detail), org=org)
    )


class AuditRow(NamedTuple):
    """At `at` (epoch ms) `actor` did `action` to `subject`."""

    at: int
    actor: str
    action: str
    subject: str
    detail: Mapping[str, object]
    org: str | None


def record_many(conn: Connection, rows: Sequence[AuditRow]) -> None:
    """What was done to many at once, a row each; at least one."""
    conn.execute(sa.insert(audit), [row._asdict() for row in rows])
