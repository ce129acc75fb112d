"""The file loads what changed in it since it was last loaded; for all else the database stands."""

from collections.abc import Iterable, Sequence

from sqlalchemy.engine import Connection, RowMapping

from alerts.configured import rows
from alerts.configured.entry import Table, digest, table_of
from alerts.configured.rows import Key
from ioc.config.book import entries, name_of
from ioc.config.settings import Settings
from ioc.platform import meta
from ioc.platform.db import Database


def sync(db: Database, settings: Settings, now: int) -> bool:
    """True when the file changed anything; every role of a machine may call it at its start."""
    told = {(section, name_of(entry)): table_of(entry) for section, entry in entries(settings.book)}
    with db.read() as conn:
        if not _differs(conn, told):
            return False
    with db.write() as conn:
        rows.begin(db, conn)
        _take_over(db, conn, told, now)
        _order(db, conn, list(told))
    return True


def _differs(conn: Connection, told: dict[Key, Table]) -> bool:
    kept = {_key(row): row for row in rows.everything(conn)}
    changed = any(key not in kept or kept[key]["loaded"] != digest(table) for key, table in told.items())
    return changed or any(_taken_out(row, told) for row in kept.values()) or not _in_order(conn, told)


def _taken_out(row: RowMapping, told: dict[Key, Table]) -> bool:
    """Gone from the file, and no person made it theirs in the meantime."""
    return row["loaded"] is not None and _key(row) not in told and (row["changed_by"] is None or row["removed"])


def _take_over(db: Database, conn: Connection, told: dict[Key, Table], now: int) -> None:
    kept = {_key(row): row for row in rows.everything(conn)}
    for key, row in kept.items():
        if _taken_out(row, told):
            rows.drop(conn, key)
    for place, (key, table) in enumerate(told.items()):
        seen = digest(table)
        if key not in kept or kept[key]["loaded"] != seen:
            position = kept[key]["position"] if key in kept else place
            values = {"body": table, "loaded": seen, "removed": False, "changed_at": now, "changed_by": None}
            rows.write(db, conn, key, position=position, **values)


def _in_order(conn: Connection, told: Iterable[Key]) -> bool:
    return meta.get(conn, meta.Fact.BOOK_ORDER) == _order_of(told)


def _order_of(told: Iterable[Key]) -> str:
    return digest({"order": [list(key) for key in told]})


def _order(db: Database, conn: Connection, told: Sequence[Key]) -> None:
    """A new order in the file is taken over; what is not in the file stays behind what it stood behind."""
    if _in_order(conn, told):
        return
    kept = [_key(row) for row in rows.everything(conn)]
    ordered = list(told)
    for before, key in zip([None, *kept], kept, strict=False):
        if key not in ordered:
            ordered.insert(ordered.index(before) + 1 if before in ordered else 0, key)
    for position, key in enumerate(ordered):
        rows.change(conn, key, position=position)
    meta.put(db, conn, meta.Fact.BOOK_ORDER, _order_of(told))


def _key(row: RowMapping) -> Key:
    return row["section"], row["name"]
