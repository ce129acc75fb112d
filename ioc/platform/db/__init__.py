"""The records database: short transactions on SQLAlchemy Core, on SQLite by default or PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from ioc.core.errors import Code, IocError

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

BUSY_TIMEOUT_MS = 10_000
CACHE_KIB = 16_384
PRAGMAS = (
    "journal_mode=WAL",
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"cache_size=-{CACHE_KIB}",
)


class Database:
    """One engine; `read()` and `write()` give connections in a transaction.

    Keep both short: no network, no rendering, no password hash inside. On SQLite a write takes the lock at once
    (BEGIN IMMEDIATE), because a read transaction that upgrades later fails whatever the timeout.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = sa.create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        if self.is_sqlite:
            _tune_sqlite(self.engine)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with _translated(), self.engine.connect() as conn, conn.begin():
            yield conn

    @contextmanager
    def write(self, *, hurried: bool = False) -> Iterator[Connection]:
        """A transaction that writes: all of it or nothing.

        `hurried`: what may be done again. Every process sees it at once and it outlives ours, but nobody waits for the
        disk: a machine that loses its power may forget the last of these, in order, and nothing before them.
        """
        options = {"ioc_write": True, "ioc_hurried": hurried}
        with _translated(), self.engine.connect().execution_options(**options) as conn, conn.begin():
            if hurried and not self.is_sqlite:
                conn.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield conn

    def upsert(self, table: sa.Table) -> "postgresql.Insert | sqlite.Insert":
        """An INSERT that can take `.on_conflict_do_update(…)`; both dialects share the shape used here."""
        if self.is_sqlite:
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # loaded by its users only: every command begins here

        return postgresql.insert(table)

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        if not (isinstance(error, sa.exc.OperationalError) or error.connection_invalidated):
            raise
        why = " ".join(str(error.orig).split())  # PostgreSQL breaks its lines
        raise IocError(Code.DATABASE_UNAVAILABLE, f"records database: {why}") from error


def _tune_sqlite(engine: Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def configure(dbapi: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection: Any = dbapi
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = dbapi.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        options = conn.get_execution_options()
        hurried = options.get("ioc_hurried", False)
        if conn.info.get("hurried", False) is not hurried:
            conn.exec_driver_sql(f"PRAGMA synchronous={'NORMAL' if hurried else 'FULL'}")
            conn.info["hurried"] = hurried
        conn.exec_driver_sql("BEGIN IMMEDIATE" if options.get("ioc_write", False) else "BEGIN")


def sqlite_url(path: Path) -> str:
    """The SQLAlchemy URL of a SQLite file."""
    return f"sqlite:///{path}"
