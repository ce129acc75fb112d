"""Limits of a query, to reading and to its time, in the words of each database server."""

from collections.abc import Mapping

from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

# the driver each server is spoken to with, and its name on the package index
DRIVERS: Mapping[str, tuple[str, str]] = {
    "postgresql": ("postgresql+psycopg", "psycopg"),
    "mysql": ("mysql+pymysql", "PyMySQL"),
    "mariadb": ("mariadb+pymysql", "PyMySQL"),
    "mssql": ("mssql+pymssql", "pymssql"),
    "oracle": ("oracle+oracledb", "oracledb"),
}
# the keyword by which a driver is told how many seconds a connection may take to stand
_CONNECT_WITHIN = {
    "postgresql": "connect_timeout",
    "mysql": "connect_timeout",
    "mariadb": "connect_timeout",
    "mssql": "login_timeout",
    "oracle": "tcp_connect_timeout",
}


def with_driver(url: URL) -> URL:
    """A URL that names no driver gets ours."""
    known = DRIVERS.get(url.drivername)
    return url if known is None else url.set(drivername=known[0])


def connect_arguments(server: str, within_s: float) -> dict[str, object]:
    name = _CONNECT_WITHIN.get(server)
    return {} if name is None else {name: max(1, round(within_s))}


def only_read(connection: Connection, within_s: float) -> None:
    """From here on the connection changes nothing, and no statement takes longer, as far as the server knows how.

    SQL Server has no transaction that only reads: there the account must be one that may only read.
    """
    milliseconds = max(1, round(within_s * 1000))
    for statement in _STATEMENTS.get(connection.dialect.name, _NONE)(connection, milliseconds):
        connection.execute(text(statement))


def _postgresql(_connection: Connection, milliseconds: int) -> list[str]:
    return ["SET TRANSACTION READ ONLY", f"SET LOCAL statement_timeout = {milliseconds}"]


def _mysql(connection: Connection, milliseconds: int) -> list[str]:
    maria = bool(getattr(connection.dialect, "is_mariadb", False))
    limit = f"max_statement_time = {milliseconds / 1000}" if maria else f"max_execution_time = {milliseconds}"
    return [f"SET SESSION {limit}", "START TRANSACTION READ ONLY"]


def _oracle(connection: Connection, milliseconds: int) -> list[str]:
    if (raw := connection.connection.driver_connection) is not None:
        raw.call_timeout = milliseconds
    return ["SET TRANSACTION READ ONLY"]


def _mssql(_connection: Connection, milliseconds: int) -> list[str]:
    return [f"SET LOCK_TIMEOUT {milliseconds}"]


def _none(_connection: Connection, _milliseconds: int) -> list[str]:
    return []


_NONE = _none
_STATEMENTS = {
    "postgresql": _postgresql, "mysql": _mysql, "mariadb": _mysql, "oracle": _oracle, "mssql": _mssql,
}  # fmt: skip
