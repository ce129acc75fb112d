"""Rule kind `no_counter_open`: a one-stop centre is open and none of its counters is."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from alerts.model import Condition, Finding, View
from alerts.past import ConditionTrack, ReplayedPast, Replayer, WantedSeries
from alerts.rules._watched import fresh, undecided, watched
from ioc.config.alerting import Rule
from ioc.core.model import Severity
from ioc.domain.inventory import Source
from ioc.metrics import Aggregate

kind = "no_counter_open"
default_hold_s = 600.0
every_s = 0.0
COUNTERS = "open_counters"


class QueueSelector(Struct, frozen=True, kw_only=True):
    """One kiosk by its name; every kiosk when absent."""

    source: str | None = None


class Options(Struct, frozen=True, kw_only=True):
    """`hold_s` is how long no counter may be open."""

    on: QueueSelector = QueueSelector()


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    options: Options = rule.options
    for source in watched(view, rule, "queue", options.on.source):
        finding = evaluate_source(view, rule, source)
        if finding is not None:
            yield finding


def _replayed(past: ReplayedPast, _rule: Rule, sources: Sequence[Source]) -> Iterator[ConditionTrack]:
    for source in sources:
        figures = past.held(source, COUNTERS)
        yield ConditionTrack(source.key, past.judged(source, figures, lambda n: None if n > 0 else Condition.BAD))


replay = Replayer(
    lambda view, rule: watched(view, rule, "queue", rule.options.on.source),
    lambda _view, _rule, _source: (WantedSeries(COUNTERS, Aggregate.LAST),),
    _replayed,
)


def evaluate_source(view: View, rule: Rule, source: Source) -> Finding | None:
    opened = view.world.opened_at(source, view.now)
    if opened is None:
        return undecided(rule, source, Condition.CLOSED)
    metrics = view.world.of(source.key).metrics
    reading = metrics.get(COUNTERS)
    if reading is None or not fresh(view, source, reading[0], opened):
        return undecided(rule, source, Condition.UNKNOWN)
    if reading[1] > 0:
        return None
    waiting = metrics.get("waiting")
    params = {"source": source.name} | ({} if waiting is None else {"waiting": int(waiting[1])})
    title = "alert.no_counter_open" if waiting is None else "alert.no_counter_open_waiting"
    severity = Severity(rule.severity)
    return Finding(rule.id, source.key, Condition.BAD, severity, title, params, reading[0], simulated=source.simulated)
