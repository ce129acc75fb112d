"""Checks of rules against the kinds there are: a metric that nobody sends would keep a rule silent for ever."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from ioc.config.alerting import Rule
from ioc.config.selectors import Selector, selectors
from ioc.config.settings import Connector
from ioc.core.model import Severity
from ioc.messages.kinds import Kinds, Metric
from ioc.messages.mapping.declared import MapRule


class KnownFigures(Struct, frozen=True):
    """The kinds, and the further metrics that maps and connectors of this installation make, by kind."""

    kinds: Kinds
    made: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, kinds: Kinds, maps: Iterable[MapRule], connectors: Iterable[Connector]) -> "KnownFigures":
        made: dict[str, set[str]] = {kind: set() for kind in kinds}
        for rule in maps:
            for kind in [rule.kind] if rule.kind in made else made:
                made[kind].update(rule.fields)
        for connector in connectors:
            for key in ("fields", "oids"):
                made.get(connector.publish.split("/")[1], set()).update(getattr(connector.options, key, None) or ())
        return cls(kinds, {kind: frozenset(names) for kind, names in made.items()})

    def has(self, kind: str, metric: str) -> bool:
        spec = self.kinds[kind]
        return spec.own_metrics or metric in spec.metrics or metric in spec.words or metric in self.made[kind]

    def of_kind(self, kind: str) -> str:
        spec = self.kinds[kind]
        return ", ".join(sorted({*spec.metrics, *spec.words, *self.made[kind]}))

    def words(self, kind: str, metric: str) -> Mapping[str, object] | None:
        word = self.kinds[kind].words.get(metric)
        return None if word is None else word.words


def faults(rule: Rule, known: KnownFigures) -> Iterator[str]:
    """A line for each kind, metric or word that does not exist, with what is allowed."""
    for key, selector in selectors(rule.options):
        kind = getattr(selector, "kind", None)
        if kind is not None and kind not in known.kinds:
            yield f"{key}.kind: {kind!r}; allowed: {', '.join(sorted(known.kinds))}"
        elif kind is not None:
            yield from _of_metrics(key, kind, selector, rule, known)


def _of_metrics(key: str, kind: str, selector: Selector, rule: Rule, known: KnownFigures) -> Iterator[str]:
    options = rule.options
    for name, metric in selector.metrics:
        if not known.has(kind, metric):
            yield f"{key}.{name}: {metric!r} is no metric of {kind}; allowed: {known.of_kind(kind)}"
            continue
        if name == "metric" and (banded := getattr(options, "banded", None)) is not None:
            yield from _of_bands(key, banded, known.kinds[kind].metrics.get(metric), Severity(rule.severity))
        words, equals = known.words(kind, metric), getattr(options, "equals", None)
        if words is not None and isinstance(equals, str) and equals not in words:
            yield f"equals: {equals!r} is no word of {metric}; allowed: {', '.join(words)}"


def _of_bands(key: str, banded: Callable[..., object], metric: Metric | None, severity: Severity) -> Iterator[str]:
    """A rule without limits of its own stands on the bands of its metric."""
    try:
        banded(metric, severity)
    except ValueError as problem:
        yield f"{key}: {problem}"
