"""A delivery from its rows to the records: all of it is checked before any of it is written."""

import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc import audit
from ioc.db import Database
from ioc.db.tables import dossier, source
from ioc.dossiers import history, known
from ioc.dossiers.delivery.rows import Reader, Row, changed
from ioc.dossiers.delivery.tables import Line
from ioc.dossiers.judge import Policy
from ioc.dossiers.records import Judge, Key, Writer, load
from ioc.errors import UsageError
from ioc.events import DossierEvent
from ioc.inventory import Inventory
from ioc.model import SourceKey
from ioc.wire import Rejected

CHUNK = 2_000
_SHOWN = 50
_LENGTH = 8

Progress = Callable[[str, int], None]  # the step and how many rows of it are done


@dataclass(frozen=True, slots=True)
class Target:
    """The source the rows belong to."""

    id: int
    key: SourceKey


@dataclass(frozen=True, slots=True)
class Delivery:
    """Rows that are known up to `as_of` (epoch ms); `full`: what is open and not among them has vanished."""

    origin: str
    lines: Iterable[Line]
    as_of: int
    full: bool = False


@dataclass(slots=True)
class Report:
    """What a delivery came to."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: list[str] = field(default_factory=list)  # open dossiers a full delivery no longer names

    def lines(self) -> Iterator[str]:
        for code in self.vanished[:_SHOWN]:
            yield f"- {code}: open, and no longer delivered"
        if len(self.vanished) > _SHOWN:
            yield f"- and {len(self.vanished) - _SHOWN} more"
        gone = f", {len(self.vanished)} vanished" if self.vanished else ""
        parts = f"{self.added} added, {self.changed} changed, {self.unchanged} unchanged{gone}"
        yield f"dossiers: {self.rows} rows, {parts}"


def deliver(
    db: Database,
    inventory: Inventory,
    policy: Policy,
    reader: Reader,
    target: Target,
    delivery: Delivery,
    now: int,
    progress: Progress,
    *,
    dry_run: bool = False,
) -> Report:
    """UsageError `bad_rows` names every bad row, and then nothing is written.

    Written in transactions of a few thousand rows, so that kiosks are heard meanwhile; after a kill the same
    delivery again goes on where it stopped, because rows that are in already change nothing.
    """
    with tempfile.TemporaryFile() as spool:
        rows, codes = _check(reader, delivery, spool, progress)
        spool.seek(0)
        report = Report(rows)
        judge = Judge(inventory, policy)
        for chunk in _chunks(spool):
            _fold(db, judge, target, delivery, chunk, report, now, dry_run=dry_run)
            progress("writing", report.added + report.changed + report.unchanged)
    if delivery.full:
        report.vanished = _vanished(db, target.id, codes)
    if not dry_run:
        _close(db, target, delivery, report, now)
    return report


def _check(reader: Reader, delivery: Delivery, spool: IO[bytes], progress: Progress) -> tuple[int, set[str]]:
    """Read every row; how many there are, and their codes."""
    problems: list[str] = []
    seen: dict[str, int] = {}
    chunk: list[Row] = []
    n = bad = 0
    for line in delivery.lines:
        n += 1
        try:
            row = reader.read(line)
            if row.own_id is None and row.code in seen:
                bad += 1
                problems.append(f"line {line.number}: code {row.code} already stands on line {seen[row.code]}")
            seen[row.code] = line.number
            chunk.append(row)
        except Rejected as why:
            bad += 1
            if len(problems) < _SHOWN:
                problems.append(f"line {line.number}: {why.reason}: {why.detail}")
        if len(chunk) == CHUNK:
            _spool(spool, chunk)
            chunk = []
            progress("checking", n)
    if problems:
        _refuse(delivery.origin, problems, bad)
    if not n:
        raise UsageError("no_rows", f"{delivery.origin}: no rows under the headings")
    _spool(spool, chunk)
    progress("checking", n)
    return n, set(seen)


def _refuse(origin: str, problems: list[str], bad: int) -> None:
    shown = problems[:_SHOWN] + ([f"and {bad - _SHOWN} more"] if bad > _SHOWN else [])
    text = "\n".join(f"  {problem}" for problem in shown)
    raise UsageError("bad_rows", f"{origin}: nothing was imported, {bad} bad row(s)\n{text}", origin=origin, n=bad)


def _spool(spool: IO[bytes], chunk: list[Row]) -> None:
    packed = msgspec.msgpack.encode(chunk)
    spool.write(len(packed).to_bytes(_LENGTH, "big"))
    spool.write(packed)


def _chunks(spool: IO[bytes]) -> Iterator[list[Row]]:
    decoder = msgspec.msgpack.Decoder(list[Row])
    while length := spool.read(_LENGTH):
        yield decoder.decode(spool.read(int.from_bytes(length, "big")))


def _fold(
    db: Database,
    judge: Judge,
    target: Target,
    delivery: Delivery,
    chunk: list[Row],
    report: Report,
    now: int,
    *,
    dry_run: bool,
) -> None:
    by_key: dict[Key, list[Row]] = {}
    for row in chunk:
        by_key.setdefault(Key(target.id, row.code), []).append(row)
    with db.read() if dry_run else db.write() as conn:
        before = load(conn, by_key)
        writer = Writer(conn)
        for key, rows in by_key.items():
            said = history.read(before[key]["history"]) if key in before else []
            if not history.merge(said, _events(said, rows, delivery)):
                report.unchanged += len(rows)
                continue
            report.added += key not in before
            report.changed += len(rows) - (key not in before)
            if not dry_run:
                judged, pauses = judge.row(key, target.key.org, said, now)
                writer.put(before.get(key), judged, pauses)
        writer.flush()


def _events(said: list[history.Statement], rows: list[Row], delivery: Delivery) -> Iterator[DossierEvent]:
    """A row with an id of its own is an event; any other tells what has changed, under the name of its delivery."""
    for row in rows:
        if row.own_id is not None:
            yield DossierEvent(row.own_id, row.ts, row.code, row.fields)
        elif told := changed(history.newest(said), row):
            mark = zlib.crc32(msgspec.json.encode(told, order="sorted"))
            yield DossierEvent(f"delivery-{delivery.as_of}-{mark:08x}", row.ts, row.code, told)


def _vanished(db: Database, source_id: int, codes: set[str]) -> list[str]:
    still_open = sa.select(dossier.c.code).where(dossier.c.source_id == source_id, dossier.c.is_open)
    with db.read() as conn:
        return sorted(code for code in conn.scalars(still_open) if code not in codes)


def _close(db: Database, target: Target, delivery: Delivery, report: Report, now: int) -> None:
    with db.write() as conn:
        known.delivered(db, conn, target.id, delivery.as_of, now, report.rows)
        _first_seen(conn, target.id, delivery.as_of)
        counts: Mapping[str, Any] = {
            "origin": delivery.origin, "rows": report.rows, "added": report.added, "changed": report.changed,
            "vanished": len(report.vanished),
        }  # fmt: skip
        audit.record(conn, now, "cli", "dossiers.imported", str(target.key), counts, target.key.org)


def _first_seen(conn: Connection, source_id: int, as_of: int) -> None:
    """What was overdue in a first delivery is no news."""
    unseen = sa.and_(source.c.id == source_id, source.c.first_seen.is_(None))
    conn.execute(sa.update(source).where(unseen).values(first_seen=as_of))
