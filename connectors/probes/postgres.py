"""Connector `postgres`: a PostgreSQL that lets us in and answers a query."""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from connectors.runner.contract import LINE_OR_SERVICE, Seen
from connectors.runner.gear import Gear, Stopwatch

kind = "postgres"
libraries = ("psycopg",)
READ_ONLY = "-c default_transaction_read_only=on"


class Options(Struct, frozen=True, kw_only=True):
    """`url` as of libpq (`postgresql://user@host:5432/database`), the password beside it; it is only read."""

    PUBLISHES: ClassVar[frozenset[str]] = LINE_OR_SERVICE
    url: Annotated[str, Meta(pattern=r"^postgres(ql)?://\S+$")]
    password: str | None = None
    query: str = "SELECT 1"


async def look(options: Options, _gear: Gear) -> Seen:
    import psycopg

    watch = Stopwatch()
    try:
        opened = await psycopg.AsyncConnection.connect(options.url, password=options.password, options=READ_ONLY)
        async with opened as connection:
            await connection.execute(options.query.encode())
    except psycopg.Error as error:
        return Seen(_first_line(error))
    return Seen(took_ms=watch.ms)


def _first_line(error: Exception) -> str:
    """PostgreSQL's own words without the address, which the source says already."""
    line = next(iter(str(error).splitlines()), "") or type(error).__name__
    return line.rpartition("FATAL:")[2].rpartition("failed: ")[2].strip()[:120]
