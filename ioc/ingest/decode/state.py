"""The figures and words of a `state`, checked against what its kind declares."""

import math
from collections.abc import Iterable
from typing import Any

import msgspec

from ioc.core.model import Leniency, Number, Reason
from ioc.ingest.decode.values import NO_LENIENCY, Decoded, Target
from ioc.ingest.inbox import Received
from ioc.messages.kinds import KindSpec, Metric
from ioc.messages.wire import AHEAD_MS, BEHIND_MS, Fields, Rejected, is_metric_name

MAX_EXTRA_KEYS = 64
_RESERVED = frozenset({"ts", "simulated"})
_NO_TEXTS: dict[str, str] = {}
_NUMERIC = frozenset({int, float})
_EXACT = 2.0**53
_SMALL = 1_024


def plain_bounds(spec: KindSpec) -> dict[str, tuple[float, float]]:
    """The plain figures of a kind; a kind that unfolds its states, or doubts their figures, has none."""
    if spec.unfold is not None or spec.doubts is not None:
        return {}
    bounds = {
        name: (-_EXACT if metric.low is None else metric.low, _EXACT if metric.high is None else metric.high)
        for name, metric in spec.metrics.items()
        if not metric.boolean
    }
    return {
        name: (low, high)
        for name, (low, high) in bounds.items()
        if not any(low <= value <= high for value in spec.metrics[name].not_known)
    }


def plain_state(target: Target, message: Received) -> Decoded | None:
    """The usual case at a fifth of the price: an exact time, known figures within their bounds, nothing else."""
    if len(message.payload) > _SMALL or target.leniencies:
        return None
    try:
        element = msgspec.json.decode(message.payload)
    except (ValueError, msgspec.DecodeError, RecursionError):
        return None
    if type(element) is not dict:
        return None
    t = element.get("ts")
    received_at = message.received_at
    if type(t) is not int or not received_at - BEHIND_MS <= t <= received_at + AHEAD_MS:
        return None
    metrics: dict[str, Number] = {}
    bounds = target.bounds
    for name, value in element.items():
        bound = bounds.get(name)
        if bound is not None and type(value) in _NUMERIC and bound[0] <= value <= bound[1]:
            metrics[name] = value
        elif name != "ts":
            return None
    if not metrics:
        return None
    return Decoded(
        target.key, target.source, t, received_at, message.retained, metrics, _NO_TEXTS, None, None, False, NO_LENIENCY
    )


def read_state(spec: KindSpec, fields: Fields, metrics: dict[str, Number], texts: dict[str, str]) -> None:
    obj = fields.obj if spec.unfold is None else spec.unfold(fields)
    known = spec.metrics
    for name, value in obj.items():
        metric = known.get(name)
        if metric is None:
            if name not in _RESERVED:
                _extra(spec, fields, name, value, metrics, texts)
        elif value is None:
            continue
        elif metric.boolean:
            metrics[name] = value if value is True or value is False else fields.as_flag(name, value)
        elif metric.gauge or metric.not_known:
            _read_gauge(metric, fields, name, value, metrics)
        else:
            metrics[name] = fields.as_number(name, value, metric.low, metric.high)
    if not metrics and not texts:
        unknown = Leniency.NOT_KNOWN in fields.leniencies
        raise Rejected(Reason.BAD_VALUE if unknown else Reason.MISSING_FIELD, "no figure in it")


def _read_gauge(metric: Metric, fields: Fields, name: str, value: Any, metrics: dict[str, Number]) -> None:
    """A figure that a device may not know itself."""
    try:
        number = fields.as_number(name, value, None, None)
    except Rejected:
        if not metric.gauge:
            raise
        number = None
    if number is not None and metric.knows(number):
        metrics[name] = fields.as_number(name, number, metric.low, metric.high)
    else:
        fields.leniencies.add(Leniency.NOT_KNOWN)


def _extra(
    spec: KindSpec, fields: Fields, name: str, value: Any, metrics: dict[str, Number], texts: dict[str, str]
) -> None:
    """A key the kind does not know by a metric: a text state, a figure of the device's own, or nothing we keep."""
    word = spec.words.get(name)
    if word is not None:
        if value is not None and value != "":
            texts[name] = _word(fields, name, value, word.words)
        elif word.words is None:
            texts[name] = ""  # what was wrong before is over
    elif value is None:
        return
    elif isinstance(value, bool | int | float) and is_metric_name(name):
        if isinstance(value, float) and not math.isfinite(value):
            raise Rejected(Reason.NOT_FINITE, name)
        if len(metrics) >= len(spec.metrics) + MAX_EXTRA_KEYS:
            fields.leniencies.add(Leniency.TOO_MANY_KEYS)
            return
        metrics[name] = value if isinstance(value, bool) else fields.as_number(name, value, None, None)
    else:
        fields.leniencies.add(Leniency.IGNORED_TEXT)


def _word(fields: Fields, name: str, value: Any, allowed: Iterable[str] | None) -> str:
    if allowed is None and type(value) is int:
        value = str(value)  # a year as its period, the number of a meeting
    if not isinstance(value, str):
        raise Rejected(Reason.WRONG_TYPE, f"{name}: expected text")
    text = fields.clean(name, value, 128)
    if allowed is not None and text not in allowed:
        raise Rejected(Reason.BAD_VALUE, f"{name}: allowed are {', '.join(sorted(allowed))}")
    return text
