"""One cause is told once: which findings raise no alert of their own."""

from collections.abc import Iterable, Mapping

from alerts.model import Alert, Finding, Subject, Verdict, fingerprint
from ioc.core.model import SourceKey
from ioc.domain.inventory import OrgTree


def muted(findings: Iterable[Finding], followed: Mapping[str, Alert], orgs: OrgTree) -> frozenset[str]:
    """By fingerprint: another speaks for them, or an org above has spoken of the same before it was theirs alone."""
    found: set[str] = set()
    for finding in findings:
        speaker = finding.spoken_by
        if speaker is None or finding.verdict is not Verdict.BAD:
            continue
        found.add(finding.fingerprint)
        alert = followed.get(finding.fingerprint)
        if alert is not None and alert.fired_at and _is_above(orgs, finding.subject, speaker):
            found.add(fingerprint(finding.rule, speaker))
    return frozenset(found)


def _is_above(orgs: OrgTree, subject: Subject, other: Subject) -> bool:
    return _org(subject) in {unit.code for unit in orgs.path(_org(other))[:-1]}


def _org(subject: Subject) -> str:
    return subject.org if isinstance(subject, SourceKey) else subject
