"""A rule tried on the past before it is saved: what it would have fired, and the data that is known by."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from alerts.model import RulePlugin, View
from alerts.past import FiringSpan, ReplayedPast, Replayer, Values, WantedSeries, firings
from ioc.config import bands
from ioc.config.alerting import Rule
from ioc.core.errors import Code, IocError
from ioc.core.model import SeriesKey, SourceKey
from ioc.core.share import percent
from ioc.domain.inventory import Scope, Source
from ioc.metrics import MAX_BUCKETS, Fill, Point, RangeQuery
from ioc.platform.observed import Watched

DAY_MS: Final = 86_400_000
STEPS_MS: Final = (60_000, 300_000, 900_000, 3_600_000)
MOST_VALUES: Final = 1_000_000  # series × steps: beyond it the steps are longer
AT_A_TIME: Final = 60  # questions to the store between two looks at the clock
LONGEST_S: Final = 15.0
ReadSeries = Callable[[Sequence[RangeQuery]], list[list[Point]]]


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """What has to be read for a trial, and in which steps."""

    rule: Rule
    replayer: Replayer
    hold_ms: int
    sources: tuple[Source, ...]
    wanted: Mapping[SourceKey, tuple[WantedSeries, ...]]
    times: range

    @property
    def series(self) -> int:
        return sum(len(each) for each in self.wanted.values())


@dataclass(frozen=True, slots=True)
class TrialReadings:
    """What was read: `sources` of those that were asked about, before the time was up."""

    readings: Mapping[SourceKey, Mapping[str, Values]]
    sources: tuple[Source, ...]

    @property
    def steps_told(self) -> int:
        """How many steps of all series held a reading."""
        return sum(value is not None for one in self.readings.values() for values in one.values() for value in values)


def plan(view: View, rule: Rule, plugins: Mapping[str, RulePlugin], days: int, scope: Scope) -> TrialPlan:
    """`not_replayable` names the kinds that can be tried, or why this rule of such a kind cannot."""
    replayer = getattr(plugins[rule.kind], "replay", None)
    if replayer is None:
        allowed = ", ".join(sorted(kind for kind, plugin in plugins.items() if getattr(plugin, "replay", None)))
        raise IocError(Code.NOT_REPLAYABLE, f"kind {rule.kind}: allowed: {allowed}", kind=rule.kind, allowed=allowed)
    if (why := replayer.refusal(view, rule)) is not None:
        raise IocError(Code.TRIAL_REFUSED, f"kind {rule.kind}: {why}", kind=rule.kind, why={"key": why})
    rule = bands.standing_on(view.world.kinds, rule)
    sources = tuple(source for source in replayer.sources(view, rule) if source.key.org in scope)
    wanted = {source.key: tuple(replayer.wants(view, rule, source)) for source in sources}
    step = _step(sum(len(each) for each in wanted.values()), days)
    end = view.now - view.now % step
    hold_s = plugins[rule.kind].default_hold_s if rule.hold_s is None else rule.hold_s
    return TrialPlan(rule, replayer, round(hold_s * 1000), sources, wanted, range(end - days * DAY_MS, end, step))


def read(trial: TrialPlan, read_series: ReadSeries, monotonic: Callable[[], float]) -> TrialReadings:
    """Source by source until all are read or the time is up; what was not read is not judged."""
    until = monotonic() + LONGEST_S
    found: dict[SourceKey, dict[str, list[float | None]]] = {}
    done: list[Source] = []
    for group in _groups(trial):
        if monotonic() > until:
            break
        queries = [query for source in group for query in _queries(trial, source)]
        for query, points in zip(queries, read_series(queries), strict=True):
            of_source = found.setdefault(query.series.source, {})
            of_source.setdefault(query.series.metric, []).extend(value for _, value in points)
        done += group
    return TrialReadings(found, tuple(done))


def judge(trial: TrialPlan, read_: TrialReadings, view: View, listened: Sequence[Watched]) -> list[FiringSpan]:
    """What would have fired, the earliest first."""
    listening = list(_listening(trial.times, listened))
    past = ReplayedPast(view.world.inventory, trial.times, listening, read_.readings)
    tracks = trial.replayer.judge(past, trial.rule, read_.sources)
    found = [span for track in tracks for span in firings(trial.times, track, trial.hold_ms)]
    return sorted(found, key=lambda span: (span.since, str(span.subject)))


def listened_pct(times: range, listened: Sequence[Watched]) -> float | None:
    return percent(sum(_listening(times, listened)), len(times))


def _step(series: int, days: int) -> int:
    """The shortest step that keeps the trial affordable."""
    fits = (step for step in STEPS_MS if series * days * DAY_MS / step <= MOST_VALUES)
    return next(fits, STEPS_MS[-1])


def _groups(trial: TrialPlan) -> Iterator[list[Source]]:
    parts = len(trial.times) // MAX_BUCKETS + 1
    size = max(1, AT_A_TIME * max(1, len(trial.sources)) // max(1, parts * trial.series))
    for at in range(0, len(trial.sources), size):
        yield list(trial.sources[at : at + size])


def _queries(trial: TrialPlan, source: Source) -> Iterator[RangeQuery]:
    times = trial.times
    for metric, agg in trial.wanted[source.key]:
        for at in range(0, len(times), MAX_BUCKETS):
            part = times[at : at + MAX_BUCKETS]
            series = SeriesKey(source.key, metric)
            yield RangeQuery(series, part[0], part[-1] + times.step, times.step, agg, Fill.NULL)


def _listening(times: range, listened: Sequence[Watched]) -> Iterator[bool]:
    """Of each step whether we could hear all the time; both are in order."""
    spans = iter(listened)
    span = next(spans, None)
    for t in times:
        while span is not None and span.until < t + times.step:
            span = next(spans, None)
        yield span is not None and span.since <= t
