"""Figures of our own roll-up of dossiers in alerts: the whole each is a part of, and the org that is the root cause."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from alerts.model import Condition, Finding, Params, View
from alerts.rules._n_of import as_share, plain
from alerts.rules._root_cause import root_causes
from ioc.core.model import Number, SourceKey
from ioc.domain.dossiers.reporting import roll_up
from ioc.domain.inventory.sources import ROLL_UP

ConditionOf = Callable[[Number], Condition | None]


def in_the_roll_up(view: View, key: SourceKey, metric: str, limit: float) -> Params | None:
    """Value and limit, the value with its numerator and denominator; None for what is no part of a whole."""
    share = roll_up.share(metric, view.world.of(key).values()) if key[1:] == ROLL_UP else None
    if share is None:
        return None
    if roll_up.is_percentage(metric):
        return as_share(share.pct or 0.0, share.numerator, share.denominator, limit)
    value = {"key": "alert.n_of", "params": {"n": share.numerator, "of": share.denominator}}
    return {"value": value, "limit": plain(limit)}


def with_root_cause(
    view: View, metric: str, condition_of: ConditionOf, findings: Iterable[Finding]
) -> Iterator[Finding]:
    """A figure that is bad in orgs above and below each other is announced by the lowest org that explains it."""
    every = list(findings)
    bad = [org for finding in every if finding.condition is Condition.BAD and (org := _rolled_up(finding))]

    def rest_is_bad(whole: str, part: str) -> bool:
        values = (view.world.of(roll_up.key_of(org)).values() for org in (whole, part))
        rest = roll_up.rest(metric, *values)
        return rest is not None and condition_of(rest) is Condition.BAD

    causes = root_causes(bad, view.world.inventory.orgs, rest_is_bad)
    for finding in every:
        cause = causes.get(_rolled_up(finding) or "")
        yield finding if cause is None else replace(finding, root_cause=roll_up.key_of(cause))


def _rolled_up(finding: Finding) -> str | None:
    """The org whose roll-up a finding is about; None for any other subject."""
    subject = finding.subject
    return subject.org if isinstance(subject, SourceKey) and subject[1:] == ROLL_UP else None
