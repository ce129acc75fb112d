"""A consistent copy of a running installation, and its way back into an empty data directory.

The order of the copies is what makes them fit. The cursor of the records sink lives in the records database, that of
the metrics sink in the inbox. Records first, then the inbox, then metrics: whatever a copied cursor has passed is in
the copy behind it, and what lies before it is in the copied inbox and is simply done again, which is harmless.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import msgspec
import sqlalchemy as sa

from ioc.config.settings import Settings
from ioc.core.errors import Code, IocError
from ioc.ingest.inbox import Inbox
from ioc.platform.db import migrate

RECORDS, INBOX, METRICS = "ioc.sqlite", "inbox.sqlite", "metrics.sqlite"
MANIFEST = "manifest.json"
CONFIG = "ioc.toml"
STARTED = "run/started.json"
KEPT = ("*.key", "demo.json", "session.json", STARTED)
TRIES = 3


class BackupFile(msgspec.Struct, frozen=True):
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Written last: a folder without it is no backup."""

    format: int = 1
    version: str
    schema: str
    made_at: str
    files: dict[str, BackupFile]
    not_covered: list[str] = []


def backup(settings: Settings, target: Path, made_at: str, version: str, config: Path | None = None) -> Manifest:
    """Copy stores, inbox, keys and configuration into an empty or new folder while everything may go on running."""
    _make_empty(target, "backup")
    not_covered = list(_elsewhere(settings))
    _copy_stores(settings, target)
    _copy_small(settings.root, target)
    if config is not None:
        shutil.copyfile(config, target / CONFIG)
    manifest = Manifest(
        version=version,
        schema=migrate.head(),
        made_at=made_at,
        files={name: _described(target / name) for name in _names(target)},
        not_covered=not_covered,
    )
    (target / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return manifest


def restore(source: Path, data_dir: Path) -> Manifest:
    """Check every file of a backup, then put it where nothing is; all of it appears at once."""
    manifest = _verified(source)
    _make_empty(data_dir, "restore")
    draft = data_dir.with_name(data_dir.name + ".restoring")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    for name in manifest.files:
        (draft / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / name, draft / name)
    data_dir.rmdir()
    draft.rename(data_dir)
    return manifest


def _stores(settings: Settings) -> Mapping[str, Path]:
    """In the order in which they must be copied; only what is a file of ours."""
    url = sa.make_url(settings.database_url)
    stores: dict[str, Path] = {}
    if url.get_backend_name() == "sqlite" and url.database:
        stores[RECORDS] = Path(url.database)
    stores[INBOX] = settings.root / INBOX
    stores[METRICS] = settings.root / METRICS
    return stores


def _copy_stores(settings: Settings, target: Path) -> None:
    for _ in range(TRIES):
        for name, source in _stores(settings).items():
            if source.is_file():
                _copy_store(source, target / name)
        if _nothing_between_missing(target):
            return
    line = "backup: the inbox drops done messages faster than it can be copied; raise inbox.keep_hours"
    raise IocError(Code.BACKUP_OUTRUN, line)


def _elsewhere(settings: Settings) -> Iterator[str]:
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() != "sqlite":
        where = url.render_as_string(hide_password=True)
        yield f"records database {where}: dump it with its own tools, before this backup is taken"
    if not settings.store.embedded:
        yield f"metric store {settings.store.url}: back it up with its own tools, after this backup is taken"
    if not settings.mqtt.embedded:
        yield f"broker {settings.mqtt.url}: its retained messages and queues"
    else:
        yield f"embedded broker: its retained messages and queues in {settings.root / 'nats'}"


def _copy_store(source: Path, target: Path) -> None:
    """One read transaction: in WAL mode writers go on, and the copy is of one instant."""
    target.unlink(missing_ok=True)
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as origin,
            closing(sqlite3.connect(target)) as copy,
        ):
            origin.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")
            verdict = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise IocError(Code.BACKUP_FAILED, f"backup: {source} cannot be copied: {error}") from error
    if verdict != "ok":
        raise IocError(Code.BACKUP_CORRUPT, f"backup: {source} is damaged: {verdict}")
    target.chmod(0o600)


def _nothing_between_missing(target: Path) -> bool:
    """Every message behind the copied records cursor is in the copied inbox (pruning may run between the copies)."""
    if not (target / RECORDS).is_file() or not (target / INBOX).is_file():
        return True
    inbox = Inbox(target / INBOX)
    try:
        done = _records_cursor(target / RECORDS, inbox.id)
        run = inbox.after(done, 1)
        return run.first == done + 1 if run.messages else inbox.newest() <= done
    finally:
        inbox.close()


def _records_cursor(path: Path, inbox_id: str) -> int:
    with closing(sqlite3.connect(path)) as records:
        row = records.execute("SELECT min(seq) FROM cursor WHERE inbox = ?", (inbox_id,)).fetchone()
    return int(row[0] or 0)


def _copy_small(root: Path, target: Path) -> None:
    for pattern in KEPT:
        for file in root.glob(pattern):
            place = target / file.relative_to(root)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
            place.chmod(0o600)


def _names(target: Path) -> list[str]:
    return sorted(str(path.relative_to(target)) for path in target.rglob("*") if path.is_file())


def _described(path: Path) -> BackupFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return BackupFile(path.stat().st_size, digest.hexdigest())


def _verified(source: Path) -> Manifest:
    path = source / MANIFEST
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except OSError as error:
        raise IocError(Code.NO_BACKUP, f"restore: {path} cannot be read: is {source} a finished backup?") from error
    except msgspec.DecodeError as error:
        raise IocError(Code.NO_BACKUP, f"restore: {path}: {error}") from error
    if manifest.schema > migrate.head():
        line = f"restore: the backup's schema {manifest.schema} is newer than this build's {migrate.head()}"
        raise IocError(Code.SCHEMA_NEWER, line)
    for name, file in manifest.files.items():
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise IocError(Code.BACKUP_DAMAGED, f"restore: {path} names {name!r}, which lies outside the backup")
        if not (source / name).is_file() or _described(source / name) != file:
            raise IocError(Code.BACKUP_DAMAGED, f"restore: {source / name} is missing or differs from the manifest")
    return manifest


def _make_empty(folder: Path, what: str) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        occupied = any(folder.iterdir())
    except OSError as error:
        raise IocError(Code.FOLDER_UNUSABLE, f"{what}: {folder}: {error.strerror}") from error
    if occupied:
        raise IocError(Code.FOLDER_NOT_EMPTY, f"{what}: {folder} is not empty; give an empty or new folder")
