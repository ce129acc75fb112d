"""The words of alerting: findings, alerts and notifications with their states, and the contract of a rule plug-in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Literal, NamedTuple, Protocol

from msgspec import Struct

from ioc.config.alerting import Rule
from ioc.core.contract import Plugin
from ioc.core.model import Severity, SourceKey
from ioc.live.world import World
from ioc.platform.db import Database

WORST_FIRST = MappingProxyType({Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2})
Subject = SourceKey | str  # a source, or an org by its code
Params = Mapping[str, object]


class Condition(StrEnum):
    """The condition of a subject by one rule; a subject without a finding is well."""

    BAD = "bad"
    EASING = "easing"  # no longer bad, not yet past the recovery value: an open alert stays
    UNKNOWN = "unknown"  # no reading within its contract: nothing fires, nothing resolves
    CLOSED = "closed"  # outside its hours: nothing fires, nothing resolves


class Measured(NamedTuple):
    """The figure that a rule judges by a limit: of two rules on one, the sharper silences the weaker."""

    metric: str
    side: Literal["above", "below"]
    limit: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's judgement on one subject now; `since` is when the condition began (epoch ms).

    A finding that `inhibits` keeps silent what depends on its subject. One that `restarts` and has a later `since` than
    before was well in between. `root_cause` is the subject whose finding of the same rule announces this cause too.
    `aspect` tells apart what one rule finds of one subject. At a higher `stage`, as at a graver severity, it is told
    again.
    """

    rule: str
    subject: Subject
    condition: Condition
    severity: Severity
    title: str = ""
    params: Params = field(default_factory=dict)
    since: int = 0
    inhibits: bool = False
    not_before: int = 0  # no alert is raised before this instant
    simulated: bool = False
    restarts: bool = False
    root_cause: Subject | None = None
    measured: Measured | None = None
    aspect: str = ""
    stage: int = 0

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.rule, self.subject, self.aspect)


def fingerprint(rule: str, subject: Subject, aspect: str = "") -> str:
    """The identity of an alert."""
    return "|".join(filter(None, (rule, str(subject), aspect)))


class RootCause(NamedTuple):
    """The subject that another's trouble comes from, and since when (epoch ms) that is in trouble itself."""

    subject: Subject
    since: int


class ReadingHistory(Protocol):
    """The last minutes of metrics."""

    def window(
        self, world: World, keys: Iterable[SourceKey], metric: str, now: int, window_ms: int
    ) -> Mapping[SourceKey, Sequence[tuple[int, float]]]: ...


@dataclass(frozen=True, slots=True)
class View:
    """All that a rule may read; `world` is a snapshot, so that a query may take its time.

    `listening_since`: since when (epoch ms) silence of a source cannot be ours; None while we hear nothing.
    """

    world: World
    now: int
    listening_since: int | None
    db: Database
    history: ReadingHistory | None = None  # None where the last minutes are not kept


class RulePlugin(Plugin, Protocol):
    """A module in `alerts/rules`: one kind of rule."""

    kind: Annotated[str, "its name in the configuration"]
    Options: Annotated[type[Struct], "the keys of its [[rule]] beside the common ones"]
    default_hold_s: Annotated[float, "seconds a finding lasts before anybody is notified"]
    every_s: Annotated[float, "seconds between two evaluations; 0: at every tick"]
    replay: Annotated[object, "how it is tried on the past (alerts.past.Replayer); None: it cannot be"] = None
    to_owner: Annotated[bool, "its alerts are the business of the source's owner"] = False
    in_digest: Annotated[bool, "its open alerts are told again in the digest of each working day"] = False
    duty: Annotated[bool, "what it finds is to be done by a date and breaks nothing now: on no wall"] = False

    def evaluate(self, view: View, rule: Rule) -> Iterable[Finding]: ...


class AlertState(StrEnum):
    """The state of an alert, by the name that the interface gives it."""

    PENDING = "pending"
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    SUPPRESSED = "suppressed"  # held back by design: by what it hangs on, or by a silence
    SHELVED = "shelved"  # put aside by a person until an instant
    OUT_OF_SERVICE = "out_of_service"  # inside a maintenance window
    RESOLVED_UNSEEN = "resolved_unseen"
    RESOLVED = "resolved"
    CLOSED = "closed"


MUTED = frozenset({AlertState.SUPPRESSED, AlertState.SHELVED, AlertState.OUT_OF_SERVICE})
HELD = MUTED - {AlertState.SHELVED}  # by design, not by a person about this alert
OPEN_STATES = frozenset({AlertState.PENDING, AlertState.FIRING, AlertState.ACKNOWLEDGED, *MUTED})
ACTIVE = (AlertState.FIRING, AlertState.ACKNOWLEDGED)  # announced and not over: "open" on every screen


class Transition(StrEnum):
    """Every transition of an alert, as `alert_entry.what` keeps it."""

    RAISED = "raised"
    FIRED = "fired"
    WORSENED = "worsened"  # graver, or further on, than when it was told
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out_of_service"
    RETURNED = "returned"  # well again inside the hold: a flap, nobody was notified
    HOURS_ENDED = "hours_ended"  # closed inside the hold
    RESOLVED = "resolved"
    CALMED = "calmed"  # well again, but flapping: over when it stays so
    FLAPPED = "flapped"  # bad again before it stayed well
    WITHDRAWN = "withdrawn"  # its source, org or rule is no more
    ACKNOWLEDGED = "acknowledged"
    ACKNOWLEDGEMENT_ENDED = "acknowledgement_ended"  # it holds for a time only: loud again, one level up
    RELEASED = "released"  # nothing holds it back any more, and who took it still has it in hand
    CONFIRMED = "confirmed"  # still in hand: the acknowledgement begins anew
    ASSIGNED = "assigned"
    STEP_DONE = "step_done"  # of the guide; its words stand as the comment
    STEP_UNDONE = "step_undone"
    SEEN = "seen"
    COMMENTED = "commented"
    REPORTED = "reported"  # the result
    REMINDED = "reminded"
    ESCALATED = "escalated"  # reported to the leaders  # somebody asked that its owner be told again
    SHELVED = "shelved"
    UNSHELVED = "unshelved"
    CLOSED = "closed"
    NOISE = "noise"  # closed because it should never have fired
    SUPERSEDED = "superseded"  # returned unseen, and fired again


class NotificationType(StrEnum):
    """The event that a notification announces."""

    FIRING = "firing"
    RESOLVED = "resolved"
    REMINDER = "reminder"  # still unattended, or asked for by a person
    ESCALATION = "escalation"  # a person reports it to the leaders
    DIGEST = "digest"
    SUMMARY = "summary"  # what could not be delivered in time, in one message
    TEST = "test"
    PROOF = "proof"  # the daily sign of life


class DeliveryFailure(StrEnum):
    """Why an attempt failed."""

    ADDRESS = "address"
    AUTH = "auth"
    RATE = "rate"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"


class ReceiptState(StrEnum):
    """The word of a gateway on what it had taken."""

    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"


class ChannelState(StrEnum):
    """The state of a channel, by what became of its last attempts."""

    OK = "ok"
    FAILING = "failing"


class IncidentState(StrEnum):
    """The state of an incident: taken while nothing of it is loud and somebody has acknowledged it."""

    OPEN = "open"
    TAKEN = "taken"
    OVER = "over"


# what tells somebody of an alert: the end goes to whoever had one of these
ANNOUNCEMENTS = (NotificationType.FIRING, NotificationType.REMINDER, NotificationType.ESCALATION)


class NotificationState(StrEnum):
    """The state of a notification to one address."""

    HELD = "held"  # in a group that may still grow
    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    DROPPED = "dropped"
    REPLACED = "replaced"  # a summary says it, or the next of its chain: `replaced_by`


class DropReason(StrEnum):
    """The reason why a notification was not sent."""

    NO_ROUTE = "no_route"
    NO_ADDRESS = "no_address"
    SUPPRESSED = "suppressed"
    RESOLVED_BEFORE_SENT = "resolved_before_sent"
    FIRING_NOT_DELIVERED = "firing_not_delivered"
    WORSENED = "worsened"  # told anew, graver
    CHANNEL_GONE = "channel_gone"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Alert:
    """One row of table `alert`."""

    id: int
    fingerprint: str
    rule: str
    severity: Severity
    state: AlertState
    org: str
    kind: str | None
    source: str | None
    title: str
    params: Params
    since: int
    fired_at: int | None
    ended_at: int | None
    hold_until: int | None
    acknowledged_at: int | None
    acknowledged_by: str | None
    owner: str | None
    due_at: int | None
    flaps: int
    simulated: bool
    open: bool
    raised_at: int | None = None
    acknowledged_until: int | None = None
    shelved_until: int | None = None
    level: int = 0
    stage: int = 0
    held_by: str | None = None
    result: str | None = None
    noise: str | None = None
    incident_id: int | None = None
    owed: NotificationType | None = None
    dismissed: bool = False
    flapping_since: int | None = None
    calm_since: int | None = None

    @property
    def followed(self) -> bool:
        """True while the engine has to watch for its end."""
        return self.open or self.dismissed

    @property
    def released(self) -> AlertState:
        """Its state when nothing holds it back any more: loud, unless somebody has it in hand."""
        return AlertState.FIRING if self.acknowledged_until is None else AlertState.ACKNOWLEDGED

    @property
    def subject(self) -> Subject:
        return subject_of(self.org, self.kind, self.source)


@dataclass(frozen=True, slots=True)
class Incident:
    """One row of table `incident`: alerts of one cause; `subject` is what that cause is about.

    It is `open` until the last of its alerts is over and everybody who was told of it has been told so.
    """

    id: int
    cause_alert: int | None
    org: str
    kind: str | None
    source: str | None
    severity: Severity
    state: IncidentState
    since: int
    detected_at: int | None
    taken_at: int | None
    ended_at: int | None
    owner: str | None
    simulated: bool
    open: bool

    @property
    def subject(self) -> Subject:
        return subject_of(self.org, self.kind, self.source)


def subject_of(org: str, kind: str | None, source: str | None) -> Subject:
    """The subject that a row names."""
    return org if kind is None or source is None else SourceKey(org, kind, source)
