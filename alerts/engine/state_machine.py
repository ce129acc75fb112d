"""The state machine of an alert: from what is seen to the next move; pure."""

from dataclasses import dataclass

from alerts.model import Alert, AlertState, Finding, Move, Verdict


@dataclass(frozen=True, slots=True)
class Sight:
    """What a tick knows of one fingerprint; `finding` None: all is well."""

    finding: Finding | None
    alive: bool = True  # its source, org and rule still exist
    shadowed: bool = False  # something it hangs on is down
    may_raise: bool = True  # no start-up grace, and the finding is ripe
    spoken_for: bool = False  # another alert tells this cause

    @property
    def verdict(self) -> Verdict | None:
        return self.finding.verdict if self.finding else None


def decide(alert: Alert | None, sight: Sight, hold_over: bool) -> Move | None:
    """The one move that is due now, None when the alert stays as it is."""
    if alert is None:
        wanted = sight.verdict is Verdict.BAD and sight.alive and sight.may_raise and not sight.spoken_for
        return Move.RAISED if wanted else None
    if not alert.open:
        return None
    if not sight.alive:
        return Move.WITHDRAWN
    if alert.state is AlertState.PENDING:
        return _pending(alert, sight, hold_over)
    if sight.verdict is None:
        return Move.RESOLVED
    released = alert.state is AlertState.SUPPRESSED and sight.may_raise and not sight.shadowed
    return Move.FIRED if released and sight.verdict is Verdict.BAD else None


def _pending(alert: Alert, sight: Sight, hold_over: bool) -> Move | None:
    finding = sight.finding
    if finding is None or finding.verdict is Verdict.EASING or sight.spoken_for:
        return Move.RETURNED
    if finding.begins_anew and finding.since > alert.since:  # it came back between two looks
        return Move.RETURNED
    if sight.verdict is Verdict.CLOSED:
        return Move.HOURS_ENDED
    if sight.verdict is Verdict.UNKNOWN or not hold_over:
        return None
    return Move.SUPPRESSED if sight.shadowed else Move.FIRED


def state_after(alert: Alert, move: Move) -> AlertState:
    """Where a move of the engine leads."""
    if move is Move.RESOLVED:
        return AlertState.RESOLVED_UNSEEN if alert.state is AlertState.FIRING else AlertState.RESOLVED
    return _LEADS_TO[move]


_LEADS_TO = {
    Move.RAISED: AlertState.PENDING,
    Move.FIRED: AlertState.FIRING,
    Move.SUPPRESSED: AlertState.SUPPRESSED,
    Move.RETURNED: AlertState.CLOSED,
    Move.HOURS_ENDED: AlertState.CLOSED,
    Move.WITHDRAWN: AlertState.CLOSED,
}
