"""Lines on their way: bodies of a bearable size, and of a body that is refused the good lines."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ioc.core.errors import Code, IocError
from ioc.metrics.influx.failures import TooLarge, Unacceptable
from ioc.metrics.influx.server import Influx

MOST_LINES = 5_000
# a line that every server takes, at the server's own time: when this is refused too, the fault is not in the lines
_ALLOWED = b"ioc_check ok=1.0"


class RefusedLine(NamedTuple):
    """The line in the place `at` is refused, in the server's words."""

    at: int
    words: str


def deliver(server: Influx, lines: Sequence[bytes]) -> list[RefusedLine]:
    """Everything the server takes is stored; what it refuses for itself is returned. IocError: nothing is certain.

    Sending a line again is harmless, so a body that is refused is cut in two until the bad line stands alone.
    """
    bad: list[RefusedLine] = []
    for start in range(0, len(lines), MOST_LINES):
        bad += _deliver(server, lines[start : start + MOST_LINES], start, proved=False)
    return bad


def _deliver(server: Influx, lines: Sequence[bytes], start: int, *, proved: bool) -> Iterator[RefusedLine]:
    try:
        server.write(b"\n".join(lines))
    except (TooLarge, Unacceptable) as error:
        if isinstance(error, Unacceptable) and not proved:
            _prove(server, error)
            proved = True
        if len(lines) == 1:
            yield RefusedLine(start, error.message)
            return
        half = len(lines) // 2
        yield from _deliver(server, lines[:half], start, proved=proved)
        yield from _deliver(server, lines[half:], start + half, proved=proved)


def _prove(server: Influx, error: Unacceptable) -> None:
    """A server that refuses whatever it is sent must not empty the inbox into the quarantine."""
    try:
        server.write(_ALLOWED)
    except Unacceptable:
        line = f"{server.access.address.base}: refuses every line: {error.message}"
        raise IocError(Code.STORE_FAILED, line, where=server.access.address.base) from error
