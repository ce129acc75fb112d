"""The state machine of an alert: from what a tick observed to the next transition; pure."""

from dataclasses import dataclass

from alerts.model import Alert, AlertState, Condition, Finding, Transition


@dataclass(frozen=True, slots=True)
class Observation:
    """The observation of one fingerprint in a tick; `finding` None: all is well."""

    finding: Finding | None
    alive: bool = True  # its source, org and rule still exist
    held_by: str | None = None  # what holds it back: `source:` and the one it depends on, which is down
    may_raise: bool = True  # no start-up grace, and the finding may raise an alert by now
    duplicate: bool = False  # another alert announces this cause

    @property
    def condition(self) -> Condition | None:
        return self.finding.condition if self.finding else None


def next_transition(alert: Alert | None, observation: Observation, hold_expired: bool) -> Transition | None:
    """The one transition that is due now, None when the alert stays as it is."""
    bad = observation.condition is Condition.BAD
    if alert is None:
        raises = bad and observation.alive and observation.may_raise and not observation.duplicate
        return Transition.RAISED if raises else None
    if not alert.open:
        return None
    if not observation.alive:
        return Transition.WITHDRAWN
    if alert.state is AlertState.PENDING:
        return _from_pending(alert, observation, hold_expired)
    if observation.condition is None:
        return Transition.RESOLVED
    released = alert.state is AlertState.SUPPRESSED and observation.may_raise and observation.held_by is None
    return Transition.FIRED if released and bad else None


def _from_pending(alert: Alert, observation: Observation, hold_expired: bool) -> Transition | None:
    finding = observation.finding
    if finding is None or finding.condition is Condition.EASING or observation.duplicate:
        return Transition.RETURNED
    if finding.restarts and finding.since > alert.since:  # it was well between two evaluations
        return Transition.RETURNED
    if finding.condition is Condition.CLOSED:
        return Transition.HOURS_ENDED
    if finding.condition is Condition.UNKNOWN or not hold_expired:
        return None
    return Transition.SUPPRESSED if observation.held_by else Transition.FIRED


def state_after(alert: Alert, transition: Transition) -> AlertState:
    """The state that a transition of the engine leads to."""
    if transition is Transition.RESOLVED:
        return AlertState.RESOLVED_UNSEEN if alert.state is AlertState.FIRING else AlertState.RESOLVED
    return _STATE_AFTER[transition]


_STATE_AFTER = {
    Transition.RAISED: AlertState.PENDING,
    Transition.FIRED: AlertState.FIRING,
    Transition.SUPPRESSED: AlertState.SUPPRESSED,
    Transition.RETURNED: AlertState.CLOSED,
    Transition.HOURS_ENDED: AlertState.CLOSED,
    Transition.WITHDRAWN: AlertState.CLOSED,
}
