"""The answer to an InfluxQL statement, read strictly: an error or a part of the rows is never taken for an answer.

It comes in pieces, a line each. Whole, 1.x would call every series above 10 000 rows a part of one, though it is not.
A statement that asks for nothing may be answered with nothing: 2.x sends no byte after a DELETE in pieces.
"""

from typing import Any

import msgspec
from msgspec import Struct

from ioc.config.influx_address import StoreAddress
from ioc.core.errors import Code, IocError
from ioc.metrics.influx.failures import Overflow, answered


class ReplySeries(Struct):
    """Rows of one measurement and set of tags; the first column is `time`, in epoch ms."""

    name: str = ""
    tags: dict[str, str] = {}
    columns: list[str] = []
    values: list[tuple[Any, ...]] = []  # as lists they cost five times as much: the garbage collector keeps them
    partial: bool = False

    def same(self, other: "ReplySeries") -> bool:
        return (self.name, self.tags, self.columns) == (other.name, other.tags, other.columns)


class _Result(Struct):
    series: list[ReplySeries] = []
    error: str | None = None
    partial: bool = False


class _Reply(Struct):
    results: list[_Result] = []
    error: str | None = None


_ASKING = ("SELECT", "SHOW")
_decode = msgspec.json.Decoder(_Reply).decode_lines


def series_of(asked: str, body: bytes, access: StoreAddress) -> list[ReplySeries]:
    """IocError for whatever is not a whole answer; a status of 200 alone says nothing."""
    try:
        replies = _decode(body)
    except msgspec.DecodeError as error:
        if b"unsupported value" in body:
            raise Overflow(Code.STORE_OVERFLOW, "a sum is beyond what a float holds") from error
        raise _foreign(f"the answer is not InfluxDB's: {body[:80]!r}", access) from error
    for reply in replies:
        for words in (reply.error, *(result.error for result in reply.results)):
            if words is not None:
                raise answered(words, access)
    if not any(reply.results for reply in replies):
        if asked.startswith(_ASKING):
            raise _foreign("the answer is empty", access)
        return []
    found = [series for reply in replies for result in reply.results for series in result.series]
    if asked.startswith("SELECT") and any(series.columns[:1] != ["time"] for series in found):
        raise _foreign("takes InfluxQL and does not answer it: is this InfluxDB?", access)
    whole = _joined(found)
    if any(result.partial for result in replies[-1].results) or any(series.partial for series in whole):
        raise IocError(Code.STORE_PARTIAL, f"{access.address.base}: sends only part of the rows: raise max-row-limit")
    return whole


def _joined(pieces: list[ReplySeries]) -> list[ReplySeries]:
    """A series may go on in the next piece; 3.x does not say so."""
    found: list[ReplySeries] = []
    for piece in pieces:
        if found and found[-1].same(piece):
            found[-1].values += piece.values
            found[-1].partial = piece.partial
        else:
            found.append(piece)
    return found


def _foreign(words: str, access: StoreAddress) -> IocError:
    return IocError(Code.STORE_FAILED, f"{access.address.base}: {words}", where=access.address.base)
