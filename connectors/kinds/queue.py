"""Queue-ticket kiosks and their counters at one-stop centres."""

from collections.abc import Iterator, Sequence

from ioc.core.hours import OFFICE
from ioc.core.model import Health, Reason, SourceKey
from ioc.ingest import tickets
from ioc.ingest.happenings import Happened, Step
from ioc.live.deltas import Patch
from ioc.messages.events import TicketEvent, TicketEventType
from ioc.messages.kinds import KindSpec, Member, Metric, Sort, Word
from ioc.messages.wire import Fields, Rejected

kind = "queue"

_OF_A_TICKET = frozenset(TicketEventType) - {TicketEventType.COUNTER_OPENED, TicketEventType.COUNTER_CLOSED}


def decode_event(fields: Fields) -> TicketEvent:
    step = fields.member("type", TicketEventType)
    rating = fields.number("rating", low=1, high=5)
    if step is TicketEventType.RATING_GIVEN and rating is None:
        raise Rejected(Reason.MISSING_FIELD, "rating")
    return TicketEvent(
        event_id=fields.need_text("event_id"),
        type=step,
        ts=fields.need_time("ts"),
        ticket_id=_ticket_id(fields) if step in _OF_A_TICKET else None,
        ticket_no=fields.text("ticket_no"),
        service_code=fields.text("service_code"),
        counter_id=fields.text("counter_id") if step in _OF_A_TICKET else fields.need_text("counter_id"),
        rating=None if rating is None else round(rating),
    )


def _ticket_id(fields: Fields) -> str:
    """The number on the ticket where a kiosk knows no other: within a day it is one ticket's."""
    return fields.text("ticket_id") or fields.text("ticket_no") or fields.need_text("ticket_id")


def apply_events(step: Step, happened: Sequence[Happened[TicketEvent]]) -> Iterator[Patch]:
    """Tickets and counters are kept; of a kiosk that sends no states its figures are counted from them."""
    by_source: dict[SourceKey, list[TicketEvent]] = {}
    for key, _received_at, event in happened:
        by_source.setdefault(key, []).append(event)
    for key, events in by_source.items():
        source, tz = step.inventory.sources[key], step.inventory.tz(key)
        tickets.apply(step.db, step.conn, source.id, tz, events)
        if not step.sends_states(key):
            yield from tickets.implied(step.conn, source, tz, max(event.ts for event in events))


def _count() -> Metric:
    return Metric(unit="", low=0, high=1_000_000)


# 15 and 30 minutes are our own defaults: no legal limit on waiting is known
SPEC = KindSpec(
    kind=kind,
    hours=OFFICE,
    foremost=("waiting", "open_counters", "longest_wait_s"),
    rank=20,
    examples={
        "hg.dong-van/queue/kiosk-1/status": {"online": True},
        "hg.dong-van/queue/kiosk-1/state": {"waiting": 7, "serving": 3, "longest_wait_s": 420, "paper": "ok"},
        "hg.dong-van/queue/kiosk-1/event": {"event_id": "k1-000123", "type": "ticket_issued", "ticket_id": "A017"},
    },
    metrics={
        "waiting": _count(),
        "serving": _count(),
        "open_counters": _count(),
        "issued_today": _count(),
        "served_today": _count(),
        "no_show_today": _count(),
        "longest_wait_s": Metric(unit="s", low=0, high=86_400, warning_above=1_800, critical_above=3_600),
        "avg_wait_s": Metric(unit="s", low=0, high=86_400),
        "avg_service_s": Metric(unit="s", low=0, high=86_400),
    },
    words={
        "paper": Word({"ok": Health.OK, "low": Health.WARNING, "out": Health.CRITICAL}, sentences=True),
        "printer": Word({"ok": Health.OK, "jam": Health.WARNING, "error": Health.CRITICAL}, sentences=True),
    },
    decode_event=decode_event,
    apply_events=apply_events,
    event={
        "type": Member(required=True, words=tuple(TicketEventType)),
        **dict.fromkeys(("ticket_id", "ticket_no", "service_code", "counter_id", "clerk_id", "reason"), Member()),
        "priority": Member(Sort.NUMBER),
        "rating": Member(Sort.NUMBER, low=1, high=5),
    },
)
