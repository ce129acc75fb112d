"""Every map in force: which of them means a topic, and what a message becomes under them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ioc.core.model import Reason
from ioc.messages.kinds import Kinds, KindSpec
from ioc.messages.mapping import formats
from ioc.messages.mapping.declared import PLACEHOLDER, MapRule
from ioc.messages.mapping.element import Element
from ioc.messages.mapping.paths import Path, is_true
from ioc.messages.mapping.pattern import Pattern
from ioc.messages.mapping.values import Field, Template, instant
from ioc.messages.privacy import Privacy
from ioc.messages.wire import CHANNELS, ROOT, Rejected, is_id, is_org

_CACHED_TOPICS = 50_000


class MappedMessage(NamedTuple):
    """A message as the contract has it."""

    topic: str
    body: dict[str, Any]


class VendorMap:
    """One `[[map]]` ready for messages; ValueError where it contradicts what its kind declares."""

    def __init__(self, rule: MapRule, kinds: Kinds) -> None:
        self.rule = rule
        self.pattern = Pattern.parse(rule.topic)
        self.spec = self._spec(kinds)
        levels = frozenset(self.pattern.names) | ({"key"} if rule.each is not None else set())
        self._levels = [Template(getattr(rule, name), levels, rule.names) for name in ("org", "kind", "source")]
        self._channel = Template(rule.channel, levels, rule.names)
        self._when = None if rule.when is None else Path(rule.when)
        self._time = rule.time_rule
        self.time_path = None if self._time is None else Path(self._time.path)
        self.fields = [self._field(name, levels) for name in rule.fields]

    def elements(self, payload: bytes) -> list[Element]:
        """Rejected where the payload is not what the map's format says."""
        return formats.elements(self.rule, payload)

    def ours(self, element: Element, levels: Mapping[str, str]) -> MappedMessage | None:
        """The message made of one element, None where the map is not meant for it; Rejected says what is wrong."""
        if element.wrong is not None:
            raise element.wrong
        if self._when is not None and not is_true(self._when.of(element.value, element.top)):
            return None
        named = {**levels, "key": element.key}
        topic = self._topic(element, named)
        body: dict[str, Any] = {}
        at = self.told_time(element)
        if at is not None and self._time is not None:
            body["ts"] = instant(self._time, at)
        for field in self.fields:
            value = field.of(element, named)
            if value is not None:
                _put(body, field.name, value)
        if not body.keys() - {"ts"}:
            raise Rejected(Reason.MISSING_FIELD, "none of the fields is in it")
        return MappedMessage(topic, body)

    def paths(self) -> Iterator[Path]:
        """Every path that is looked along."""
        found = [self._when, self.time_path, *(field.path for field in self.fields)]
        for template in (*self._levels, self._channel):
            found += template.paths.values()
        return (path for path in found if path is not None)

    def told_time(self, element: Element) -> Any:
        """The vendor's own word for when it was, None where there is none."""
        return None if self.time_path is None else self.time_path.of(element.value, element.top)

    def _topic(self, element: Element, named: Mapping[str, str]) -> str:
        org, kind, source = (template.of(element, named) for template in self._levels)
        if not is_org(org):
            raise Rejected(
                Reason.BAD_ID, f"org {org[:64]!r}: 1-64 of A-Z a-z 0-9 . _ -; give it a name of ours in names"
            )
        if not is_id(source):
            raise Rejected(Reason.BAD_ID, f"source {source[:64]!r}: 1-64 of A-Z a-z 0-9 _ -; give it a name in names")
        return f"{ROOT}{org}/{kind}/{source}/{self._channel.of(element, named)}"

    def _field(self, name: str, levels: frozenset[str]) -> Field:
        rule = self.rule
        spec = self.spec if rule.channel == "state" else None
        try:
            return Field(name, rule.field_rules()[name], spec, levels, rule.names)
        except ValueError as error:
            raise ValueError(f"fields.{name}: {error}") from None

    def _spec(self, kinds: Kinds) -> KindSpec | None:
        """None where the kind is only known from the message."""
        rule = self.rule
        if not PLACEHOLDER.search(rule.channel) and rule.channel not in CHANNELS:
            raise ValueError(f"channel: {rule.channel!r}; allowed: {', '.join(sorted(CHANNELS))}")
        if PLACEHOLDER.search(rule.kind):
            return None
        if rule.kind not in kinds:
            raise ValueError(f"kind: {rule.kind!r}; allowed: {', '.join(sorted(kinds))}")
        return kinds[rule.kind]


class Meant(NamedTuple):
    """A map that means a topic, and the topic's named levels."""

    map: VendorMap
    levels: dict[str, str]


class _InForce(NamedTuple):
    """Maps with what they were found to mean; one value, since several threads ask while one replaces them."""

    rules: tuple[MapRule, ...]
    maps: tuple[VendorMap, ...]
    meant: dict[str, tuple[Meant, ...]]


class Maps:
    """Pure but for a cache of topics; a map that cannot work is left out and named in `problems`.

    `rev` counts how often they were replaced.
    """

    def __init__(self, rules: Iterable[MapRule], kinds: Kinds) -> None:
        self._kinds = kinds
        self.problems: list[str] = []
        self.rev = 0
        self._now = self._ready(tuple(rules))

    def __bool__(self) -> bool:
        return bool(self._now.maps)

    @property
    def rules(self) -> tuple[MapRule, ...]:
        return self._now.rules

    def replace(self, rules: Iterable[MapRule]) -> None:
        """Others from now on, for all who hold these."""
        self.problems = []
        self._now = self._ready(tuple(rules))
        self.rev += 1

    def _ready(self, rules: tuple[MapRule, ...]) -> _InForce:
        maps: list[VendorMap] = []
        for i, rule in enumerate(rules):
            try:
                maps.append(VendorMap(rule, self._kinds))
            except ValueError as error:
                self.problems.append(f"map[{i}].{error}")
        return _InForce(rules, tuple(maps), {})

    @property
    def filters(self) -> list[str]:
        """The topics to subscribe to beside our own."""
        found = dict.fromkeys(one.pattern.filter for one in self._now.maps)
        return [name for name in found if not name.startswith(ROOT)]

    def of(self, topic: str) -> Sequence[Meant]:
        """The maps that mean a topic, in their order."""
        now = self._now
        found = now.meant.get(topic)
        if found is None:
            if len(now.meant) >= _CACHED_TOPICS:
                now.meant.clear()
            matched = ((one, one.pattern.match(topic)) for one in now.maps)
            found = now.meant[topic] = tuple(Meant(one, levels) for one, levels in matched if levels is not None)
        return found

    def strip(self, topic: str, payload: bytes, privacy: Privacy) -> bytes:
        """The payload without private values, read as the first map that means the topic reads it."""
        meant = self.of(topic)
        if not meant:
            return privacy.strip(payload)[0]
        return formats.strip(meant[0].map.rule, payload, privacy)[0]


def _put(body: dict[str, Any], name: str, value: Any) -> None:
    """`term.value` lies in an object of its own."""
    *above, last = name.split(".")
    for part in above:
        body = body.setdefault(part, {})
    body[last] = value
