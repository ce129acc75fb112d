"""Figures that are allowed and yet look like a wrong unit or a wrong zone."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from ioc.core.model import Health, Number
from ioc.messages.kinds import KindSpec
from ioc.messages.mapping import units
from ioc.messages.mapping.values import Field
from ioc.messages.wire import AHEAD_MS

_HALF_HOUR_MS = 1_800_000
_ZONES_MS = 14 * 3_600_000
_SLACK_MS = 120_000
_SHORT_MS = 0.1
# what a figure would be in, were it good: the vendor may have sent these
_MISTAKEN = {"s": ("ms",), "ms": ("s",), "°C": ("°F",), "%": ("ratio",), "kbit/s": ("bit/s",)}


class FindingLevel(StrEnum):
    """An error: the message would end in quarantine. A warning: a figure may be wrong. A note: good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class MapFinding(NamedTuple):
    """One thing about a map on its sample; its text is `map.<code>` with these parameters."""

    level: FindingLevel
    code: str
    params: dict[str, Any]


def of_value(field: Field, spec: KindSpec | None, value: Number) -> Iterator[MapFinding]:
    """The suspicions about one figure of the sample."""
    ours = units.wanted(spec, field.name)
    if ours is None or field.rule.const is not None:
        return
    yield from _of_name(field, ours)
    if _is_share_of_one(field, ours, value):
        yield _finding("looks_like_ratio", field, value=value)
    elif ours == "ms" and 0 < value < _SHORT_MS and not field.rule.is_scaled:
        yield _finding("looks_like_seconds", field, value=value)
    elif spec is not None and field.name in spec.metrics:
        yield from _of_bands(field, spec, ours, value)


def _of_name(field: Field, ours: str) -> Iterator[MapFinding]:
    """The vendor's own name often tells the unit: `cho_max_min`."""
    told = units.hinted(field.rule.path or "")
    given = field.rule.unit and units.check(field.rule.unit)
    if told is None or not units.same_dimension(told, ours):
        return
    if given is not None and given != told:
        yield _finding("unit_differs", field, told=told, unit=given)
    elif given is None and field.rule.scale == 1 and told != ours:
        yield _finding("unit_forgotten", field, told=told, unit=ours)


def _is_share_of_one(field: Field, ours: str, value: Number) -> bool:
    return ours == "%" and 0 < value < 1 and not field.rule.is_scaled


def _of_bands(field: Field, spec: KindSpec, ours: str, value: Number) -> Iterator[MapFinding]:
    """A figure that would be bad at once, though the device was well when the sample was taken."""
    metric = spec.metrics[field.name]
    health = metric.judge(value)
    if health is Health.OK:
        return
    for theirs in _MISTAKEN.get(ours, ()):
        scale, offset = units.conversion(theirs, ours, field.name)
        if metric.judge(value * scale + offset) is Health.OK and not field.rule.is_scaled:
            yield _finding("bad_unless_unit", field, value=value, unit=ours, theirs=theirs, health=str(health))
            return
    yield _finding("bad_at_once", field, value=value, unit=ours, health=str(health))


def of_time(at: int, received_at: int, *, exact: bool) -> Iterator[MapFinding]:
    """`exact`: the sample is known to have been received at `received_at`; else that is only when it was tried."""
    off = at - received_at
    if abs(off) <= AHEAD_MS:
        return
    halves = round(off / _HALF_HOUR_MS)
    minutes = round(off / 60_000)
    if abs(off) <= _ZONES_MS and halves and abs(off - halves * _HALF_HOUR_MS) <= _SLACK_MS:
        yield MapFinding(FindingLevel.WARNING, "zone_wrong", {"hours": f"{halves / 2:+g}", "minutes": minutes})
    elif exact or off > 0:
        yield MapFinding(FindingLevel.WARNING, "clock_off", {"minutes": f"{minutes:+d}"})
    else:
        yield MapFinding(FindingLevel.NOTE, "sample_old", {"minutes": -minutes})


def _finding(code: str, field: Field, **params: Any) -> MapFinding:
    return MapFinding(FindingLevel.WARNING, code, {"field": field.name, "path": field.rule.path or "", **params})
