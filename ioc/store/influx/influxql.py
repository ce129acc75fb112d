"""Statements in the part of InfluxQL that 1.x, 2.x and 3.x share: names quoted, texts bound, instants whole numbers."""

from collections.abc import Iterable
from typing import Final

from ioc.model import SourceKey

ROLLED: Final = {60_000: "_1m", 3_600_000: "_1h"}  # what is added to a kind's name, by unit
BY_SERIES: Final = 'GROUP BY "org", "source"'
_EDGE: Final = 2**63 // 1_000_000 - 1  # InfluxDB counts in nanoseconds


def name(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def select(columns: Iterable[str], measurement: str, lo: int, hi: int, rest: str = "", *, source: bool = False) -> str:
    """Rows with `lo` <= time < `hi` (epoch ms); with `source` those of the bound $org and $source."""
    whose = ' AND "org" = $org AND "source" = $source' if source else ""
    return " ".join(["SELECT", ", ".join(columns), "FROM", name(measurement), "WHERE", within(lo, hi) + whose, rest])


def within(lo: int, hi: int) -> str:
    return f"time >= {_at(lo)} AND time < {_at(hi)}"


def whose(source: SourceKey) -> dict[str, str]:
    """The values `source=True` asks for."""
    return {"org": source.org, "source": source.source}


def buckets(step: int, first: int) -> str:
    return f"GROUP BY time({step}ms, {first % step}ms) fill(none)"


def _at(t: int) -> str:
    return f"{max(-_EDGE, min(t, _EDGE))}ms"
