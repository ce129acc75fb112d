"""The source of time; passed in, so that tests and simulations own it."""

import time
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """`now_ms` is UTC epoch milliseconds for records, `monotonic` seconds for durations."""

    def now_ms(self) -> int: ...

    def monotonic(self) -> float: ...


class SystemClock:
    """The machine's own clocks; a demonstration may set the wall clock `ahead_ms`."""

    def __init__(self, ahead_ms: int = 0) -> None:
        self._ahead_ms = ahead_ms

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self._ahead_ms

    def monotonic(self) -> float:
        return time.monotonic()


def local(ms: int, tz: ZoneInfo) -> datetime:
    """The instant `ms` (epoch milliseconds) on the wall clock of `tz`."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(tz)


def rfc3339(ms: int, tz: ZoneInfo) -> str:
    """`2026-11-21T08:00:00+07:00`; milliseconds only where there are any."""
    at = local(ms, tz)
    return at.isoformat(timespec="milliseconds" if ms % 1000 else "seconds")
