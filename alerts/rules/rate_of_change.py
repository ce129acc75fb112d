"""Rule kind `rate_of_change`: a metric rises or falls faster than a limit, measured over a window."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Literal

from msgspec import Meta

from alerts.model import Condition, Finding, View
from alerts.past import ConditionTrack, ReplayedPast, Replayer, WantedSeries
from alerts.rules._limits import RuleLimits
from alerts.rules._n_of import plain
from alerts.rules._watched import fresh, named, undecided, watched
from alerts.rules.threshold import MetricSelector
from ioc.config.alerting import Rule
from ioc.core.model import Severity
from ioc.domain.inventory import Source
from ioc.metrics import Aggregate

kind = "rate_of_change"
default_hold_s = 0.0
every_s = 5.0
MINUTE_MS = 60_000
_UNIT_MS = {"minute": MINUTE_MS, "hour": 60 * MINUTE_MS}
Reading = tuple[int, float]


class Options(RuleLimits, frozen=True, kw_only=True):
    """Limits of the change `per` minute or hour, from the oldest to the newest reading of the last `window_min`.

    A fall is negative. Readings of less than half the window say nothing.
    """

    on: MetricSelector
    per: Literal["minute", "hour"] = "minute"
    window_min: Annotated[float, Meta(ge=1, le=1_440)] = 10.0

    def __post_init__(self) -> None:
        self.check_limits()

    @property
    def window_ms(self) -> int:
        return round(self.window_min * MINUTE_MS)

    def rate(self, oldest: Reading, newest: Reading) -> float | None:
        span = newest[0] - oldest[0]
        return (newest[1] - oldest[1]) * _UNIT_MS[self.per] / span if 2 * span >= self.window_ms else None


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    options: Options = rule.options
    sources = list(watched(view, rule, options.on.kind, options.on.source))
    if view.history is None:
        yield from (undecided(rule, source, Condition.UNKNOWN) for source in sources)
        return
    keys = [source.key for source in sources]
    told = view.history.window(view.world, keys, options.on.metric, view.now, options.window_ms)
    for source in sources:
        finding = evaluate_source(view, rule, source, told[source.key])
        if finding is not None:
            yield finding


def evaluate_source(view: View, rule: Rule, source: Source, told: Iterable[Reading]) -> Finding | None:
    options: Options = rule.options
    opened = view.world.opened_at(source, view.now)
    if opened is None:
        return undecided(rule, source, Condition.CLOSED)
    readings = [reading for reading in told if reading[0] >= opened]
    if not readings or not fresh(view, source, readings[-1][0], opened):
        return undecided(rule, source, Condition.UNKNOWN)
    rate = options.rate(readings[0], readings[-1])
    if rate is None:
        return undecided(rule, source, Condition.UNKNOWN)
    condition = options.of_number(rate)
    if condition is None:
        return None
    side, limit = options.beyond(rate)
    was = "" if condition is Condition.BAD else "was_"
    metric = {"key": f"alert.rate.{options.per}", "params": {"metric": named(view, source.key.kind, options.on.metric)}}
    return Finding(
        rule.id,
        source.key,
        condition,
        Severity(rule.severity),
        f"alert.plain.{was}{side}",
        {"source": source.name, "metric": metric, "value": plain(rate), "limit": plain(limit)},
        readings[0][0],
        simulated=source.simulated,
    )


def _replayed(past: ReplayedPast, rule: Rule, sources: Sequence[Source]) -> Iterator[ConditionTrack]:
    for source in sources:
        yield ConditionTrack(source.key, _conditions(past, rule.options, source))


def _conditions(past: ReplayedPast, options: Options, source: Source) -> Iterator[Condition | None]:
    window: deque[Reading] = deque()
    values = past.values(source, options.on.metric)
    for t, value, opened in zip(past.times, values, past.opened(source), strict=True):
        if value is not None:
            window.append((t, value))
        while window and window[0][0] < max(t - options.window_ms, opened or 0):
            window.popleft()
        if opened is None:
            yield Condition.CLOSED
            continue
        rate = options.rate(window[0], window[-1]) if window else None
        yield Condition.UNKNOWN if rate is None else options.of_number(rate)


replay = Replayer(
    lambda view, rule: watched(view, rule, rule.options.on.kind, rule.options.on.source),
    lambda _view, rule, _source: (WantedSeries(rule.options.on.metric, Aggregate.LAST),),
    _replayed,
)
