"""Things that happened at a source, decoded; ids are opaque text, instants epoch milliseconds."""

from enum import StrEnum
from typing import NamedTuple, Protocol


class TicketEventType(StrEnum):
    TICKET_ISSUED = "ticket_issued"
    TICKET_CALLED = "ticket_called"
    TICKET_RECALLED = "ticket_recalled"
    SERVICE_STARTED = "service_started"
    SERVICE_ENDED = "service_ended"
    NO_SHOW = "no_show"
    TICKET_CANCELLED = "ticket_cancelled"
    TRANSFERRED = "transferred"
    COUNTER_OPENED = "counter_opened"
    COUNTER_CLOSED = "counter_closed"
    RATING_GIVEN = "rating_given"


class TicketEvent(NamedTuple):
    """One step of a visitor's way through a one-stop centre."""

    event_id: str
    type: TicketEventType
    ts: int
    ticket_id: str | None
    ticket_no: str | None
    service_code: str | None
    counter_id: str | None
    rating: int | None


class ConferenceEventType(StrEnum):
    CONFERENCE_SCHEDULED = "conference_scheduled"
    CONFERENCE_CANCELLED = "conference_cancelled"
    JOINED = "joined"
    LEFT = "left"


class ConferenceEvent(NamedTuple):
    """A meeting announced or cancelled, or an endpoint entering or leaving one."""

    event_id: str
    type: ConferenceEventType
    ts: int
    conference_id: str
    title: str | None
    starts_at: int | None
    ends_at: int | None
    expected: tuple[str, ...]
    confidential: bool = False
    reason: str | None = None  # why an endpoint left


class DossierEvent(NamedTuple):
    """A change of a dossier as a one-stop system reports it; only the fields it named are in `fields`."""

    event_id: str
    ts: int
    code: str
    fields: dict[str, object]


class Event(Protocol):
    """The members of every event; `event_id` is unique at its source, `ts` in epoch ms."""

    @property
    def event_id(self) -> str: ...

    @property
    def ts(self) -> int: ...
