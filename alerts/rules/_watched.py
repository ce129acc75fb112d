"""Shared by rules on sources: the sources they watch, which readings hold, and the finding where none does."""

from collections.abc import Iterator
from dataclasses import replace

from alerts.model import Condition, Finding, View
from ioc.config.alerting import Rule
from ioc.core.hours import ALWAYS, Hours
from ioc.core.model import Severity
from ioc.domain.inventory import Source
from ioc.live.world import MISSED_INTERVALS

_NO_HOURS = Hours.parse(ALWAYS)


def watched(view: View, rule: Rule, kind: str | None, name: str | None = None) -> Iterator[Source]:
    """Active sources of the rule's subtree, with the hours the rule goes by; none where its org is unknown."""
    for source in view.world.sources(view.world.inventory.orgs.reach(rule.org), kind):
        if source.derived and kind is None and name is None:
            continue  # our own figures: silent only with the rest of us
        if source.counts and name in (None, source.key.source):
            yield source if rule.hours == "source" else replace(source, hours=_NO_HOURS)


def undecided(rule: Rule, source: Source, condition: Condition) -> Finding:
    """A finding that is neither bad nor well: UNKNOWN or CLOSED."""
    return Finding(rule.id, source.key, condition, Severity(rule.severity))


def fresh(view: View, source: Source, at: int, opened: int) -> bool:
    """Measured in these opening hours and within the contract; a source without a cadence is taken at its word.

    A figure of a period stands until the next one of its length has gone by and that one's figure could be known.
    """
    period = view.world.period_of(source)
    if period is not None:
        return view.now - at <= MISSED_INTERVALS * period.ms
    if at < opened or view.world.offline_since(source, view.now) is not None:
        return False
    return not source.interval_s or view.now - at <= MISSED_INTERVALS * source.interval_s * 1000


def named(view: View, kind: str, metric: str) -> object:
    """A declared metric by its own text, any other by its name."""
    spec = view.world.kinds.get(kind)
    declared = spec is not None and (metric in spec.metrics or metric in spec.words)
    return {"key": f"metric.{kind}.{metric}"} if declared else metric
