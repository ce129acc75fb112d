"""One object of a message: its instant, and what its channel says it holds."""

from collections.abc import Mapping
from typing import Any

from ioc.core.model import Leniency, Number, Reason
from ioc.core.periods import ALLOWED, Period, Span, parse, span
from ioc.ingest.decode.state import read_state
from ioc.ingest.decode.values import Decoded, Target
from ioc.ingest.inbox import Received
from ioc.messages.events import Event
from ioc.messages.kinds import KindSpec
from ioc.messages.wire import AHEAD_MS, BEHIND_MS, Fields, Rejected


def decode_element(target: Target, element: Any, message: Received, leniencies: frozenset[Leniency]) -> Decoded:
    """Rejected with a named reason where it cannot be used."""
    if not isinstance(element, dict):
        raise Rejected(Reason.WRONG_TYPE, "expected a JSON object")
    fields = Fields(element, target.tz)
    if leniencies:
        fields.leniencies |= leniencies
    t = _instant(fields, message.received_at, bounded_past=target.channel != "event")
    metrics: dict[str, Number] = {}
    texts: dict[str, str] = {}
    online: bool | None = None
    event: Event | None = None
    period: Span | None = None
    doubted: frozenset[str] = frozenset()
    if target.channel == "state":
        read_state(target.spec, fields, metrics, texts)
        period, doubted = _periodic(target.spec, fields, metrics, texts, message.received_at)
    elif target.channel == "status":
        online = _online(fields)
    else:
        event = _event(target.spec, fields, t)
    return Decoded(
        target.key, target.source, t, message.received_at, message.retained,
        metrics, texts, online, event, element.get("simulated") is True, fields.leniencies, period, doubted,
    )  # fmt: skip


def _periodic(
    spec: KindSpec, fields: Fields, metrics: Mapping[str, Number], texts: dict[str, str], received_at: int
) -> tuple[Span | None, frozenset[str]]:
    """The period of a state as instants, in `texts` in its one spelling, and the figures that cannot be true of it."""
    found: Period | None = None
    if spec.period is not None and (text := texts.get(spec.period)):
        found = parse(text)
        if found is None:
            raise Rejected(Reason.BAD_VALUE, f"{spec.period} {text}: allowed are {ALLOWED}")
        texts[spec.period] = found.text
    within = None if found is None else span(found.days, fields.tz)
    if within is not None and within.start > received_at + AHEAD_MS:
        raise Rejected(Reason.BAD_VALUE, f"{spec.period} {texts[str(spec.period)]}: it has not begun")
    doubted = frozenset() if spec.doubts is None else frozenset(spec.doubts(metrics, found and found.length))
    if doubted:
        fields.leniencies.add(Leniency.IMPOSSIBLE_FIGURE)
    return within, doubted


def _instant(fields: Fields, received_at: int, *, bounded_past: bool) -> int:
    """The device's own time; its receipt where it has none, or one that cannot be true."""
    t = fields.obj.get("ts")
    if type(t) is not int or not received_at - BEHIND_MS <= t <= received_at + AHEAD_MS:
        t = fields.time("ts")
    if t is None:
        fields.leniencies.add(Leniency.MISSING_TS)
        return received_at
    if t > received_at + AHEAD_MS:
        fields.leniencies.add(Leniency.CLOCK_AHEAD)
        return received_at
    if bounded_past and t < received_at - BEHIND_MS:
        fields.leniencies.add(Leniency.CLOCK_BEHIND)
        return received_at
    return t


def _online(fields: Fields) -> bool:
    try:
        online = fields.flag("online")
    except Rejected as why:
        raise Rejected(Reason.BAD_STATUS, why.detail) from None
    if online is None:
        raise Rejected(Reason.BAD_STATUS, 'expected {"online": true|false}')
    return online


def _event(spec: KindSpec, fields: Fields, t: int) -> Event:
    if spec.decode_event is None:
        raise Rejected(Reason.BAD_TOPIC, f"{spec.kind} has no events")
    fields.obj = {**fields.obj, "ts": t}
    return spec.decode_event(fields)
