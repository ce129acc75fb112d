"""Units as vendors write them, and how one becomes another."""

import re
from typing import Final, NamedTuple

from ioc.messages.kinds import KindSpec


class Scale(NamedTuple):
    """`ours = theirs * factor + shift`, ours being the base of its dimension: s, °C, %, kbit/s."""

    dimension: str
    factor: float
    shift: float = 0.0


_UNITS: Final = {
    "ms": Scale("time", 0.001), "s": Scale("time", 1), "min": Scale("time", 60), "h": Scale("time", 3_600),
    "d": Scale("time", 86_400),
    "°C": Scale("temperature", 1), "°F": Scale("temperature", 5 / 9, -160 / 9), "K": Scale("temperature", 1, -273.15),
    "%": Scale("share", 1), "ratio": Scale("share", 100), "‰": Scale("share", 0.1),
    "bit/s": Scale("rate", 0.001), "kbit/s": Scale("rate", 1), "Mbit/s": Scale("rate", 1_000),
    "B/s": Scale("rate", 0.008), "kB/s": Scale("rate", 8), "MB/s": Scale("rate", 8_000),
}  # fmt: skip
_ALSO: Final = {
    "sec": "s", "second": "s", "seconds": "s", "giay": "s", "giây": "s", "millis": "ms", "minute": "min",
    "minutes": "min", "mins": "min", "phut": "min", "phút": "min", "hour": "h", "hours": "h", "gio": "h", "giờ": "h",
    "day": "d", "days": "d", "ngay": "d", "ngày": "d", "c": "°C", "celsius": "°C", "f": "°F", "fahrenheit": "°F",
    "k": "K", "kelvin": "K", "pct": "%", "percent": "%", "phantram": "%", "0-1": "ratio", "frac": "ratio",
    "bps": "bit/s", "kbps": "kbit/s", "mbps": "Mbit/s",
}  # fmt: skip
_BY_SUFFIX: Final = {"s": "s", "ms": "ms", "pct": "%", "c": "°C", "kbps": "kbit/s", "d": "d"}
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|%")


def check(text: str) -> str:
    """The unit under its one name; ValueError names those that are known."""
    found = text if text in _UNITS else _ALSO.get(text.lower())
    if found is None:
        raise ValueError(f"unit {text!r} is unknown; allowed: {', '.join(_UNITS)}")
    return found


def wanted(spec: KindSpec | None, metric: str) -> str | None:
    """The unit a metric of ours is kept in: as declared, or told by the end of its name."""
    declared = spec.metrics.get(metric) if spec else None
    if declared is not None:
        return declared.unit if declared.unit in _UNITS else None
    return _BY_SUFFIX.get(metric.rpartition("_")[2]) if "_" in metric else None


def conversion(theirs: str, ours: str | None, metric: str) -> tuple[float, float]:
    """Scale and offset from one unit to the other; ValueError when the two measure different things."""
    given = _UNITS[check(theirs)]
    if ours is None:
        raise ValueError(f"unit {theirs!r}: the unit of {metric} is not known; use scale and offset")
    base = _UNITS[ours]
    if given.dimension != base.dimension:
        raise ValueError(f"unit {theirs!r} cannot become {ours}, which {metric} is kept in")
    return given.factor / base.factor, (given.shift - base.shift) / base.factor


def same_dimension(one: str, other: str) -> bool:
    return _UNITS[one].dimension == _UNITS[other].dimension


def hinted(path: str) -> str | None:
    """The unit that the last name of a path tells of: `q.max_min` minutes, `tempF` degrees Fahrenheit."""
    words = [word.lower() for word in _WORD.findall(path.rpartition(".")[2])]
    if len(words) < 2:  # a name of one word is a thing, not a unit
        return None
    last = words[-1]
    return last if last in _UNITS else _ALSO.get(last)
