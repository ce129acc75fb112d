"""The totals of a period as a source of dossiers counts them itself, kept as figures of its state."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ioc.core.model import Number, Reason
from ioc.messages.wire import Fields, Rejected

# the counts and percentages a source may give, by the names of the summary; `resolved` and `open` are sums of theirs
COUNTS = (
    "received", "received_online", "carried_over", "must_resolve", "resolved", "resolved_early", "resolved_on_time",
    "resolved_late", "open", "open_in_term", "open_overdue",
)  # fmt: skip
SHARES = ("early", "on_time", "in_time", "late", "open_overdue", "online")
_OWN = "own_"
_OWN_SHARE = "own_pct_"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class SourceTotals:
    """Of the period `[start, end)` (epoch ms), reported at `reported_at`; percentages are as printed."""

    start: int
    end: int
    reported_at: int
    counts: Mapping[str, int]
    shares: Mapping[str, float]


def flatten(fields: Fields) -> dict[str, Any]:
    """The figures of `totals: {from, to, received, …, pct: {early, …}}`; nothing where there is none."""
    given = fields.obj.get("totals")
    if given is None:
        return {}
    inner = _object("totals", given, fields.tz)
    shares = _object("totals.pct", inner.obj.get("pct") or {}, fields.tz)
    found: dict[str, Any] = {
        f"{_OWN}from": _instant(inner, "from", 0),
        f"{_OWN}to": _instant(inner, "to", 1),
        **{_OWN + name: _count(inner, name) for name in COUNTS},
        **{_OWN_SHARE + name: shares.number(name, low=0, high=100) for name in SHARES},
    }
    fields.leniencies |= inner.leniencies | shares.leniencies
    if found[f"{_OWN}to"] <= found[f"{_OWN}from"]:
        raise Rejected(Reason.BAD_VALUE, "totals: to is not after from")
    return found


def reported(metrics: Mapping[str, tuple[int, Number]]) -> SourceTotals | None:
    """The totals in the latest values of a source; what it did not repeat the last time is not among them."""
    if (end := metrics.get(f"{_OWN}to")) is None:
        return None
    at = end[0]
    latest = {name: value for name, (t, value) in metrics.items() if t == at and name.startswith(_OWN)}
    if f"{_OWN}from" not in latest:
        return None
    return SourceTotals(
        start=int(latest[f"{_OWN}from"]),
        end=int(latest[f"{_OWN}to"]),
        reported_at=at,
        counts={name: int(value) for name, value in _named(latest, COUNTS, _OWN)},
        shares=dict(_named(latest, SHARES, _OWN_SHARE)),
    )


def _named(latest: Mapping[str, Number], names: tuple[str, ...], prefix: str) -> Iterator[tuple[str, Number]]:
    return ((name, latest[prefix + name]) for name in names if prefix + name in latest)


def _object(name: str, value: Any, tz: ZoneInfo) -> Fields:
    if not isinstance(value, dict):
        raise Rejected(Reason.WRONG_TYPE, f"{name}: expected an object")
    return Fields(value, tz)


def _count(fields: Fields, name: str) -> int | None:
    value = fields.number(name, low=0)
    if value is not None and value != int(value):
        raise Rejected(Reason.BAD_VALUE, f"totals.{name}: expected a whole number")
    return None if value is None else int(value)


def _instant(fields: Fields, name: str, days: int) -> int:
    """A day is its first instant as `from`, its last as `to`."""
    text = fields.obj.get(name)
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        return fields.need_time(name)
    try:
        midnight = datetime.combine(date.fromisoformat(text) + timedelta(days), time(), fields.tz)
    except (ValueError, OverflowError):
        raise Rejected(Reason.BAD_TIME, f"totals.{name}: no such day") from None
    return int(midnight.timestamp() * 1000)
