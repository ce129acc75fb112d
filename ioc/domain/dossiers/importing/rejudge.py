"""Judging known dossiers again, after a calendar, the policy or the rules themselves have changed."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.dossiers.history import statements
from ioc.domain.dossiers.history.judgement import Policy
from ioc.domain.dossiers.history.record import DossierKey, RecordBuilder
from ioc.domain.dossiers.importing.records import RecordWriter
from ioc.domain.inventory import Inventory
from ioc.platform import meta
from ioc.platform.db import Database
from ioc.platform.db.tables import dossier, source
from ioc.platform.meta import Fact

log = logging.getLogger(__name__)

RULES = 6  # raise it when `judge` or `course` come to other verdicts, or a row holds more, than before
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class MovedDueDate:
    """A dossier whose due instant is another now; epoch ms."""

    code: str
    org: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class AffectedDossiers:
    """Dossiers that a change can touch: those of `orgs` (None: all) with a clock that ran in `[start, end)`."""

    orgs: Iterable[str] | None = None
    start: int | None = None
    end: int | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        t = dossier.c
        found: list[sa.ColumnElement[bool]] = []
        if self.orgs is not None:
            found.append(t.receiving_org.in_(sorted(self.orgs)))
        if self.end is not None:
            found.append(sa.or_(t.received_at < self.end, t.received_at.is_(None)))
        if self.start is not None:
            last = sa.func.coalesce(t.ended_at, self.start)
            found.append(sa.or_(last >= self.start, t.due_at >= self.start))
        return found


def rejudge(
    db: Database,
    conn: Connection,
    builder: RecordBuilder,
    affected: AffectedDossiers,
    now: int,
    *,
    dry_run: bool = False,
) -> list[MovedDueDate]:
    """Write what comes out differently, in the caller's transaction, and name the due dates that moved."""
    moved: list[MovedDueDate] = []
    for rows in _pages(conn, affected):
        moved += _again(conn, builder, rows, now, dry_run=dry_run)
    return moved


def settle(db: Database, inventory: Inventory, policy: Policy, now: int) -> int:
    """Judge everything again if the policy or the rules are not those of the last time; how many due dates moved."""
    rules = f"{RULES} {policy.near_due_days} {policy.accept_within_h} {policy.payment_pauses}"
    with db.read() as conn:
        if meta.get(conn, Fact.DOSSIER_RULES) == rules:
            return 0
        pages = [
            [DossierKey(row["source_id"], row["code"]) for row in rows] for rows in _pages(conn, AffectedDossiers())
        ]
    builder, moved = RecordBuilder(inventory, policy), 0
    for keys in pages:  # a transaction a page: others write in between
        with db.write() as conn:
            wanted = sa.and_(dossier.c.source_id == keys[0].source_id, dossier.c.code.in_([key.code for key in keys]))
            moved += len(
                _again(conn, builder, [dict(row) for row in conn.execute(_rows().where(wanted)).mappings()], now)
            )
    with db.write() as conn:
        meta.put(db, conn, Fact.DOSSIER_RULES, rules)
    return moved


def _again(
    conn: Connection, builder: RecordBuilder, rows: Iterable[Mapping[str, Any]], now: int, *, dry_run: bool = False
) -> list[MovedDueDate]:
    """One that breaks us stays as it is: ingest judges all of them again when it starts, and must start."""
    moved: list[MovedDueDate] = []
    writer = RecordWriter(conn)
    for row in rows:
        key = DossierKey(row["source_id"], row["code"])
        try:
            again, pauses = builder.build(key, row["org"], statements.read(row["history"]), row["changed_at"])
        except Exception:
            log.exception("dossier %s of source %d cannot be judged again", key.code, key.source_id)
            continue
        if again["due_at"] != row["due_at"]:
            moved.append(MovedDueDate(row["code"], again["receiving_org"], row["due_at"], again["due_at"]))
        if not dry_run and any(again[name] != row[name] for name in again):
            writer.put(row, again | {"changed_at": now}, pauses)
    writer.flush()
    return moved


def _rows() -> sa.Select[Any]:
    return sa.select(dossier, source.c.org).join(source, source.c.id == dossier.c.source_id)


def _pages(conn: Connection, affected: AffectedDossiers) -> Iterator[list[Mapping[str, Any]]]:
    """By source and code, one source at a time."""
    for source_id in conn.scalars(sa.select(dossier.c.source_id).distinct().order_by(dossier.c.source_id)).all():
        last = ""
        while True:
            after = sa.and_(dossier.c.source_id == source_id, dossier.c.code > last, *affected.conditions())
            rows = conn.execute(_rows().where(after).order_by(dossier.c.code).limit(_PAGE)).mappings().all()
            if not rows:
                break
            yield [dict(row) for row in rows]
            last = rows[-1]["code"]
