"""One act of a person: what is asked for, of one alert or of many alike, refused here where it cannot be meant."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from alerts.model import Alert
from ioc.config.alerting import AlertOptions
from ioc.core.errors import Code, IocError
from ioc.core.model import Role, Severity

COMMENT_LENGTH = 2_000
OWNER_LENGTH = 120
HOUR_MS = 3_600_000
APPOINTMENT_H = 8  # an acknowledgement waits this long for another unit at most
SHELF_H = 7 * 24  # nothing is put aside for longer: that is what a silence is for
SHELF_DEFAULT_H = 2


class Action(StrEnum):
    """What people do with alerts, by the name that the interface gives it."""

    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    COMMENT = "comment"
    SEEN = "seen"
    REMIND = "remind"
    ESCALATE = "escalate"
    CONFIRM = "confirm"
    RESULT = "result"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    CLOSE = "close"
    NOISE = "noise"


FOR_LEADERS = frozenset({Action.ASSIGN, Action.SEEN, Action.REMIND})
FOR_ASSIGNEES = frozenset({Action.ACKNOWLEDGE, Action.COMMENT, Action.CONFIRM, Action.RESULT})  # and for operators
_NEEDS_WORDS = {Action.COMMENT: "comment", Action.RESULT: "text", Action.NOISE: "reason"}
_LONGEST_H = {Action.ACKNOWLEDGE: APPOINTMENT_H, Action.CONFIRM: APPOINTMENT_H, Action.SHELVE: SHELF_H}


@dataclass(frozen=True, slots=True)
class Act:
    """`actor` did it, `operates` where the role is an operator's; `comment` holds a result or a reason too.

    Instants are epoch ms. `owner` and `due_at` can be set by every act, `until` where something ends by itself.
    """

    action: Action
    actor: str
    operates: bool
    now: int
    comment: str = ""
    owner: str | None = None
    due_at: int | None = None
    until: int | None = None

    def __post_init__(self) -> None:
        self._check_words()
        if self.action is Action.ASSIGN and self.owner is None:
            raise IocError(Code.MISSING_VALUE, "owner is missing", name="owner")
        if self.owner is not None and not (1 <= len(self.owner) <= OWNER_LENGTH and self.owner.isprintable()):
            raise _invalid("owner", f"owner: 1-{OWNER_LENGTH} characters on one line")
        if self.until is not None:
            self._check_until(self.until)

    def _check_words(self) -> None:
        name = _NEEDS_WORDS.get(self.action)
        if len(self.comment) > COMMENT_LENGTH or (name == "comment" and not self.comment):
            raise IocError(Code.BAD_COMMENT, f"a comment has 1-{COMMENT_LENGTH} characters", limit=COMMENT_LENGTH)
        if name is not None and not self.comment:
            raise IocError(Code.MISSING_VALUE, f"{name} is missing", name=name)

    def _check_until(self, until: int) -> None:
        longest = _LONGEST_H.get(self.action)
        if longest is None:
            allowed = ", ".join(_LONGEST_H)
            raise _invalid("until", f"until: nothing ends by itself after {self.action}; allowed: {allowed}")
        if not self.now < until <= self.now + longest * HOUR_MS:
            raise _invalid("until", f"until: later than now, at most {longest} hours ahead")

    def check_owner(self, alert: Alert) -> None:
        check_allowed(self.action, self.actor, alert.owner, operates=self.operates)


@dataclass(frozen=True, slots=True)
class HoldingTimes:
    """How many minutes an acknowledgement holds, by severity."""

    minutes: Mapping[Severity, float]

    @classmethod
    def of(cls, options: AlertOptions) -> "HoldingTimes":
        """A severity that is not configured holds as long as it does by default."""
        configured = AlertOptions().acknowledged_min | options.acknowledged_min
        return cls({Severity(word): minutes for word, minutes in configured.items()})

    def end(self, severity: Severity, now: int) -> int:
        return now + round(self.minutes[severity] * 60_000)


def check_allowed(action: Action, actor: str, owner: str | None, *, operates: bool) -> None:
    """An operator may do everything, others a few things, and some only with an alert that was given to them."""
    if operates or action in FOR_LEADERS or (action in FOR_ASSIGNEES and actor == owner):
        return
    message = f"this needs the role {Role.OPERATOR}, or the alert to be yours"
    raise IocError(Code.FORBIDDEN, message, role=Role.OPERATOR)


def _invalid(name: str, detail: str) -> IocError:
    return IocError(Code.INVALID_VALUE, detail, name=name, detail=detail)
