"""Statements in the part of InfluxQL that 1.x, 2.x and 3.x share: names quoted, texts bound, instants whole numbers."""

from collections.abc import Iterable, Sequence
from typing import Final

from ioc.core.model import SourceKey

ROLLED: Final = {60_000: "_1m", 3_600_000: "_1h"}  # what is added to a kind's name, by unit
BY_SERIES: Final = 'GROUP BY "org", "source"'
_EDGE: Final = 2**63 // 1_000_000 - 1  # InfluxDB counts in nanoseconds


def name(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def select(columns: Iterable[str], measurement: str, lo: int, hi: int, rest: str = "") -> str:
    """Rows with `lo` <= time < `hi` (epoch ms); `rest` begins with further conditions, if there are any."""
    return " ".join(["SELECT", ", ".join(columns), "FROM", name(measurement), "WHERE", within(lo, hi), rest])


def delete(measurement: str, condition: str) -> str:
    return " ".join(["DELETE FROM", name(measurement), "WHERE", condition])


def within(lo: int, hi: int) -> str:
    return f"time >= {_at(lo)} AND time < {_at(hi)}"


def of(sources: Sequence[SourceKey]) -> tuple[str, dict[str, str]]:
    """The condition that a row is of one of them, and the values it binds."""
    bound: dict[str, str] = {}
    for i, source in enumerate(sources):
        bound |= {f"o{i}": source.org, f"s{i}": source.source}
    each = (f'("org" = $o{i} AND "source" = $s{i})' for i in range(len(sources)))
    return f"({' OR '.join(each)})", bound


def buckets(step: int, first: int) -> str:
    """To stand behind BY_SERIES."""
    return f", time({step}ms, {first % step}ms) fill(none)"


def _at(t: int) -> str:
    return f"{max(-_EDGE, min(t, _EDGE))}ms"
