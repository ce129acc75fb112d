"""Where a topic leads, and the verdict on every object of every message."""

from typing import Any

import msgspec

from ioc.clock import local
from ioc.decode.element import decode_element
from ioc.decode.state import plain_bounds, plain_state
from ioc.decode.values import NO_LENIENCY, Bad, Batch, Target
from ioc.events import DossierEvent
from ioc.inbox import Received, Run
from ioc.inventory import Inventory
from ioc.kinds import Kinds
from ioc.model import Leniency, Reason, Refusal, SourceStatus
from ioc.wire import Rejected, parse_json, parse_topic

SAMPLE_BYTES = 256
_CACHED_TOPICS = 50_000
_PLAIN_STATUS = {b"online": True, b"offline": False, b"1": True, b"0": False}


class Decoder:
    """Decodes against one inventory; call `use` when the inventory changed."""

    def __init__(self, kinds: Kinds, inventory: Inventory) -> None:
        self._kinds = kinds
        self._inventory = inventory
        self._targets: dict[str, Target | Rejected] = {}
        self._bounds = {kind: plain_bounds(spec) for kind, spec in kinds.items()}

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
            if target.channel == "state" and (plain := plain_state(target, message)) is not None:
                batch.good.append(plain)
                return 1
            elements, leniencies = self._elements(target, message.payload)
        except Rejected as why:
            batch.bad.append(_bad(seq, message, 0, message.payload, why))
            return 1
        for i, element in enumerate(elements):
            try:
                good = decode_element(target, element, message, leniencies)
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
            if len(self._targets) > _CACHED_TOPICS:
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
        leniencies = NO_LENIENCY if heir == key.org else frozenset({Leniency.CLOSED_ORG})
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
        return elements, leniencies | target.leniencies if leniencies or target.leniencies else NO_LENIENCY


def _bad(seq: int, message: Received, element: int, payload: bytes, why: Rejected) -> Bad:
    kept = payload[:SAMPLE_BYTES] if why.reason is Reason.TOO_LARGE else payload
    return Bad(seq, element, message.received_at, message.topic, kept, why.reason, why.detail)
