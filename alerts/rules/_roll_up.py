"""Figures of our own roll-up of dossiers in alerts: what each is of, and which org along the tree speaks of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from alerts.model import Finding, Params, Verdict, View
from alerts.rules._root_cause import voices
from ioc.core.model import Number, SourceKey
from ioc.domain.dossiers.reporting import rollup
from ioc.domain.inventory.sources import ROLL_UP

Judge = Callable[[Number], Verdict | None]


def in_the_roll_up(view: View, key: SourceKey, metric: str, limit: float) -> Params | None:
    """Value and limit, the value beside what it is of; None for what is no part of a whole."""
    share = rollup.share(metric, view.world.of(key).values()) if key[1:] == ROLL_UP else None
    if share is None:
        return None
    of = {"n": share.numerator, "of": share.denominator}
    if not rollup.is_percentage(metric):
        return {"value": {"key": "alert.n_of", "params": of}, "limit": _whole(limit)}
    value = {"key": "alert.share", "params": {"share": _percent(share.pct or 0.0), **of}}
    return {"value": value, "limit": _percent(limit)}


def told_once(view: View, metric: str, judge: Judge, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Of a figure that is bad in orgs above and below each other the lowest org that explains it speaks."""
    found = list(findings)
    bad = [org for finding in found if finding.verdict is Verdict.BAD and (org := _rolled_up(finding))]

    def rest_is_bad(whole: str, part: str) -> bool:
        values = (view.world.of(rollup.key_of(org)).values() for org in (whole, part))
        rest = rollup.rest(metric, *values)
        return rest is not None and judge(rest) is Verdict.BAD

    speakers = voices(bad, view.world.inventory.orgs, rest_is_bad)
    for finding in found:
        speaker = speakers.get(_rolled_up(finding) or "")
        yield finding if speaker is None else replace(finding, spoken_by=rollup.key_of(speaker))


def _rolled_up(finding: Finding) -> str | None:
    """The org whose roll-up it is about; None for any other subject."""
    subject = finding.subject
    return subject.org if isinstance(subject, SourceKey) and subject[1:] == ROLL_UP else None


def _percent(value: float) -> Params:
    return {"key": "alert.percent", "params": {"value": _whole(value), "unit": "%"}}


def _whole(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value
