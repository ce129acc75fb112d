"""Matching: whether a mute means an alert, or all alerts of a source."""

from collections.abc import Callable, Iterable

from alerts.model import Alert, Subject
from ioc.config.alerting import MuteMatch
from ioc.core.model import Severity, SourceKey
from ioc.domain.inventory import OrgTree

Matcher = Callable[[Subject, str, Severity], bool]


def matcher(match: MuteMatch, orgs: OrgTree) -> Matcher:
    """All that `match` names must hold; an org stands for all below it, a closed one for its successor."""
    codes = None if match.org is None else orgs.reach(match.org).codes

    def matches(subject: Subject, rule: str, severity: Severity) -> bool:
        org, kind, source = subject if isinstance(subject, SourceKey) else (subject, None, None)
        return (
            (codes is None or org in codes)
            and match.kind in (None, kind)
            and match.source in (None, source)
            and match.rule in (None, rule)
            and match.severity in (None, severity)
        )

    return matches


def covers_sources(match: MuteMatch) -> bool:
    """True where it holds back every alert of a source, not those of one rule or severity."""
    return match.rule is None and match.severity is None


def muted(match: MuteMatch, held: Iterable[Alert], orgs: OrgTree) -> list[Alert]:
    """Those of the alerts that are held back which a match means."""
    matches = matcher(match, orgs)
    return [alert for alert in held if matches(alert.subject, alert.rule, alert.severity)]
