"""Rule kind `threshold`: a figure beyond a limit, with a recovery value of its own; or a flag or word that is bad."""

from collections.abc import Iterator, Sequence

from msgspec import structs

from alerts.model import Condition, Finding, Measured, Params, View
from alerts.past import ConditionTrack, ReplayedPast, Replayer, WantedSeries
from alerts.rules._limits import RuleLimits
from alerts.rules._roll_up import in_the_roll_up, with_root_cause
from alerts.rules._watched import fresh, named, undecided, watched
from ioc.config.alerting import Rule
from ioc.config.selectors import Selector
from ioc.core.model import Number, Severity, SourceKey
from ioc.core.rounding import whole_minutes
from ioc.core.share import rounded
from ioc.domain.inventory import Source
from ioc.messages.kinds import KindSpec, Metric
from ioc.metrics import Aggregate

kind = "threshold"
default_hold_s = 0.0
every_s = 0.0
UP, CAUSE, LOSS = "up", "cause", "loss_pct"
CAUSES = frozenset({"ours", "carrier", "ministry", "electricity"})  # those that have a text `cause.<word>`
IN_MINUTES_FROM_S = 120


EASED = 1 / 6  # of a band: how far within it a figure is well again


class MetricSelector(Selector, frozen=True, kw_only=True):
    """The figure, and the sources it is of."""

    kind: str
    metric: str
    source: str | None = None

    @property
    def metrics(self) -> tuple[tuple[str, str], ...]:
        return (("metric", self.metric),)


class Options(RuleLimits, frozen=True, kw_only=True):
    """Bad beyond `above` or `below`, or when a flag or a word `equals`; well again beyond the recovery value.

    With none of them the bands of the metric hold, which the screens are coloured by; unless it says otherwise it is
    well again a sixth within the limit.
    """

    on: MetricSelector
    equals: bool | str | None = None

    def __post_init__(self) -> None:
        if self.equals is not None and (self.above is not None or self.below is not None):
            raise ValueError("equals stands alone, without above and below")
        if self.has_limits:
            self.check_recovery()

    @property
    def has_limits(self) -> bool:
        """Of its own."""
        return self.above is not None or self.below is not None or self.equals is not None

    def banded(self, metric: Metric | None, severity: Severity) -> "Options":
        """With the bands of the metric where it has no limits of its own; ValueError where the metric has none."""
        if self.has_limits:
            return self
        above, below = (None, None) if metric is None else metric.band(severity)
        equals = None if metric is None else metric.flag(severity)
        if above is None and below is None and equals is None:
            name = f"{self.on.metric} of {self.on.kind}"
            raise ValueError(f"{name} has no band of severity {severity}: one of above, below, equals is needed")
        recovered = self.recover_below is not None or self.recover_above is not None
        eased = {"recover_below": self.recover_below, "recover_above": self.recover_above}
        if not recovered:
            eased = {"recover_below": _within(above, -EASED), "recover_above": _within(below, EASED)}
        return structs.replace(self, above=above, below=below, equals=equals, **eased)

    def condition_of(self, value: Number | str) -> Condition | None:
        """BAD, EASING between limit and recovery value, None when all is well."""
        if isinstance(value, str) or isinstance(self.equals, str):
            return Condition.BAD if value == self.equals else None
        if self.equals is not None:
            return Condition.BAD if bool(value) == self.equals else None
        return self.of_number(value)


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    options: Options = rule.options
    sources = watched(view, rule, options.on.kind, options.on.source)
    findings = filter(None, (evaluate_source(view, rule, source, options) for source in sources))
    yield from with_root_cause(view, options.on.metric, options.condition_of, findings)


def evaluate_source(view: View, rule: Rule, source: Source, options: Options) -> Finding | None:
    opened = view.world.opened_at(source, view.now)
    if opened is None:
        return undecided(rule, source, Condition.CLOSED)
    live = view.world.of(source.key)
    reading = live.metrics.get(options.on.metric) or live.texts.get(options.on.metric)
    if reading is None or not fresh(view, source, reading[0], opened):
        return undecided(rule, source, Condition.UNKNOWN)
    since, value = reading
    condition = options.condition_of(value)
    if condition is None:
        return None
    title, params = describe(view, source, options, value)
    return Finding(
        rule.id,
        source.key,
        condition,
        Severity(rule.severity),
        title,
        {"source": source.name, **params},
        since,
        inhibits=options.on.metric == UP,
        simulated=source.simulated,
        measured=measured(options, value),
    )


def measured(options: Options, value: Number | str) -> Measured | None:
    """Which limit of the figure is meant; None for a flag or a word, which is bad or not."""
    if isinstance(value, str) or options.equals is not None:
        return None
    side, limit = options.beyond(value)
    return Measured(options.on.metric, side, limit)


def _replayed(past: ReplayedPast, rule: Rule, sources: Sequence[Source]) -> Iterator[ConditionTrack]:
    options: Options = rule.options
    for source in sources:
        figures = past.held(source, options.on.metric)
        yield ConditionTrack(source.key, past.judged(source, figures, options.condition_of))


def _refusal(view: View, rule: Rule) -> str | None:
    """Words are no readings: they are not kept over time."""
    options: Options = rule.options
    spec = view.world.kinds.get(options.on.kind)
    words = isinstance(options.equals, str) or (spec is not None and options.on.metric in spec.words)
    return "trial.words" if words else None


def _wants(_view: View, rule: Rule, _source: Source) -> tuple[WantedSeries, ...]:
    """Of several readings in a step the one that is nearest to bad."""
    options: Options = rule.options
    low = options.below is not None or options.equals is False
    return (WantedSeries(options.on.metric, Aggregate.MIN if low and options.above is None else Aggregate.MAX),)


replay = Replayer(
    lambda view, rule: watched(view, rule, rule.options.on.kind, rule.options.on.source), _wants, _replayed, _refusal
)


def describe(view: View, source: Source, options: Options, value: Number | str) -> tuple[str, Params]:
    """Title key and parameters; a declared metric is named by its own text, one of a period with that period."""
    key, metric, period = source.key, options.on.metric, view.world.period_of(source)
    spec = view.world.kinds.get(key.kind) or KindSpec(key.kind)
    if metric == UP:
        return _down(view, key, spec)
    name = named(view, key.kind, metric)
    if period is not None:
        name = {"key": "alert.of_period", "params": {"metric": name, "period": period.text}}
    if isinstance(value, str):
        return _said(spec, metric, value) or ("alert.is_word", {"metric": name, "word": _word(spec, metric, value)})
    if options.equals is not None:
        return f"alert.is_{str(options.equals).lower()}", {"metric": name}
    side, limit = options.beyond(value)
    unit = spec.metrics[metric].unit if metric in spec.metrics else ""
    shown = in_the_roll_up(view, key, metric, limit) or figures(unit, value, limit)
    bare = "" if shown.get("unit") else "plain."
    was = "" if options.condition_of(value) is Condition.BAD else "was_"
    return f"alert.{bare}{was}{side}", {"metric": name, **shown}


def _down(view: View, key: SourceKey, spec: KindSpec) -> tuple[str, Params]:
    """With the cause, where the source names one; what loses packets on its way is out of reach, not out of service."""
    live, title = view.world.of(key), "alert.out_of_reach" if LOSS in spec.metrics else "alert.down"
    if cause := live.words().get(CAUSE):
        return f"{title}_because", {"cause": {"key": f"cause.{cause}"} if cause in CAUSES else cause}
    lost = live.metrics.get(LOSS) if LOSS in spec.metrics else None
    return (f"{title}_loss", {"loss": _plain(lost[1])}) if lost else (title, {})


def _said(spec: KindSpec, metric: str, value: str) -> tuple[str, Params] | None:
    """A word that has a sentence of its own."""
    word = spec.words.get(metric)
    whole = word is not None and word.sentences and word.words is not None and value in word.words
    return (f"alert.said.{spec.kind}.{metric}.{value}", {}) if whole else None


def _word(spec: KindSpec, metric: str, value: str) -> object:
    allowed = spec.words[metric].words if metric in spec.words else None
    return {"key": f"alert.word.{spec.kind}.{metric}.{value}"} if allowed and value in allowed else value


def figures(unit: str, value: float, limit: float) -> Params:
    """Value and limit as people say them: long times in minutes."""
    if unit == "s" and limit >= IN_MINUTES_FROM_S:
        return {"value": whole_minutes(value), "limit": _plain(limit / 60), "unit": {"key": "alert.unit.minutes"}}
    if unit == "d":
        return {"value": _plain(value), "limit": _plain(limit), "unit": {"key": "alert.unit.days"}}
    if unit == "%":
        return {"value": _plain(rounded(value), 2), "limit": _plain(rounded(limit), 2), "unit": unit}
    return {"value": _plain(value), "limit": _plain(limit), "unit": unit}


def _within(limit: float | None, part: float) -> float | None:
    return None if limit is None else limit + abs(limit) * part


def _plain(number: float, digits: int = 1) -> int | float:
    return int(number) if float(number).is_integer() else round(number, digits)
