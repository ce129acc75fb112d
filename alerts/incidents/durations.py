"""How long an incident took to be detected, taken and ended, in seconds; None where it does not apply. Pure."""

from typing import NamedTuple

from alerts.model import Alert, AlertState, Incident
from ioc.core.model import SourceKey


class Durations(NamedTuple):
    """`detect_s` from the beginning, `acknowledge_s` from the first firing, `recover_s` from beginning to end."""

    detect_s: int | None
    acknowledge_s: int | None
    recover_s: int | None


def durations(incident: Incident, cause: Alert | None, fired_at: int | None) -> Durations:
    """The beginning of what a source is in is an instant; that of a figure of an org is a convention.

    What somebody closed, or is watched no more, did not recover.
    """
    of_source = isinstance(incident.subject, SourceKey)
    recovered = incident.ended_at if cause is None or cause.state is not AlertState.CLOSED else None
    return Durations(
        _seconds(incident.since, incident.detected_at) if of_source else None,
        _seconds(fired_at, incident.taken_at),
        _seconds(incident.since, recovered),
    )


def _seconds(since: int | None, until: int | None) -> int | None:
    """A clock that was set in between tells nothing."""
    return None if since is None or until is None or until < since else (until - since) // 1000
