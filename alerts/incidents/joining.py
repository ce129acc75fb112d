"""Which incident a fired or held back alert belongs to: that of its cause; pure.

A source, with whatever rule, is one cause; what hangs on a source that is down, and the org that a figure of orgs above
and below each other is explained by, are of that one's. An alert on an org is a cause of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from alerts.model import Alert, Incident, RootCause, Subject
from ioc.core.model import SourceKey

WINDOW_MS = 900_000  # what was in trouble this much before the source it hangs on has a cause of its own

Causes = Mapping[SourceKey, RootCause]  # by source the one that its trouble comes from


@dataclass(frozen=True, slots=True)
class JoinPlan:
    """What there is to write: `joined` by incident, `begun` alerts by the subject of their new incident.

    `merged` names by the incident that stays the others that are found to be of its cause.
    """

    joined: dict[int, list[Alert]] = field(default_factory=dict)
    begun: dict[Subject, list[Alert]] = field(default_factory=dict)
    merged: dict[int, list[int]] = field(default_factory=dict)
    subjects: dict[int, Subject] = field(default_factory=dict)  # of each incident that was joined

    def homes(self, numbers: Iterable[int]) -> list[int]:
        """What incidents have become, the earliest first."""
        merged = {other: first for first, others in self.merged.items() for other in others}
        return sorted({merged.get(number, number) for number in numbers})


def root(subject: Subject, since: int, causes: Causes) -> Subject:
    """The subject whose trouble explains that of `subject`, which began `since`; itself where none does."""
    cause = causes.get(subject) if isinstance(subject, SourceKey) else None
    return subject if cause is None or since < cause.since - WINDOW_MS else cause.subject


def plan(
    alerts: Iterable[Alert], incidents: Sequence[Incident], members: Mapping[Subject, int], causes: Causes
) -> JoinPlan:
    """Where each alert goes; `members` are the subjects of open alerts with the incident each is in."""
    made = JoinPlan()
    by_cause: dict[Subject, list[Alert]] = {}
    for alert in alerts:
        by_cause.setdefault(root(alert.subject, alert.since, causes), []).append(alert)
    roots = {incident.id: root(incident.subject, incident.since, causes) for incident in incidents}
    for cause, of_it in by_cause.items():
        if not isinstance(cause, SourceKey):
            made.begun.update({alert.fingerprint: [alert] for alert in of_it})
            continue
        numbers = [number for number, subject in roots.items() if subject == cause]
        first, *others = made.homes([*numbers, *filter(None, [members.get(cause)])]) or [0]
        if others:
            made.merged.setdefault(first, []).extend(others)
        if not first:
            made.begun[cause] = of_it
        else:
            made.joined.setdefault(first, []).extend(of_it)
            made.subjects[first] = cause
    return made
