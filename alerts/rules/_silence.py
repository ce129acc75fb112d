"""Silence in the past: when sources were not heard within their contract, by the readings that are kept."""

from collections.abc import Iterator

from alerts.model import Condition, View
from alerts.past import ReplayedPast, WantedSeries
from ioc.config.alerting import Rule
from ioc.domain.inventory import Source
from ioc.messages.kinds import KindSpec
from ioc.metrics import Aggregate

SIGN_OF_LIFE = 2  # so many of its metrics are asked for


def wants(view: View, _rule: Rule, source: Source) -> tuple[WantedSeries, ...]:
    """What it tells most lately, else what its kind mostly tells."""
    told = view.world.of(source.key).metrics
    spec = view.world.kinds.get(source.key.kind) or KindSpec(source.key.kind)
    named = sorted(told, key=lambda name: (-told[name][0], name)) or [*spec.foremost, *spec.metrics]
    return tuple(WantedSeries(name, Aggregate.COUNT) for name in list(dict.fromkeys(named))[:SIGN_OF_LIFE])


def silent(past: ReplayedPast, source: Source, missed: int) -> Iterator[Condition | None]:
    """BAD beyond `missed` intervals; UNKNOWN where we did not listen, or it may not have been there yet."""
    patience = missed * source.interval_s * 1000
    begins = past.inventory.begins(source)
    last: int | None = begins
    counts = past.readings.get(source.key, {}).values()
    heard_in = [any(step) for step in zip(*counts, strict=True)] or [False] * len(past.times)
    for t, heard, listening, opened in zip(past.times, heard_in, past.listening, past.opened(source), strict=True):
        if heard:
            last = t
        if opened is None:
            yield Condition.CLOSED
        elif not source.interval_s or not listening or last is None or last > t:
            last = t if last is not None and not listening and last < t else last
            yield Condition.UNKNOWN
        else:
            silent_for = t + past.times.step - max(last + past.times.step, opened)
            yield Condition.BAD if not heard and silent_for > patience else None
