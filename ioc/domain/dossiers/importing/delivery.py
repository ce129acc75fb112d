"""A delivery from its rows to the records: all of it is checked before any of it is written."""

import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.model import SourceKey
from ioc.domain.dossiers.counting import watermarks
from ioc.domain.dossiers.history import statements
from ioc.domain.dossiers.history.judgement import Policy
from ioc.domain.dossiers.history.record import DossierKey, RecordBuilder
from ioc.domain.dossiers.importing.check import Progress, check
from ioc.domain.dossiers.importing.parallel import Ahead, Judged, in_two, judged_ahead
from ioc.domain.dossiers.importing.records import RecordWriter, load
from ioc.domain.dossiers.importing.rows import CheckedRow, RowReader, changed
from ioc.domain.dossiers.importing.tables import TableRow
from ioc.domain.inventory import Inventory
from ioc.messages.events import DossierEvent
from ioc.platform import audit
from ioc.platform.db import Database
from ioc.platform.db.tables import dossier, source

SHOWN = 50  # of what has vanished


@dataclass(frozen=True, slots=True)
class TargetSource:
    """The source the rows belong to."""

    id: int
    key: SourceKey


@dataclass(frozen=True, slots=True)
class DossierDelivery:
    """Rows that are known up to `as_of` (epoch ms); `full`: what is open and not among them has vanished."""

    origin: str
    lines: Iterable[TableRow]
    as_of: int
    full: bool = False


@dataclass(slots=True)
class DeliveryReport:
    """The result of a delivery."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: list[str] = field(default_factory=list)  # open dossiers a full delivery no longer names

    def lines(self) -> Iterator[str]:
        for code in self.vanished[:SHOWN]:
            yield f"- {code}: open, and no longer delivered"
        if len(self.vanished) > SHOWN:
            yield f"- and {len(self.vanished) - SHOWN} more"
        gone = f", {len(self.vanished)} vanished" if self.vanished else ""
        parts = f"{self.added} added, {self.changed} changed, {self.unchanged} unchanged{gone}"
        yield f"dossiers: {self.rows} rows, {parts}"


def deliver(
    db: Database,
    inventory: Inventory,
    policy: Policy,
    reader: RowReader,
    target: TargetSource,
    delivery: DossierDelivery,
    now: int,
    progress: Progress,
    *,
    dry_run: bool = False,
) -> DeliveryReport:
    """UsageError `bad_rows` names every bad row, and then nothing is written.

    Written in transactions of a few thousand rows, so that kiosks are heard meanwhile; after a kill the same
    delivery again goes on where it stopped, because rows that are in already change nothing.
    """
    with check(reader, delivery.lines, progress, in_two) as checked:
        checked.refuse_bad(delivery.origin)
        checked.refuse_empty(delivery.origin)
        report = DeliveryReport(checked.rows)
        fold = _Fold(db, RecordBuilder(inventory, policy), target, delivery, report, now, dry_run)
        for chunk, judged in fold.ahead(checked.chunks()):
            fold.chunk(chunk, judged)
            progress("writing", report.added + report.changed + report.unchanged)
    if delivery.full:
        report.vanished = _vanished(db, target.id, checked.lines.keys())
    if not dry_run:
        _close(db, target, delivery, report, now)
    return report


@dataclass(frozen=True, slots=True)
class _Fold:
    """Puts checked rows into the records and counts in the report what they came to."""

    db: Database
    builder: RecordBuilder
    target: TargetSource
    delivery: DossierDelivery
    report: DeliveryReport
    now: int
    dry_run: bool

    def ahead(self, chunks: Iterable[list[CheckedRow]]) -> Iterator[Ahead]:
        """Verdicts beforehand pay where dossiers are new: in a first delivery."""
        any_known = sa.select(dossier.c.code).where(dossier.c.source_id == self.target.id).limit(1)
        with self.db.read() as conn:
            first = conn.scalar(any_known) is None
        return judged_ahead(chunks, self._new) if first and not self.dry_run else ((chunk, []) for chunk in chunks)

    def chunk(self, rows: list[CheckedRow], judged: list[Judged]) -> None:
        """One transaction."""
        by_key: dict[DossierKey, list[CheckedRow]] = {}
        for row in rows:
            by_key.setdefault(DossierKey(self.target.id, row.code), []).append(row)
        verdicts = dict(zip(by_key, judged, strict=True)) if len(judged) == len(by_key) else {}
        with self.db.read() if self.dry_run else self.db.write() as conn:
            before = load(conn, by_key)
            writer = RecordWriter(conn)
            for key, mine in by_key.items():
                if key in verdicts and key not in before:
                    writer.put(None, *verdicts[key])
                    self.report.added += 1
                else:
                    self._one(writer, key, mine, before.get(key))
            writer.flush()

    def _one(
        self, writer: RecordWriter, key: DossierKey, rows: list[CheckedRow], before: Mapping[str, Any] | None
    ) -> None:
        history = statements.read(before["history"]) if before else []
        if not statements.merge(history, _events(history, rows, self.delivery)):
            self.report.unchanged += len(rows)
            return
        self.report.added += before is None
        self.report.changed += len(rows) - (before is None)
        if not self.dry_run:
            writer.put(before, *self.builder.build(key, self.target.key.org, history, self.now))

    def _new(self, row: CheckedRow) -> Judged:
        history: list[statements.Statement] = []
        statements.merge(history, _events(history, [row], self.delivery))
        record, pauses = self.builder.build(
            DossierKey(self.target.id, row.code), self.target.key.org, history, self.now
        )
        return record, list(pauses)


def _events(
    history: list[statements.Statement], rows: list[CheckedRow], delivery: DossierDelivery
) -> Iterator[DossierEvent]:
    """A row with an id of its own is an event; any other reports what has changed, under the name of its delivery."""
    for row in rows:
        if row.own_id is not None:
            yield DossierEvent(row.own_id, row.ts, row.code, row.fields)
        elif (fields := changed(statements.latest(history), row)) or not history:
            mark = zlib.crc32(msgspec.json.encode(fields, order="sorted"))
            yield DossierEvent(f"delivery-{delivery.as_of}-{mark:08x}", row.ts, row.code, fields)


def _vanished(db: Database, source_id: int, codes: Collection[str]) -> list[str]:
    still_open = sa.select(dossier.c.code).where(dossier.c.source_id == source_id, dossier.c.is_open)
    with db.read() as conn:
        return sorted(code for code in conn.scalars(still_open) if code not in codes)


def _close(db: Database, target: TargetSource, delivery: DossierDelivery, report: DeliveryReport, now: int) -> None:
    with db.write() as conn:
        watermarks.note_import(db, conn, target.id, delivery.as_of, now, report.rows)
        _first_seen(conn, target.id, delivery.as_of)
        counts: Mapping[str, Any] = {
            "origin": delivery.origin, "rows": report.rows, "added": report.added, "changed": report.changed,
            "vanished": len(report.vanished),
        }  # fmt: skip
        audit.record(conn, now, "cli", "dossiers.imported", str(target.key), counts, target.key.org)


def _first_seen(conn: Connection, source_id: int, as_of: int) -> None:
    """Notes when a source was first seen: a dossier that was overdue in its first delivery is no news."""
    unseen = sa.and_(source.c.id == source_id, source.c.first_seen.is_(None))
    conn.execute(sa.update(source).where(unseen).values(first_seen=as_of))
