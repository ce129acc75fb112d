"""The decoder: the source a topic leads to, and the verdict on every object of every message."""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from ioc.core.clock import local
from ioc.core.model import Leniency, Reason, Refusal, SourceKey, SourceStatus
from ioc.domain.dossiers.history.status import in_words
from ioc.domain.inventory import Inventory
from ioc.ingest.decode.element import decode_element
from ioc.ingest.decode.limits import Limits
from ioc.ingest.decode.state import plain_bounds, plain_state
from ioc.ingest.decode.values import NO_LENIENCY, BadObject, Batch, Decoded, Target
from ioc.ingest.inbox import Received, Run
from ioc.messages.events import DossierEvent
from ioc.messages.kinds import Kinds
from ioc.messages.mapping.element import Element
from ioc.messages.mapping.maps import Maps, Meant
from ioc.messages.wire import MAX_ELEMENTS, Rejected, Unusable, parse_json, parse_topic, trimmed

log = logging.getLogger(__name__)

SAMPLE_BYTES: Final = 256
DETAIL_LENGTH: Final = 400
_CACHED_TOPICS = 50_000
_STATUS = frozenset({"status", "TrangThai", "trangThai"})  # ours, and the national portal's
_PLAIN_STATUS = {b"online": True, b"offline": False, b"1": True, b"0": False}
# what another inventory could judge otherwise
INVENTORYS_REASONS: Final = frozenset({Reason.UNKNOWN_ORG, Reason.RETIRED_SOURCE, Reason.NOT_SERVED})
Look = Callable[[], bool]
_NOT_ITS_TIME = frozenset({Leniency.MISSING_TS, Leniency.CLOCK_AHEAD, Leniency.CLOCK_BEHIND})


_Mark = tuple[int, int, int, int]


class _Known(NamedTuple):
    """An inventory with where topics lead by it; one value, since several threads decode."""

    inventory: Inventory
    targets: dict[str, Target | Rejected]


class Decoder:
    """Decodes against one inventory; call `use` when the inventory changed.

    `status_words` are those a source of dossiers has of its own, by `ORG/dossier/SOURCE`.
    Of a partition (`orgs` not empty) the messages of mapped topics that are another partition's are passed over.
    """

    def __init__(
        self,
        kinds: Kinds,
        inventory: Inventory,
        maps: Maps | None = None,
        limit_per_minute: int | None = None,
        orgs: Iterable[str] = (),
        status_words: Mapping[str, Mapping[str, int]] | None = None,
    ) -> None:
        self._kinds = kinds
        self._known = _Known(inventory, {})
        self._maps = maps
        self._limit = limit_per_minute
        self._orgs = frozenset(orgs)
        self._status_words = {
            SourceKey.parse(path): {word.lower(): code for word, code in words.items()}
            for path, words in (status_words or {}).items()
        }
        self._limits = Limits()
        self._bounds = {kind: plain_bounds(spec) for kind, spec in kinds.items()}

    def use(self, inventory: Inventory) -> None:
        self._known = _Known(inventory, {})

    def batch(self, run: Run, limits: Limits | None = None, look: Look | None = None) -> Batch:
        """`limits` are the caller's own, for one that decodes what was decoded before.

        `look` is asked once, at the first message of an org or a source unknown here: whether the inventory that is
        now in use is another. All messages of a run came before, so one look sees every import that they could follow.
        """
        limits = limits or self._limits
        batch = Batch(run.last, 0, [], [], [], [])
        received = 0
        for seq, message in enumerate(run.messages, run.first):
            before = len(batch.good), len(batch.bad), len(batch.refused), len(batch.limited)
            objects = self._one_alone(seq, message, batch, limits, before)
            if look is not None and _is_strange(batch, before):
                if look():
                    _cut_back(batch, before)
                    objects = self._one_alone(seq, message, batch, limits, before)
                look = None
            received += objects
        return batch._replace(received=received)

    def _one_alone(self, seq: int, message: Received, batch: Batch, limits: Limits, before: _Mark) -> int:
        """One that we cannot cope with ends in quarantine whole: it must never stop those behind it."""
        try:
            return self._one(seq, message, batch, limits)
        except Exception as error:
            log.exception("message %d on %s could not be decoded; it is in quarantine", seq, message.topic)
            _cut_back(batch, before)
            batch.bad.append(not_understood(seq, message, error))
            return 1

    def _one(self, seq: int, message: Received, batch: Batch, limits: Limits) -> int:
        """Decode one message into the batch and return how many objects it held."""
        if not message.payload:
            batch.refused.append(Refusal.CLEARED)
            return 1
        if self._maps and (meant := self._maps.of(message.topic)):
            firsts = range(0, len(meant) * MAX_ELEMENTS, MAX_ELEMENTS)
            return sum(
                self._vendors(seq, message, one, first, batch, limits) for one, first in zip(meant, firsts, strict=True)
            )
        try:
            target = self._target(message.topic, message.received_at)
            if target.channel == "state" and (plain := plain_state(target, message)) is not None:
                _keep(plain, self._limit, batch, limits)
                return 1
            elements, leniencies = self._elements(target, message.payload)
        except Rejected as why:
            batch.bad.append(_bad(seq, message, 0, message.payload, why))
            return 1
        for i, element in enumerate(elements):
            if isinstance(element, Unusable):
                batch.bad.append(_bad(seq, message, i, element.raw, element.why))
                continue
            try:
                good = self._good(target, element, message, leniencies)
                _keep(good, self._limit if target.channel == "state" else None, batch, limits)
            except Rejected as why:
                raw = message.payload if len(elements) == 1 else msgspec.json.encode(element)
                batch.bad.append(_bad(seq, message, i, raw, why))
        return len(elements)

    def _vendors(self, seq: int, message: Received, meant: Meant, first: int, batch: Batch, limits: Limits) -> int:
        """The same for a topic of a vendor's; what cannot be used is kept as the vendor sent it."""
        try:
            elements = meant.map.elements(message.payload)
        except Rejected as why:
            batch.bad.append(_bad(seq, message, first, message.payload, why))
            return 1
        received = 0
        for i, element in enumerate(elements, first):
            try:
                received += self._element(message, meant, element, batch, limits)
            except Rejected as why:
                batch.bad.append(_bad(seq, message, i, element.raw(), why))
                received += 1
        return received

    def _element(self, message: Received, meant: Meant, element: Element, batch: Batch, limits: Limits) -> int:
        ours = meant.map.ours(element, meant.levels)
        if ours is None:
            batch.refused.append(Refusal.NOT_MEANT)
            return 1
        target = self._target(ours.topic, message.received_at)
        if self._orgs and target.key.org not in self._orgs:
            return 0
        good = self._good(target, ours.body, message, target.leniencies)
        _keep(good, meant.map.rule.per_minute if target.channel == "state" else None, batch, limits)
        return 1

    def _good(self, target: Target, element: Any, message: Received, leniencies: frozenset[Leniency]) -> Decoded:
        if (words := self._status_words.get(target.key)) and isinstance(element, dict):
            element = element | {name: in_words(element[name], words) for name in _STATUS & element.keys()}
        good = decode_element(target, element, message, leniencies)
        if isinstance(good.event, DossierEvent):
            self._check_orgs(target.key, good.event)
        return good

    def _target(self, topic: str, received_at: int) -> Target:
        known = self._known
        target = known.targets.get(topic)
        if target is None:
            if len(known.targets) > _CACHED_TOPICS:
                known.targets.clear()
            try:
                target = self._resolve(known.inventory, topic, received_at)
            except Rejected as why:
                target = why
            known.targets[topic] = target
        if isinstance(target, Rejected):
            raise Rejected(target.reason, target.detail)
        return target

    def _resolve(self, inventory: Inventory, topic: str, received_at: int) -> Target:
        key, channel = parse_topic(topic)
        spec = self._kinds.get(key.kind)
        if spec is None:
            raise Rejected(Reason.UNKNOWN_KIND, f"{key.kind}: allowed are {', '.join(sorted(self._kinds))}")
        orgs = inventory.orgs
        if key.org not in orgs:
            raise Rejected(Reason.UNKNOWN_ORG, key.org)
        tz = orgs.tz(key.org)
        heir = orgs.alive(key.org, local(received_at, tz).date().isoformat())
        if heir is None:
            raise Rejected(Reason.UNKNOWN_ORG, f"{key.org}: closed without a known successor")
        leniencies = NO_LENIENCY if heir == key.org else frozenset({Leniency.CLOSED_ORG})
        source = inventory.sources.get(key)
        if source is None or (leniencies and source.status is SourceStatus.RETIRED):
            # a source known from before the closure stays one source with one history: its org counts for the heir
            key = key._replace(org=heir)
            source = inventory.sources.get(key)
        if source is not None and source.status is SourceStatus.RETIRED:
            raise Rejected(Reason.RETIRED_SOURCE, str(key))
        return Target(key, channel, spec, tz, source, leniencies, self._bounds[spec.kind])

    def _check_orgs(self, key: SourceKey, event: DossierEvent) -> None:
        """Who handles a dossier may be anybody; in whose name it was received only whom the source speaks for."""
        for name in ("receiving_org", "handling_org"):
            code = event.fields.get(name)
            if code is not None and code not in self._known.inventory.orgs.by_code:
                raise Rejected(Reason.UNKNOWN_ORG, f"{name}: {code}")
        code = event.fields.get("receiving_org")
        if isinstance(code, str) and not self._known.inventory.speaks_for(key, code):
            raise Rejected(Reason.NOT_SERVED, f"receiving_org: {code} is not served by {key}")

    @staticmethod
    def _elements(target: Target, payload: bytes) -> tuple[list[Any], frozenset[Leniency]]:
        if target.channel == "status":
            word, forgiven = trimmed(payload)
            plain = _PLAIN_STATUS.get(word.strip().lower())
            if plain is not None:
                return [{"online": plain}], target.leniencies | forgiven | {Leniency.PLAIN_STATUS}
        elements, leniencies = parse_json(payload)
        return elements, leniencies | target.leniencies if leniencies or target.leniencies else NO_LENIENCY


def _is_strange(batch: Batch, before: _Mark) -> bool:
    """True for messages of an org or a source that the inventory does not have, or has no longer."""
    good, bad = batch.good, batch.bad
    if len(bad) > before[1] and any(one.reason in INVENTORYS_REASONS for one in bad[before[1] :]):
        return True
    if len(good) == before[0] + 1:
        return good[-1].source is None
    return any(one.source is None for one in good[before[0] :])


def _cut_back(batch: Batch, before: _Mark) -> None:
    parts: tuple[list[Any], ...] = (batch.good, batch.bad, batch.refused, batch.limited)
    for part, length in zip(parts, before, strict=True):
        del part[length:]


def _keep(good: Decoded, per_minute: int | None, batch: Batch, limits: Limits) -> None:
    """`per_minute` is a limit somebody set; without one a state is held to what was agreed with its source."""
    if per_minute is not None:
        allowed = limits.allows(good.key, per_minute, good.received_at)
    else:
        source = good.source
        allowed = source is None or not source.agreed or not _tells_its_time(good) or limits.keeps_pace(source, good.t)
    if allowed:
        batch.good.append(good)
    else:
        batch.refused.append(Refusal.RATE_LIMITED)
        batch.limited.append(good.key)


def _tells_its_time(good: Decoded) -> bool:
    """True for a state with a time of its own that we believe."""
    return good.event is None and good.online is None and _NOT_ITS_TIME.isdisjoint(good.leniencies)


def not_understood(seq: int, message: Received, error: Exception) -> BadObject:
    """The whole message, because of a fault of ours."""
    why = Rejected(Reason.NOT_UNDERSTOOD, f"a fault of ours, see the log: {type(error).__name__}")
    return _bad(seq, message, 0, message.payload, why)


def _bad(seq: int, message: Received, element: int, payload: bytes, why: Rejected) -> BadObject:
    kept = payload[:SAMPLE_BYTES] if why.reason is Reason.TOO_LARGE else payload
    detail = "".join(c if c.isprintable() else " " for c in why.detail[:DETAIL_LENGTH])
    return BadObject(seq, element, message.received_at, message.topic, kept, why.reason, detail)
