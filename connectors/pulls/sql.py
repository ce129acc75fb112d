"""Connector `sql`: dossiers in a view of another system's database, which is only ever read."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from msgspec import Meta
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from connectors.deliveries import mark, server
from connectors.deliveries.contract import Errand, Offer
from connectors.deliveries.mark import Mark
from connectors.deliveries.options import Delivered
from ioc.core import charsets
from ioc.core.errors import Code, IocError
from ioc.domain.dossiers.importing.tables import InputTable, under_headings

kind = "sql"
_SHOWN = 40


class Options(Delivered, frozen=True, kw_only=True):
    """`query`: a SELECT whose column names are headings; `url` is SQLAlchemy's, with the password beside it.

    With `watermark`, a column of it that only grows, `full = false` reads what is not below the last one. `as_of` is
    the moment of asking, or the highest watermark where the view itself is a copy of last night. `encoding`: `tcvn3` or
    `vni` where the text in it is Vietnamese by its font alone.
    """

    url: Annotated[str, Meta(min_length=1)]
    query: Annotated[str, Meta(pattern=r"(?is)^\s*(select|with)\b[^;]*$")]
    password: str | None = None
    watermark: Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_$]*$")] | None = None
    as_of: Literal["asked", "watermark"] = "asked"
    encoding: Literal["utf-8", "tcvn3", "vni"] = "utf-8"
    rows_at_once: Annotated[int, Meta(ge=1, le=100_000)] = 1_000

    def __post_init__(self) -> None:
        if (not self.full or self.as_of == "watermark") and self.watermark is None:
            raise ValueError("watermark: missing; full = false and as_of = 'watermark' go by it")
        try:
            sa.make_url(self.url)
        except ArgumentError as error:
            raise ValueError(f"url: {error}") from None
        Delivered.__post_init__(self)

    @property
    def address(self) -> URL:
        url = server.with_driver(sa.make_url(self.url))
        return url if self.password is None else url.set(password=self.password)


def collect(options: Options, errand: Errand) -> Generator[Offer]:
    with _connected(options, errand.limit_s) as connection:
        top = _highest(connection, options)
        since = None if options.full or errand.kept.mark is None else mark.read(errand.kept.mark)
        as_of = _instant(top, errand) if options.as_of == "watermark" else errand.now
        next_mark = None if top is None else mark.write(top)

        def read() -> InputTable:
            found = connection.execution_options(yield_per=options.rows_at_once).execute(_rows(options, since))
            cells = ([_plain(cell, options.encoding) for cell in row] for row in found)
            rows = _numbered(list(found.keys()), cells)
            told = None if options.encoding == "utf-8" else options.encoding
            return under_headings(rows, options.column_map(), "the query")._replace(encoding=told)

        yield Offer("the query", as_of, read, options.full, mark=lambda: next_mark)


def _rows(options: Options, since: Mark | None) -> sa.Select[Any]:
    """The condition on new rows, those as new as the last watermark read again: another of them may have come since."""
    statement = sa.select(sa.text("*")).select_from(_view(options))
    if since is None or options.watermark is None:
        return statement
    return statement.where(sa.column(options.watermark) >= sa.bindparam("since", since))


def _highest(connection: Connection, options: Options) -> Mark | None:
    """Asked before the rows: what comes in between is read twice, not left out."""
    if options.watermark is None:
        return None
    found: Mark | None = connection.scalar(
        sa.select(sa.func.max(sa.column(options.watermark))).select_from(_view(options))
    )
    return found


def _view(options: Options) -> sa.TextClause:
    """As a table of a SELECT of ours nothing that writes is understood by any server."""
    query = options.query.replace(":", r"\:")  # theirs, not a parameter of ours
    return sa.text(f"({query}) q")


def _instant(top: Mark | None, errand: Errand) -> int:
    if not isinstance(top, datetime):
        raise IocError(Code.SQL_FAILED, f"as_of = 'watermark': the highest is {top!r}, not an instant")
    at = top if top.tzinfo is not None else top.replace(tzinfo=errand.zone)
    return min(errand.now, round(at.timestamp() * 1000))


def _numbered(headings: Sequence[str], rows: Iterator[list[Any]]) -> Iterator[tuple[int, Sequence[Any]]]:
    """A row's number in the answer stands for its line; the headings are line 0."""
    yield 0, headings
    yield from enumerate(rows, 1)


def _plain(cell: Any, encoding: str) -> Any:
    """As a file would hold it; instants with an offset keep it."""
    if isinstance(cell, str):
        try:
            return charsets.over_latin(cell, encoding)
        except UnicodeError:
            raise IocError(Code.SQL_FAILED, f"{cell[:_SHOWN]!r} is neither Unicode nor {encoding}") from None
    if isinstance(cell, Decimal):
        return int(cell) if cell.is_finite() and cell == int(cell) else float(cell)
    if isinstance(cell, datetime) and cell.tzinfo is not None:
        return cell.isoformat()
    return cell


@contextmanager
def _connected(options: Options, limit_s: float) -> Iterator[Connection]:
    try:
        url = options.address
        arguments = server.connect_arguments(url.get_backend_name(), limit_s)
        engine = sa.create_engine(url, poolclass=NullPool, connect_args=arguments)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        known = dict(server.DRIVERS.values()).get(url.drivername, "its driver")
        raise IocError(Code.SQL_FAILED, f"{url.drivername}: not installed: pip install {known}") from error
    try:
        with engine.connect() as connection:
            server.only_read(connection, limit_s)
            yield connection
            connection.rollback()
    except SQLAlchemyError as error:
        raise IocError(Code.SQL_UNAVAILABLE, _words(error)) from error
    finally:
        engine.dispose()


def _words(error: SQLAlchemyError) -> str:
    """The server's own first line."""
    said = str(getattr(error, "orig", None) or error).strip()
    return (said.splitlines() or [type(error).__name__])[0][:200]
