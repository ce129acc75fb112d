"""A kiosk's day: figures at an instant, or one event a step."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from connectors.simulator.days import SECOND, day_of
from connectors.simulator.profile import Desks
from connectors.simulator.queues import QueueDay, Ticket, queue_day
from connectors.simulator.roster import SimSource
from ioc.messages.events import TicketEventType as Step

State = dict[str, Any]


def kiosk_state(seed: int, site: SimSource, t: int, desks: Desks) -> State:
    """Issued is always served + waiting + serving + no-show + cancelled; a mean of nothing is left out."""
    day = queue_day(seed, day_of(t), site, desks)
    issued = [ticket for ticket in day.tickets if ticket.issued <= t]
    waiting = [ticket for ticket in issued if not _by(ticket.called, t) and not _by(ticket.cancelled, t)]
    called = [ticket for ticket in issued if _by(ticket.called, t)]
    served = [ticket for ticket in called if _by(ticket.ended, t)]
    absent = sum(_by(ticket.no_show, t) for ticket in called)
    return {
        "waiting": len(waiting),
        "serving": len(called) - len(served) - absent,
        "open_counters": len({counter for counter, span in day.counters if t in span}),
        "issued_today": len(issued),
        "served_today": len(served),
        "no_show_today": absent,
        "cancelled_today": sum(_by(ticket.cancelled, t) for ticket in issued),
        "longest_wait_s": max(((t - ticket.issued) // SECOND for ticket in waiting), default=0),
        **_mean("avg_wait_s", [ticket.called - ticket.issued for ticket in called if ticket.called]),
        **_mean(
            "avg_service_s", [ticket.ended - ticket.started for ticket in served if ticket.ended and ticket.started]
        ),
        **_printer(day, t),
    }


def _by(instant: int | None, t: int) -> bool:
    return instant is not None and instant <= t


def _mean(name: str, lengths: list[int]) -> State:
    return {name: round(sum(lengths) / len(lengths) / SECOND)} if lengths else {}


def _printer(day: QueueDay, t: int) -> State:
    paper = "out" if day.paper_out and t in day.paper_out else "low" if day.paper_low and t in day.paper_low else "ok"
    return {"paper": paper, "printer": "jam" if day.jam and t in day.jam else "ok"}


def kiosk_events(seed: int, day: date, site: SimSource, desks: Desks, tag: str) -> Iterator[State]:
    """Every event of a day; the ids are those of the day, so sending one again changes nothing."""
    plan = queue_day(seed, day, site, desks)
    for number, (counter, span) in enumerate(plan.counters):
        for step, t in ((Step.COUNTER_OPENED, span.start), (Step.COUNTER_CLOSED, span.end)):
            event_id = f"{day:%y%m%d}-{counter}-{number}-{step}{tag}"
            yield {"event_id": event_id, "type": str(step), "ts": t, "counter_id": counter}
    for ticket in plan.tickets:
        yield from _ticket_events(day, ticket, tag)


def _ticket_events(day: date, ticket: Ticket, tag: str) -> Iterator[State]:
    ticket_id = f"{day:%y%m%d}-{ticket.no}{tag}"
    for step, t, more in _steps(ticket):
        if t is not None:
            yield {
                "event_id": f"{ticket_id}-{step}",
                "type": str(step),
                "ts": t,
                "ticket_id": ticket_id,
                "ticket_no": ticket.no,
                "service_code": ticket.service,
                **more,
            }


def _steps(ticket: Ticket) -> Iterator[tuple[Step, int | None, State]]:
    counter = {"counter_id": ticket.counter}
    yield Step.TICKET_ISSUED, ticket.issued, {}
    yield Step.TICKET_CALLED, ticket.called, counter
    yield Step.SERVICE_STARTED, ticket.started, counter
    yield Step.SERVICE_ENDED, ticket.ended, counter
    yield Step.NO_SHOW, ticket.no_show, counter
    yield Step.TICKET_CANCELLED, ticket.cancelled, {"reason": "left"}
    if ticket.ended is not None and ticket.rating is not None:
        yield Step.RATING_GIVEN, ticket.ended + 4 * SECOND, {**counter, "rating": ticket.rating}
