"""The answer to an InfluxQL statement, read strictly: an error or a part of the rows is never taken for an answer."""

from typing import Any

import msgspec
from msgspec import Struct

from ioc.errors import IocError
from ioc.store.influx.address import Access
from ioc.store.influx.failures import Overflow, Unacceptable, missing


class Series(Struct):
    """Rows of one measurement and set of tags; the first column is `time`, in epoch ms."""

    name: str = ""
    tags: dict[str, str] = {}
    columns: list[str] = []
    values: list[list[Any]] = []
    partial: bool = False


class _Result(Struct):
    series: list[Series] = []
    error: str | None = None
    partial: bool = False


class _Reply(Struct):
    results: list[_Result] = []
    error: str | None = None


_decode = msgspec.json.Decoder(_Reply).decode


def series_of(asked: str, body: bytes, access: Access) -> list[Series]:
    """IocError for whatever is not a whole answer; a status of 200 alone says nothing."""
    try:
        reply = _decode(body)
    except msgspec.DecodeError as error:
        if b"unsupported value" in body:
            raise Overflow("store_overflow", "a sum is beyond what a float holds") from error
        line = f"{access.address.base}: the answer is not InfluxDB's: {body[:80]!r}"
        raise IocError("store_failed", line, where=access.address.base) from error
    found: list[Series] = []
    for words in (reply.error, *(result.error for result in reply.results)):
        if words is not None:
            raise _failure(words, access)
    for result in reply.results:
        if asked.startswith("SELECT") and any(series.columns[:1] != ["time"] for series in result.series):
            line = f"{access.address.base}: takes InfluxQL and does not answer it: is this InfluxDB?"
            raise IocError("store_failed", line, where=access.address.base)
        if result.partial or any(series.partial for series in result.series):
            raise IocError("store_partial", f"{access.address.base}: sends only part of the rows: raise max-row-limit")
        found += result.series
    return found


def _failure(words: str, access: Access) -> IocError:
    if "database not found" in words or "bucket not found" in words:
        return missing(words, access)
    return Unacceptable("store_query_failed", f"{access.address.base}: {words}")
