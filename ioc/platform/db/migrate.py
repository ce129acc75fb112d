"""Brings the records database to the schema of this build; quick when there is nothing to do."""

from importlib import resources
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.platform.db import Database

LOCK = 0x10C  # any number all builds agree on: PostgreSQL's advisory lock while migrating


def head() -> str:
    """The newest revision this build knows; revisions are files named `NNNN_words.py`."""
    return _revisions()[-1]


def current(db: Database) -> str | None:
    """The revision the database stands at; None when it is empty."""
    with db.read() as conn:
        return _current(conn)


def upgrade(db: Database) -> bool:
    """Create or migrate the schema, one process at a time; False when it stood at the head already."""
    found = current(db)
    if found == head():
        return False
    if found is not None and found not in _revisions():
        line = f"records database: its schema {found} is newer than this build's {head()}; install the newer build"
        raise IocError(Code.SCHEMA_NEWER, line, found=found)
    with db.write() as conn:
        if not db.is_sqlite:
            conn.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        _run(conn)
    return True


def _run(conn: Connection) -> None:
    # a third of a second to import: only when there is something to do
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_folder()))
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def _current(conn: Connection) -> str | None:
    if not sa.inspect(conn).has_table("alembic_version"):
        return None
    found: str | None = conn.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def _folder() -> Path:
    return Path(str(resources.files("ioc.platform.db"))) / "migrations"


def _revisions() -> list[str]:
    return sorted(file.stem.split("_")[0] for file in (_folder() / "versions").glob("[0-9]*.py"))
