"""A map tried on a sample: its result, and everything that looks wrong about it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ioc.core import charsets
from ioc.domain.inventory import Inventory, Org, OrgTree
from ioc.ingest.decode import Decoded, Decoder
from ioc.ingest.inbox import Received, Run
from ioc.messages.kinds import Kinds
from ioc.messages.mapping import suspicion
from ioc.messages.mapping.declared import MapRule
from ioc.messages.mapping.element import Element
from ioc.messages.mapping.maps import MappedMessage, Maps, Meant
from ioc.messages.mapping.paths import Path
from ioc.messages.mapping.suspicion import FindingLevel, MapFinding
from ioc.messages.privacy import Privacy
from ioc.messages.wire import Rejected, parse_time, parse_topic

_KEYS_SHOWN = 12
_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class TrialMessage:
    """A message of the vendor's; `received_at` (epoch ms) None where nobody wrote down when it came."""

    topic: str
    payload: bytes
    received_at: int | None = None


def own_sample(rule: MapRule) -> TrialMessage | None:
    """The sample a map carries with it; without a topic of its own every named level is called by its name."""
    if rule.sample is None:
        return None
    topic = rule.sample_topic or rule.topic.replace("+", "").replace("#", "x")
    return TrialMessage(topic, charsets.encode(rule.sample, rule.encoding), rule.sampled_at())


@dataclass(frozen=True, slots=True)
class Made:
    """A message of ours that the sample becomes, and what ingest would take from it."""

    topic: str
    body: dict[str, Any]
    taken: Decoded
    known: bool


@dataclass(slots=True)
class Trial:
    """`ok` is false where any part of the sample would end in quarantine, or nothing would come of it."""

    made: list[Made] = field(default_factory=list)
    findings: list[MapFinding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not any(finding.level is FindingLevel.ERROR for finding in self.findings)

    def add(self, level: FindingLevel, code: str, **params: Any) -> None:
        """Once, however many elements say the same."""
        found = MapFinding(level, code, params)
        if found not in self.findings:
            self.findings.append(found)


class TrialBench:
    """The surroundings of a trial; without an `inventory` every org and source is taken as known."""

    def __init__(self, kinds: Kinds, inventory: Inventory | None, privacy: Privacy, now: int) -> None:
        self._kinds = kinds
        self._inventory = inventory
        self._privacy = privacy
        self._now = now

    def run(self, rule: MapRule, sample: TrialMessage) -> Trial:
        trial = Trial()
        maps = Maps([rule], self._kinds)
        meant = maps.of(sample.topic)
        for problem in maps.problems:
            trial.add(FindingLevel.ERROR, "bad_map", problem=problem.partition(".")[2])
        if maps.problems:
            return trial
        if not meant:
            trial.add(FindingLevel.ERROR, "topic_not_meant", topic=sample.topic, filter=rule.topic)
            return trial
        kept = maps.strip(sample.topic, sample.payload, self._privacy)
        if kept != sample.payload:
            trial.add(FindingLevel.NOTE, "private_dropped")
        for name in self._private_names(meant[0]):
            trial.add(FindingLevel.WARNING, "path_private", name=name)
        self._elements(meant[0], sample, kept, trial)
        return trial

    def _private_names(self, meant: Meant) -> Iterator[str]:
        """Members that a path asks for although they are dropped before anything is read."""
        paths = [path.text for path in meant.map.paths()]
        return (name for text in paths for name in _NAME.findall(text) if self._privacy.is_private(name))

    def _elements(self, meant: Meant, sample: TrialMessage, payload: bytes, trial: Trial) -> None:
        try:
            elements = meant.map.elements(payload)
        except Rejected as why:
            trial.add(FindingLevel.ERROR, "refused", reason=str(why.reason), detail=why.detail, element="")
            return
        for element in elements:
            try:
                ours = meant.map.ours(element, meant.levels)
                if ours is None:
                    trial.add(FindingLevel.NOTE, "not_meant", when=meant.map.rule.when)
                else:
                    self._ours(meant, ours, sample, trial)
            except Rejected as why:
                trial.add(FindingLevel.ERROR, "refused", reason=str(why.reason), detail=why.detail, element=element.key)
        self._empty_paths(meant, elements, trial)
        if not trial.made and trial.ok:
            trial.add(FindingLevel.ERROR, "nothing_made")

    def _ours(self, meant: Meant, ours: MappedMessage, sample: TrialMessage, trial: Trial) -> None:
        """Judge as ingest would; Rejected where it would not have it."""
        at = self._now if sample.received_at is None else sample.received_at
        key, _channel = parse_topic(ours.topic)
        inventory = self._inventory or Inventory(OrgTree([Org(key.org, key.org)]))
        message = Received(at, ours.topic, msgspec.json.encode(ours.body), retained=False)
        batch = Decoder(self._kinds, inventory).batch(Run(1, [message]))
        for bad in batch.bad:
            raise Rejected(bad.reason, bad.detail)
        (taken,) = batch.good
        known = self._inventory is None or taken.source is not None
        trial.made.append(Made(ours.topic, ours.body, taken, known))
        if not known:
            trial.add(FindingLevel.NOTE, "new_source", source=str(taken.key))
        for finding in self._suspicions(meant, ours, taken, inventory, sample):
            trial.add(finding.level, finding.code, **finding.params)

    def _suspicions(
        self, meant: Meant, ours: MappedMessage, taken: Decoded, inventory: Inventory, sample: TrialMessage
    ) -> Iterator[MapFinding]:
        spec = meant.map.spec or self._kinds.get(taken.key.kind)
        for one in meant.map.fields:
            value = taken.metrics.get(one.name)
            if value is not None and not isinstance(value, bool):
                yield from suspicion.of_value(one, spec, value)
            elif value is None and (taken.metrics or taken.texts) and one.name in ours.body.keys() - taken.texts.keys():
                yield MapFinding(FindingLevel.WARNING, "text_ignored", {"field": one.name})
        if "ts" not in ours.body:
            yield MapFinding(FindingLevel.NOTE, "no_time", {})
            return
        at = parse_time(ours.body["ts"], inventory.tz(taken.key))[0]
        received_at = self._now if sample.received_at is None else sample.received_at
        yield from suspicion.of_time(at, received_at, exact=sample.received_at is not None)

    @staticmethod
    def _empty_paths(meant: Meant, elements: list[Element], trial: Trial) -> None:
        """A path that finds nothing in any element is misspelt, or belongs to another sort of message."""
        named = [(one.name, one.path) for one in meant.map.fields if one.path is not None]
        if meant.map.time_path is not None:
            named.append(("time", meant.map.time_path))
        for name, path in named:
            if all(_finds_nothing(path, element) for element in elements):
                keys = (
                    sorted(elements[0].value)[:_KEYS_SHOWN] if elements and isinstance(elements[0].value, dict) else []
                )
                trial.add(FindingLevel.WARNING, "path_empty", field=name, path=path.text, keys=", ".join(keys))


def _finds_nothing(path: Path, element: Element) -> bool:
    try:
        return path.of(element.value, element.top) is None
    except Rejected:
        return False
