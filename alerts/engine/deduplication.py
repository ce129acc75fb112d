"""One cause is announced once: findings that raise no alert of their own."""

from collections.abc import Iterable, Mapping

from alerts.model import Alert, Condition, Finding, Subject, fingerprint
from ioc.core.model import SourceKey
from ioc.domain.inventory import OrgTree


def duplicates(findings: Iterable[Finding], open_alerts: Mapping[str, Alert], orgs: OrgTree) -> frozenset[str]:
    """By fingerprint: findings whose cause another announces.

    Also the root cause itself, where an org above has already announced the same before it was found to lie below.
    """
    names: set[str] = set()
    for finding in findings:
        root_cause = finding.root_cause
        if root_cause is None or finding.condition is not Condition.BAD:
            continue
        names.add(finding.fingerprint)
        alert = open_alerts.get(finding.fingerprint)
        if alert is not None and alert.fired_at and _is_above(orgs, finding.subject, root_cause):
            names.add(fingerprint(finding.rule, root_cause))
    return frozenset(names)


def _is_above(orgs: OrgTree, subject: Subject, other: Subject) -> bool:
    return _org(subject) in {unit.code for unit in orgs.path(_org(other))[:-1]}


def _org(subject: Subject) -> str:
    return subject.org if isinstance(subject, SourceKey) else subject
