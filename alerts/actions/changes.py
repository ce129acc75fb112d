"""What an act changes on one alert; pure. An act that no longer applies changes nothing, so that it can be repeated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from alerts.actions.act import HOUR_MS, SHELF_DEFAULT_H, Act, Action, HoldingTimes
from alerts.model import ACTIVE, MUTED, Alert, AlertState, NotificationType, Transition
from ioc.core.errors import Code, IocError

AGAIN_MS = 60_000  # the same request within this is the same one, sent twice
_BY_PEOPLE = ("silence:", "maintenance:")  # a mute that goes on whoever takes the alert
_FOR_THE_HISTORY = ("owner", "due_at", "until", "shelved_until")


@dataclass(frozen=True, slots=True)
class LastEntry:
    """The newest entry of the history that a person wrote."""

    what: Transition
    actor: str
    at: int
    comment: str | None


@dataclass(frozen=True, slots=True)
class Consequence:
    """New values of an alert, and the entry of its history."""

    alert: Alert
    transition: Transition
    values: Mapping[str, Any]
    comment: str | None
    detail: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Move:
    """What the action itself does, before owner and due time."""

    transition: Transition | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


_NOTHING = Move()


def change(alert: Alert, act: Act, last: LastEntry | None, times: HoldingTimes) -> Consequence | None:
    """None where nothing is left to do; IocError where it must not be done."""
    act.check_owner(alert)
    move = _MOVES[act.action](alert, act, last, times)
    duties = {name: value for name in ("owner", "due_at") if (value := getattr(act, name)) is not None}
    values = {**move.values, **duties}
    values = {name: value for name, value in values.items() if getattr(alert, name) != value}
    transition = move.transition or (Transition.ASSIGNED if values else None)
    comment = act.comment or None
    if transition is None:
        said = last is not None and (last.actor, last.comment) == (act.actor, comment)
        return None if comment is None or said else Consequence(alert, Transition.COMMENTED, {}, comment, None)
    told = {**values, **({"until": act.until} if act.until is not None else {})}
    detail = {name: told[name] for name in _FOR_THE_HISTORY if name in told}
    return Consequence(alert, transition, values, comment, detail or None)


def _acknowledge(alert: Alert, act: Act, _last: LastEntry | None, times: HoldingTimes) -> Move:
    _check_fired(alert)
    if alert.state is AlertState.ACKNOWLEDGED:
        return _prolong(alert, act.until, Transition.ACKNOWLEDGED)
    if not alert.open and alert.state is not AlertState.RESOLVED_UNSEEN:
        return _NOTHING
    taken = {"acknowledged_at": act.now, "acknowledged_by": act.actor, "owner": act.owner or act.actor}
    if alert.state is AlertState.RESOLVED_UNSEEN:
        return Move(Transition.ACKNOWLEDGED, {**taken, "state": AlertState.RESOLVED})
    taken["acknowledged_until"] = act.until or times.end(alert.severity, act.now)
    if alert.state in MUTED and (alert.held_by or "").startswith(_BY_PEOPLE):
        return Move(Transition.ACKNOWLEDGED, taken) if alert.acknowledged_until is None else _NOTHING
    off_the_shelf = {"state": AlertState.ACKNOWLEDGED, "shelved_until": None, "held_by": None}
    return Move(Transition.ACKNOWLEDGED, {**taken, **off_the_shelf})


def _confirm(alert: Alert, act: Act, last: LastEntry | None, times: HoldingTimes) -> Move:
    """Still in hand: what was acknowledged holds anew, what is loud is taken by it."""
    _check_fired(alert)
    if not alert.open or _just_did(Transition.CONFIRMED, act, last):
        return _NOTHING
    if alert.acknowledged_until is None:
        move = _acknowledge(alert, act, last, times)
        return Move(Transition.CONFIRMED, move.values)
    until = act.until or max(alert.acknowledged_until, times.end(alert.severity, act.now))
    return _prolong(alert, until, Transition.CONFIRMED)


def _prolong(alert: Alert, until: int | None, transition: Transition) -> Move:
    if until in (None, alert.acknowledged_until):
        return _NOTHING
    return Move(transition, {"acknowledged_until": until})


def _assign(_alert: Alert, _act: Act, _last: LastEntry | None, _times: HoldingTimes) -> Move:
    """Owner and due time are set with every act."""
    return _NOTHING


def _comment(_alert: Alert, _act: Act, _last: LastEntry | None, _times: HoldingTimes) -> Move:
    return _NOTHING


def _seen(alert: Alert, act: Act, last: LastEntry | None, _times: HoldingTimes) -> Move:
    """What is over is put away by it; of what is still open it is only known who has seen it."""
    if alert.state is AlertState.RESOLVED_UNSEEN:
        return Move(Transition.SEEN, {"state": AlertState.RESOLVED})
    again = last is not None and (last.what, last.actor) == (Transition.SEEN, act.actor)
    return Move(Transition.SEEN) if alert.open and not again else _NOTHING


def _remind(alert: Alert, act: Act, last: LastEntry | None, _times: HoldingTimes) -> Move:
    _check_fired(alert)
    if alert.state in MUTED:
        message = f"alert {alert.id} is held back ({alert.held_by}): nobody is reminded of it before that ends"
        raise IocError(Code.ALERT_MUTED, message, alert=alert.id)
    if alert.state not in ACTIVE or alert.owed is not None or _just_did(Transition.REMINDED, act, last):
        return _NOTHING
    return Move(Transition.REMINDED, {"owed": NotificationType.REMINDER})


def _escalate(alert: Alert, act: Act, last: LastEntry | None, _times: HoldingTimes) -> Move:
    """Report to the leaders what is announced and not over."""
    _check_fired(alert)
    if alert.state not in ACTIVE or alert.owed is not None or _just_did(Transition.ESCALATED, act, last):
        return _NOTHING
    return Move(Transition.ESCALATED, {"owed": NotificationType.ESCALATION})


def _result(alert: Alert, act: Act, _last: LastEntry | None, _times: HoldingTimes) -> Move:
    return _NOTHING if alert.result == act.comment else Move(Transition.REPORTED, {"result": act.comment})


def _shelve(alert: Alert, act: Act, _last: LastEntry | None, _times: HoldingTimes) -> Move:
    _check_fired(alert)
    if not alert.open or (alert.state is AlertState.SHELVED and act.until in (None, alert.shelved_until)):
        return _NOTHING
    until = act.until or act.now + SHELF_DEFAULT_H * HOUR_MS
    held = {"state": AlertState.SHELVED, "shelved_until": until, "held_by": f"shelved:{act.actor}"}
    return Move(Transition.SHELVED, held)


def _unshelve(alert: Alert, act: Act, _last: LastEntry | None, _times: HoldingTimes) -> Move:
    if alert.state is not AlertState.SHELVED:
        return _NOTHING
    owed = NotificationType.FIRING if alert.released is AlertState.FIRING else None
    free = {"state": alert.released, "shelved_until": None, "held_by": None, "owed": owed}
    return Move(Transition.UNSHELVED, {**free, "fired_at": alert.fired_at or act.now})


def _close(alert: Alert, act: Act, _last: LastEntry | None, _times: HoldingTimes) -> Move:
    """What is over is put away; what goes on is told to nobody again until it is over, and that needs a reason."""
    _check_fired(alert)
    if alert.state is AlertState.CLOSED:
        return _NOTHING
    if alert.open and not act.comment:
        message = f"alert {alert.id} is not over: say in a comment why it is closed, or shelve it for a time"
        raise IocError(Code.CLOSE_UNEXPLAINED, message, alert=alert.id)
    return Move(Transition.CLOSED, _closed(alert))


def _noise(alert: Alert, act: Act, _last: LastEntry | None, _times: HoldingTimes) -> Move:
    _check_fired(alert)
    closed = _NOTHING.values if alert.state is AlertState.CLOSED else _closed(alert)
    return _NOTHING if alert.noise is not None else Move(Transition.NOISE, {**closed, "noise": act.comment})


def _closed(alert: Alert) -> dict[str, Any]:
    free = {"shelved_until": None, "held_by": None, "owed": None}
    return {"state": AlertState.CLOSED, "open": False, "dismissed": alert.open, **free}


def _check_fired(alert: Alert) -> None:
    if alert.state is AlertState.PENDING:
        raise IocError(Code.ALERT_PENDING, f"alert {alert.id} has not fired yet", alert=alert.id)


def _just_did(transition: Transition, act: Act, last: LastEntry | None) -> bool:
    return last is not None and (last.what, last.actor) == (transition, act.actor) and act.now - last.at < AGAIN_MS


_Moves = Mapping[Action, Callable[[Alert, Act, LastEntry | None, HoldingTimes], Move]]
_MOVES: _Moves = MappingProxyType(
    {
        Action.ACKNOWLEDGE: _acknowledge,
        Action.ASSIGN: _assign,
        Action.COMMENT: _comment,
        Action.SEEN: _seen,
        Action.REMIND: _remind,
        Action.ESCALATE: _escalate,
        Action.CONFIRM: _confirm,
        Action.RESULT: _result,
        Action.SHELVE: _shelve,
        Action.UNSHELVE: _unshelve,
        Action.CLOSE: _close,
        Action.NOISE: _noise,
    }
)
