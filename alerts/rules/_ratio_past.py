"""Shares as they were: added up step by step over the sources that made them."""

from collections.abc import Iterable, Iterator, Sequence

from alerts.model import Condition, Subject, View
from alerts.past import ConditionTrack, ReplayedPast, WantedSeries
from alerts.rules import _silence
from alerts.rules._ratio_options import Options
from ioc.config.alerting import Rule
from ioc.core.share import percent
from ioc.domain.inventory import Source
from ioc.live.world import MISSED_INTERVALS, SILENT
from ioc.metrics import Aggregate

Parts = tuple[float, float]  # the part and the whole


def refusal(_view: View, rule: Rule) -> str | None:
    """Health is not kept, but silence shows in the readings."""
    options: Options = rule.options
    return None if SILENT.issuperset(options.on.states) else "trial.states"


def wants(view: View, rule: Rule, source: Source) -> tuple[WantedSeries, ...]:
    options: Options = rule.options
    if options.on.states:
        return _silence.wants(view, rule, source)
    return tuple(WantedSeries(name, Aggregate.LAST) for _, name in options.on.metrics)


def replayed(
    past: ReplayedPast, rule: Rule, groups: Iterable[tuple[Subject, Sequence[Source]]]
) -> Iterator[ConditionTrack]:
    options: Options = rule.options
    for subject, sources in groups:
        steps = zip(*(_parts(past, source, options) for source in sources), strict=True)
        yield ConditionTrack(subject, [_condition(step, options) for step in steps] or _nothing(past))


def _nothing(past: ReplayedPast) -> list[Condition | None]:
    return [Condition.UNKNOWN] * len(past.times)


def _condition(step: Sequence[Parts | Condition], options: Options) -> Condition | None:
    if all(each is Condition.CLOSED for each in step):
        return Condition.CLOSED
    told = [each for each in step if not isinstance(each, Condition)]
    n, of = sum(part for part, _ in told), sum(whole for _, whole in told)
    if of < options.at_least or not of:
        return Condition.UNKNOWN
    return options.of_number((percent(n, of) or 0.0) if options.percent else n / of)


def _parts(past: ReplayedPast, source: Source, options: Options) -> Iterator[Parts | Condition]:
    """Of one source at every step; a Condition where it counts for nothing."""
    if options.on.states:
        return _of_silence(past, source)
    return _of_metrics(past, source, options)


def _of_silence(past: ReplayedPast, source: Source) -> Iterator[Parts | Condition]:
    for condition in _silence.silent(past, source, MISSED_INTERVALS):
        if condition in (Condition.CLOSED, Condition.UNKNOWN):
            yield condition
        else:
            yield (1.0 if condition is Condition.BAD else 0.0), 1.0


def _of_metrics(past: ReplayedPast, source: Source, options: Options) -> Iterator[Parts | Condition]:
    figures = [past.held(source, name) for _, name in options.on.metrics]
    for opened, n, of in zip(past.opened(source), *figures, strict=True):
        if opened is None:
            yield Condition.CLOSED
        else:
            yield Condition.UNKNOWN if n is None or of is None else (n, of)
