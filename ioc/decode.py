"""From a message on the bus to validated values of a source, or a named reason why not; pure but for its caches."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from ioc.clock import local
from ioc.events import DossierEvent, Event
from ioc.inbox import Received, Run
from ioc.inventory import Inventory, Source
from ioc.kinds import Kinds, KindSpec
from ioc.model import Leniency, Number, Reason, Refusal, SourceKey, SourceStatus
from ioc.wire import AHEAD_MS, BEHIND_MS, Fields, Rejected, is_metric_name, parse_json, parse_topic

SAMPLE_BYTES = 256
MAX_EXTRA_KEYS = 64
_CACHE_TOPICS = 50_000
_RESERVED = frozenset({"ts", "simulated"})
_PLAIN_STATUS = {b"online": True, b"offline": False, b"1": True, b"0": False}
_NONE: frozenset[Leniency] = frozenset()
_NO_TEXTS: dict[str, str] = {}
_NUMERIC = frozenset({int, float})
_EXACT = 2.0**53


class Decoded(NamedTuple):
    """One usable object of a message; `t` is the instant it speaks of, in epoch ms."""

    key: SourceKey
    source: Source | None  # None: not registered yet
    t: int
    received_at: int
    retained: bool
    metrics: dict[str, Number]
    texts: dict[str, str]
    online: bool | None
    event: Event | None
    simulated: bool
    leniencies: Iterable[Leniency]


class Bad(NamedTuple):
    """One object that goes to quarantine; `element` is its place in the payload's array."""

    seq: int
    element: int
    received_at: int
    topic: str
    payload: bytes
    reason: Reason
    detail: str


class Batch(NamedTuple):
    """What a run of messages came to: `received` objects = good + bad + refused."""

    last: int
    received: int
    good: list[Decoded]
    bad: list[Bad]
    refused: list[Refusal]


class Target(NamedTuple):
    """Where a topic leads, worked out once a topic and inventory revision."""

    key: SourceKey
    channel: str
    spec: KindSpec
    tz: ZoneInfo
    source: Source | None
    leniencies: frozenset[Leniency]
    bounds: Mapping[str, tuple[float, float]]


class Decoder:
    """Decodes against one inventory; call `use` when the inventory changed."""

    def __init__(self, kinds: Kinds, inventory: Inventory) -> None:
        self._kinds = kinds
        self._inventory = inventory
        self._targets: dict[str, Target | Rejected] = {}
        self._bounds = {kind: _bounds(spec) for kind, spec in kinds.items()}

    def use(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._targets.clear()

    def batch(self, run: Run) -> Batch:
        batch = Batch(run.last, 0, [], [], [])
        received = 0
        for seq, message in enumerate(run.messages, run.first):
            received += self._one(seq, message, batch)
        return batch._replace(received=received)

    def _one(self, seq: int, message: Received, batch: Batch) -> int:
        """Decode one message into the batch and return how many objects it held."""
        if not message.payload:
            batch.refused.append(Refusal.CLEARED)
            return 1
        try:
            target = self._target(message.topic, message.received_at)
            elements, leniencies = self._elements(target, message.payload)
        except Rejected as why:
            batch.bad.append(_bad(seq, message, 0, message.payload, why))
            return 1
        for i, element in enumerate(elements):
            try:
                good = _decode(target, element, message, leniencies)
                if isinstance(good.event, DossierEvent):
                    self._check_orgs(good.event)
                batch.good.append(good)
            except Rejected as why:
                raw = message.payload if len(elements) == 1 else msgspec.json.encode(element)
                batch.bad.append(_bad(seq, message, i, raw, why))
        return len(elements)

    def _target(self, topic: str, received_at: int) -> Target:
        target = self._targets.get(topic)
        if target is None:
            if len(self._targets) > _CACHE_TOPICS:
                self._targets.clear()
            try:
                target = self._resolve(topic, received_at)
            except Rejected as why:
                target = why
            self._targets[topic] = target
        if isinstance(target, Rejected):
            raise Rejected(target.reason, target.detail)
        return target

    def _resolve(self, topic: str, received_at: int) -> Target:
        key, channel = parse_topic(topic)
        spec = self._kinds.get(key.kind)
        if spec is None:
            raise Rejected(Reason.UNKNOWN_KIND, f"{key.kind}: allowed are {', '.join(sorted(self._kinds))}")
        orgs = self._inventory.orgs
        if key.org not in orgs:
            raise Rejected(Reason.UNKNOWN_ORG, key.org)
        tz = orgs.tz(key.org)
        heir = orgs.alive(key.org, local(received_at, tz).date().isoformat())
        if heir is None:
            raise Rejected(Reason.UNKNOWN_ORG, f"{key.org}: closed without a known successor")
        leniencies = _NONE if heir == key.org else frozenset({Leniency.CLOSED_ORG})
        key = key._replace(org=heir)
        source = self._inventory.sources.get(key)
        if source is not None and source.status is SourceStatus.RETIRED:
            raise Rejected(Reason.RETIRED_SOURCE, str(key))
        return Target(key, channel, spec, tz, source, leniencies, self._bounds[spec.kind])

    def _check_orgs(self, event: DossierEvent) -> None:
        for name in ("receiving_org", "handling_org"):
            code = event.fields.get(name)
            if code is not None and code not in self._inventory.orgs.by_code:
                raise Rejected(Reason.UNKNOWN_ORG, f"{name}: {code}")

    @staticmethod
    def _elements(target: Target, payload: bytes) -> tuple[list[Any], frozenset[Leniency]]:
        if target.channel == "status":
            plain = _PLAIN_STATUS.get(payload.strip().lower())
            if plain is not None:
                return [{"online": plain}], target.leniencies | {Leniency.PLAIN_STATUS}
        elements, leniencies = parse_json(payload)
        return elements, leniencies | target.leniencies if leniencies or target.leniencies else _NONE


def _bounds(spec: KindSpec) -> dict[str, tuple[float, float]]:
    """The plain figures of a kind; a kind that unfolds its states has none."""
    if spec.unfold is not None:
        return {}
    return {
        name: (-_EXACT if metric.low is None else metric.low, _EXACT if metric.high is None else metric.high)
        for name, metric in spec.metrics.items()
        if not metric.boolean
    }


def _bad(seq: int, message: Received, element: int, payload: bytes, why: Rejected) -> Bad:
    kept = payload[:SAMPLE_BYTES] if why.reason is Reason.TOO_LARGE else payload
    return Bad(seq, element, message.received_at, message.topic, kept, why.reason, why.detail)


def _decode(target: Target, element: Any, message: Received, leniencies: frozenset[Leniency]) -> Decoded:
    if not isinstance(element, dict):
        raise Rejected(Reason.WRONG_TYPE, "expected a JSON object")
    if target.channel == "state" and not leniencies:
        plain = _plain_state(target, element, message)
        if plain is not None:
            return plain
    fields = Fields(element, target.tz)
    if leniencies:
        fields.leniencies |= leniencies
    t = _instant(fields, message.received_at, bounded_past=target.channel != "event")
    metrics: dict[str, Number] = {}
    texts: dict[str, str] = {}
    online: bool | None = None
    event: Event | None = None
    if target.channel == "state":
        _state(target.spec, fields, metrics, texts)
    elif target.channel == "status":
        online = _online(fields)
    else:
        event = _event(target.spec, fields, t)
    return Decoded(
        target.key, target.source, t, message.received_at, message.retained,
        metrics, texts, online, event, element.get("simulated") is True, fields.leniencies,
    )  # fmt: skip


def _plain_state(target: Target, element: dict[str, Any], message: Received) -> Decoded | None:
    """The usual case at a fifth of the price: an exact time, known figures within their bounds, nothing else."""
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
        target.key, target.source, t, received_at, message.retained, metrics, _NO_TEXTS, None, None, False, _NONE
    )


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


def _state(spec: KindSpec, fields: Fields, metrics: dict[str, Number], texts: dict[str, str]) -> None:
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
        else:
            metrics[name] = fields.as_number(name, value, metric.low, metric.high)
    if not metrics and not texts:
        raise Rejected(Reason.MISSING_FIELD, "no figure in it")


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
    if not isinstance(value, str):
        raise Rejected(Reason.WRONG_TYPE, f"{name}: expected text")
    text = fields.clean(name, value, 128)
    if allowed is not None and text not in allowed:
        raise Rejected(Reason.BAD_VALUE, f"{name}: allowed are {', '.join(sorted(allowed))}")
    return text
