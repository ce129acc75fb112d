"""The state machine of an alert: from what a tick observed to the next transition; pure."""

from dataclasses import dataclass

from alerts.model import ACTIVE, HELD, Alert, AlertState, Condition, Finding, Transition
from alerts.mutes.holder import Holder


@dataclass(frozen=True, slots=True)
class Observation:
    """The observation of one fingerprint in a tick; `finding` None: all is well."""

    finding: Finding | None
    alive: bool = True  # its source, org and rule still exist
    holders: tuple[Holder, ...] = ()  # all that keeps it from being told
    may_raise: bool = True  # no start-up grace, and the finding may raise an alert by now
    duplicate: bool = False  # another alert announces this cause
    acknowledgement_over: bool = False  # the time that its acknowledgement holds has run out
    shelf_over: bool = False  # the time that a person put it aside for has run out
    calm_over: bool = False  # flapping, it has stayed well long enough

    @property
    def condition(self) -> Condition | None:
        return self.finding.condition if self.finding else None

    @property
    def bad(self) -> bool:
        return self.condition is Condition.BAD

    def holder(self, alert: Alert) -> Holder | None:
        """What holds an alert back: the one that already does as long as it lasts, else the first there is."""
        standing = (holder for holder in self.holders if holder.by == alert.held_by)
        return next(standing, self.holders[0] if self.holders else None)


def next_transition(alert: Alert | None, observation: Observation, hold_expired: bool) -> Transition | None:
    """The one transition that is due now, None when the alert stays as it is."""
    if alert is None:
        raises = observation.bad and observation.alive and observation.may_raise and not observation.duplicate
        return Transition.RAISED if raises else None
    if not alert.followed:
        return None
    if not observation.alive:
        return Transition.WITHDRAWN
    if alert.state is AlertState.PENDING:
        return _from_pending(alert, observation, hold_expired)
    if observation.condition is None:
        return _from_well(alert, observation)
    if alert.calm_since is not None and observation.bad:
        return Transition.FLAPPED
    if alert.dismissed:
        return None
    if alert.state in HELD:
        return _from_held(alert, observation)
    due = _from_told(alert, observation)
    if due is None and alert.state in ACTIVE and _worse(alert, observation):
        return Transition.WORSENED
    return due


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
    return observation.holders[0].transition if observation.holders else Transition.FIRED


def _from_well(alert: Alert, observation: Observation) -> Transition | None:
    """Over; while it flaps, only once it has stayed well."""
    if alert.flapping_since is None or alert.dismissed or observation.calm_over:
        return Transition.RESOLVED
    return Transition.CALMED if alert.calm_since is None else None


def _from_held(alert: Alert, observation: Observation) -> Transition | None:
    """Told when the last holder is gone and it still is bad; until then it says which one holds it."""
    holder = observation.holder(alert)
    if holder is not None:
        return None if holder.by == alert.held_by else holder.transition
    if not (observation.bad and observation.may_raise):
        return None
    return Transition.FIRED if alert.acknowledged_until is None else Transition.RELEASED


def _from_told(alert: Alert, observation: Observation) -> Transition | None:
    """What people set an end to ends by itself, never while nothing may fire."""
    if alert.state in ACTIVE and (muted := _muted(observation)) is not None:
        return muted
    if alert.state is AlertState.FIRING or not observation.may_raise:
        return None
    if alert.state is AlertState.SHELVED:
        return Transition.UNSHELVED if observation.shelf_over and observation.bad else None
    ended = observation.acknowledgement_over and observation.condition is not Condition.CLOSED
    return Transition.ACKNOWLEDGEMENT_ENDED if ended else None


def _worse(alert: Alert, observation: Observation) -> bool:
    """Graver than it was told, or a further stage of it has come; what people mute stays still."""
    finding = observation.finding
    if finding is None or not observation.bad or any(holder.mutes for holder in observation.holders):
        return False
    return finding.stage > alert.stage or finding.severity.rank > alert.severity.rank


def _muted(observation: Observation) -> Transition | None:
    """What people mute keeps still from here on; what hangs on a source that fails later has been told already."""
    return next((holder.transition for holder in observation.holders if holder.mutes), None)


def state_after(alert: Alert, transition: Transition) -> AlertState:
    """The state that a transition of the engine leads to."""
    if transition is Transition.RESOLVED:
        return _over(alert)
    if transition is Transition.UNSHELVED:
        return alert.released
    if transition in (Transition.CALMED, Transition.FLAPPED):
        return alert.state
    return _STATE_AFTER[transition]


def _over(alert: Alert) -> AlertState:
    """Unseen is what was loud and is in nobody's hand; who closed it or put it aside has seen it."""
    if alert.dismissed:
        return AlertState.CLOSED
    told_unseen = alert.fired_at is not None and alert.acknowledged_until is None
    unseen = alert.state is AlertState.FIRING or (alert.state in HELD and told_unseen)
    return AlertState.RESOLVED_UNSEEN if unseen else AlertState.RESOLVED


_STATE_AFTER = {
    Transition.RAISED: AlertState.PENDING,
    Transition.FIRED: AlertState.FIRING,
    Transition.RELEASED: AlertState.ACKNOWLEDGED,
    Transition.ACKNOWLEDGEMENT_ENDED: AlertState.FIRING,
    Transition.SUPPRESSED: AlertState.SUPPRESSED,
    Transition.OUT_OF_SERVICE: AlertState.OUT_OF_SERVICE,
    Transition.RETURNED: AlertState.CLOSED,
    Transition.HOURS_ENDED: AlertState.CLOSED,
    Transition.WITHDRAWN: AlertState.CLOSED,
}
