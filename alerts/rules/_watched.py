"""Shared by rules on sources: the sources they watch, and the finding where nothing can be judged."""

from collections.abc import Iterator
from dataclasses import replace

from alerts.model import Condition, Finding, View
from ioc.config.alerting import Rule
from ioc.core.hours import ALWAYS, Hours
from ioc.core.model import Severity
from ioc.domain.inventory import Source

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
