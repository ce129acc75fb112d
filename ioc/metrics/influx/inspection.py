"""Facts about a server that a user wants before relying on it, found out by trying."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from ioc.config.influx_address import Flavour
from ioc.core.errors import IocError
from ioc.core.model import SourceKey
from ioc.metrics import Retention, StoreCheck
from ioc.metrics.influx.failures import TooWide, Unacceptable
from ioc.metrics.influx.influxql import ROLLED, delete, of, select, within
from ioc.metrics.influx.levels import ALWAYS
from ioc.metrics.influx.server import Influx, Version

SKEW_MS: Final = 60_000
_CHECK = "ioc_check"
_UNITS_MS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000}
_DAY_MS = 86_400_000
_LATER = (
    "answered for now, but InfluxDB 3 Core refuses them once a measurement lies in more than 432 Parquet files, some"
    " three days: take InfluxDB 3 Enterprise, 2.x or 1.x, or start it with a higher --query-file-limit"
)


def inspect(server: Influx, now: Callable[[], int], keep: Retention) -> Iterator[StoreCheck]:
    """`now` is our own clock, epoch ms; `keep` is how long the configuration wants things kept."""
    version = server.ping()
    yield StoreCheck("server", True, f"InfluxDB {version.text or 'of unknown version'}, spoken to as {version.flavour}")
    before = now()
    server.write(f"{_CHECK} ok=1.0".encode())
    after = now()
    yield StoreCheck("may write", True, f"bucket {server.access.address.bucket}")
    yield _clock(server, before, after)
    yield _retention(server, max(keep))
    if version.flavour is Flavour.V3:
        yield _wide(server, version, now(), max(keep))


def remove(server: Influx, source: SourceKey) -> str:
    """Readings and roll-ups of one source, and what `inspect` wrote."""
    if server.version.flavour is Flavour.V3:
        return f"3.x deletes nothing: the points of {source} stay"
    condition, bound = of([source])
    for suffix in ("", *ROLLED.values()):
        server.query(delete(source.kind + suffix, condition), bound)
    server.query(delete(_CHECK, within(0, ALWAYS)))
    return f"the points of {source} are deleted"


def _clock(server: Influx, before: int, after: int) -> StoreCheck:
    """A point without an instant gets the server's own; ours was written between `before` and `after`."""
    found = server.query(select(['"ok"'], _CHECK, 0, ALWAYS, "ORDER BY time DESC LIMIT 1"))
    if not found:
        return StoreCheck("may read", False, "what was just written is not found: is this the bucket that is written?")
    at: int = found[0].values[0][0]
    skew = at - max(before, min(at, after))
    detail = f"the server's clock is {abs(skew) / 1000:.1f} s {'ahead' if skew > 0 else 'behind'}"
    detail = detail if abs(skew) >= 100 else "the server's clock is ours"
    return StoreCheck("may read, clock", abs(skew) < SKEW_MS, detail)


def _retention(server: Influx, days: int) -> StoreCheck:
    try:
        policies = server.query("SHOW RETENTION POLICIES")
    except Unacceptable as error:
        return StoreCheck("retention", True, f"not told: {error.message}")
    except IocError as error:
        return StoreCheck("retention", False, error.message)
    for policy in (dict(zip(series.columns, row, strict=False)) for series in policies for row in series.values):
        if policy.get("default"):
            kept = _milliseconds(str(policy.get("duration", "")))
            return StoreCheck("retention", True, f"the bucket keeps {_kept(kept / _DAY_MS, days)}")
    return StoreCheck("retention", True, "not told")


def _wide(server: Influx, version: Version, now: int, days: int) -> StoreCheck:
    """Checks that the contents of the bucket can be read as far back as they are kept."""
    names = [row[0] for series in server.query("SHOW MEASUREMENTS") for row in series.values]
    for measurement in names:
        try:
            server.query(select("*", measurement, now - days * _DAY_MS, now, "LIMIT 1"))
        except TooWide as error:
            return StoreCheck("wide queries", False, f"{measurement}: {error.message}")
    if version.build == "Core":
        return StoreCheck("wide queries", True, _LATER)
    return StoreCheck("wide queries", True, f"{days} days of {len(names)} measurements can be asked for")


def _kept(days: float, wanted: int) -> str:
    if not days:
        return "for ever: the application deletes what is past its keep"
    if days >= wanted:
        return f"{days:g} days"
    return f"{days:g} days: less than the {wanted} of [retention], what is older is lost; a longer retention keeps it"


def _milliseconds(duration: str) -> int:
    """Of `168h0m0s`; 0 is for ever."""
    return sum(int(n) * _UNITS_MS[unit] for n, unit in re.findall(r"(\d+)([wdhms])(?![a-z])", duration))
