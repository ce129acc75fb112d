"""The declaration of a kind of source; the plug-ins in `connectors/kinds` fill it in, shared code derives the rest."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import ModuleType
from typing import Annotated, Any, Protocol

from ioc.core.contract import Plugin
from ioc.core.errors import UsageError
from ioc.core.hours import ALWAYS, Hours
from ioc.core.model import Health, Number, Severity
from ioc.core.periods import Length
from ioc.messages.events import Event
from ioc.messages.wire import Fields, is_metric_name

# what devices say instead of "not known": the largest and smallest numbers of 32 bits
NOT_KNOWN_32 = frozenset({2**31 - 1, -(2**31), 2**32 - 1})
MINUS_ONE = frozenset({-1.0})


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure: its unit, the values that can be true, and the bands in which it is worth a colour.

    `low`/`high` bound what is accepted (outside: quarantine, `bad_value`). Of a `gauge`, which a device reads off its
    own hardware, what lies outside or is no number means "not known" instead, and so do the values of `not_known`:
    it is left out and costs no other figure. A reading beyond `critical_above`, or below `critical_below`, makes its
    source critical; likewise for `warning_*`. A boolean uses `critical_when` or `warning_when`.
    """

    unit: str = ""
    boolean: bool = False
    low: float | None = None
    high: float | None = None
    warning_above: float | None = None
    critical_above: float | None = None
    warning_below: float | None = None
    critical_below: float | None = None
    critical_when: bool | None = None
    warning_when: bool | None = None
    gauge: bool = False
    not_known: frozenset[float] = frozenset()

    def knows(self, value: float) -> bool:
        """False for what a device says when it does not know."""
        if value in self.not_known:
            return False
        return not self.gauge or not _beyond(value, self.high, self.low)

    def judge(self, value: Number) -> Health:
        if self.boolean:
            return self._of_flag(bool(value))
        if _beyond(value, self.critical_above, self.critical_below):
            return Health.CRITICAL
        if _beyond(value, self.warning_above, self.warning_below):
            return Health.WARNING
        return Health.OK

    @property
    def is_banded(self) -> bool:
        """Whether any value of it is worth a colour."""
        return any(each is not None for severity in Severity for each in (*self.band(severity), self.flag(severity)))

    def band(self, severity: Severity) -> tuple[float | None, float | None]:
        """The value above, and the one below, which it is of that severity."""
        if severity is Severity.CRITICAL:
            return self.critical_above, self.critical_below
        return (self.warning_above, self.warning_below) if severity is Severity.WARNING else (None, None)

    def flag(self, severity: Severity) -> bool | None:
        """The value of a boolean that is of that severity."""
        if severity is Severity.CRITICAL:
            return self.critical_when
        return self.warning_when if severity is Severity.WARNING else None

    def _of_flag(self, value: bool) -> Health:
        if value is self.critical_when:
            return Health.CRITICAL
        return Health.WARNING if value is self.warning_when else Health.OK


@dataclass(frozen=True, slots=True)
class Word:
    """A text state: its allowed words with the health each means; `words` None accepts any text as plain OK.

    With `sentences` an alert says `alert.said.KIND.NAME.WORD` instead of the name and the word.
    """

    words: Mapping[str, Health] | None = None
    examples: tuple[str, ...] = ()  # of a text that has a shape
    sentences: bool = False


class Sort(StrEnum):
    """The type of a member of a payload; figures are an object of numbers by name."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    FLAG = "flag"
    TEXTS = "texts"
    OBJECT = "object"
    FIGURES = "figures"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a payload that is neither metric nor word, as vendors are told of it."""

    sort: Sort = Sort.TEXT
    required: bool = False
    words: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    members: "Mapping[str, Member]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KindSpec:
    """Everything shared code needs to decode, judge and document a kind.

    `interval_s` and `hours` are what a source promises when its own row is silent; 0 means no cadence. `rank` is its
    place among the kinds on a screen, `foremost` the figures worth a place in a list of sources (empty: the first
    ones). `apply_events(step, happened)` does in the records what the events of sources mean
    (`ioc.ingest.happenings`) and returns the live figures they imply; without it an event is counted, no more.
    """

    kind: str
    interval_s: int = 60
    hours: str = ALWAYS
    rank: int = 100
    foremost: Sequence[str] = ()
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    words: Mapping[str, Word] = field(default_factory=dict)
    decode_event: Callable[[Fields], Event] | None = None
    apply_events: Callable[[Any, Sequence[Any]], Iterable[Any]] | None = None
    # a state whose figures do not lie flat in the payload (feed: `values`) unfolds itself
    unfold: Callable[[Fields], dict[str, Any]] | None = None
    # a text state that names the period a state's figures are of, and what cannot be true of them, by name
    period: str | None = None
    doubts: Callable[[Mapping[str, Number], Length | None], Iterable[str]] | None = None
    # what vendors are told beside metrics and words: the members of an event, and those of a state that unfolds
    event: Mapping[str, Member] = field(default_factory=dict)
    nested: Mapping[str, Member] = field(default_factory=dict)
    # messages of it as a vendor would write them, by ORG/KIND/SOURCE/CHANNEL
    examples: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    # its sources measure whatever they like: a rule may name a metric that is not declared
    own_metrics: bool = False
    # its states are deliveries: up to when it speaks (`as_of`, `period`) is kept, and how clean they were
    delivers: bool = False

    def judge(self, metrics: Mapping[str, Number], texts: Mapping[str, str]) -> tuple[Health, str | None]:
        """The worst verdict and the name of the metric or text behind it (None when all is well)."""
        worst, cause = Health.OK, None
        for name, value in metrics.items():
            metric = self.metrics.get(name)
            verdict = metric.judge(value) if metric else Health.OK
            if _worse(verdict, worst):
                worst, cause = verdict, name
        for name, text in texts.items():
            word = self.words.get(name)
            verdict = (word.words or {}).get(text, Health.OK) if word else Health.OK
            if _worse(verdict, worst):
                worst, cause = verdict, name
        return worst, cause


class KindPlugin(Plugin, Protocol):
    """A module in `connectors/kinds`: one kind of source."""

    kind: Annotated[str, "its level of the topic and its name in the inventory"]
    SPEC: Annotated[KindSpec, "what it sends and what it promises"]


def check(module: Any) -> Iterator[str]:
    """Faults of a kind that the types of its members do not tell."""
    spec: KindSpec = module.SPEC
    if spec.kind != module.kind:
        yield f"SPEC.kind = {spec.kind!r}; allowed: {module.kind!r}, as `kind` says"
    if not is_metric_name(spec.kind):
        yield f"kind = {spec.kind!r}; allowed: 1-64 of a-z 0-9 _"
    if spec.interval_s < 0:
        yield f"SPEC.interval_s = {spec.interval_s}; allowed: seconds, or 0 for no cadence"
    try:
        Hours.parse(spec.hours)
    except UsageError as error:
        yield f"SPEC.hours: {error.message}"
    if unknown := [name for name in spec.foremost if name not in spec.metrics]:
        yield f"SPEC.foremost = {unknown[0]!r}; allowed: names of SPEC.metrics"
    if spec.apply_events is not None and spec.decode_event is None:
        yield "SPEC.apply_events stands without decode_event: no event would ever come"


def texts_of(module: Any) -> Iterator[str]:
    """The keys of the texts a kind is spoken of by."""
    spec: KindSpec = module.SPEC
    yield f"kind.{spec.kind}"
    yield from (f"metric.{spec.kind}.{name}" for name in (*spec.metrics, *spec.words))


Kinds = Mapping[str, KindSpec]


def specs(modules: Mapping[str, ModuleType]) -> dict[str, KindSpec]:
    """The `SPEC` of each scanned plug-in."""
    return {kind: module.SPEC for kind, module in modules.items()}


def delivering(kinds: Kinds) -> frozenset[str]:
    """The kinds whose states are deliveries."""
    return frozenset(kind for kind, spec in kinds.items() if spec.delivers)


def _worse(a: Health, b: Health) -> bool:
    return _ORDER[a] < _ORDER[b]


def _beyond(value: float, above: float | None, below: float | None) -> bool:
    return (above is not None and value > above) or (below is not None and value < below)


_ORDER = {Health.CRITICAL: 0, Health.WARNING: 1, Health.OK: 2}
