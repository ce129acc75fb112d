"""A day at a one-stop centre: every visitor's ticket from the kiosk to the counter, worked out in advance."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import count
from typing import Final

from connectors.simulator.chance import Dice
from connectors.simulator.days import MINUTE, OPENINGS, SECOND, Shift, at, works
from connectors.simulator.profile import Desks
from connectors.simulator.roster import SimSource

LETTERS: Final = "ABCDEF"
# share of the day's visitors by half hour from 07:30, and from 13:30
MORNING: Final = (7, 13, 15, 12, 9, 7, 5, 3)
AFTERNOON: Final = (5, 8, 7, 5, 4, 3, 2)
NO_SHOW: Final = 0.03
LEAVES_AFTER: Final = (0.05, 6.0, 20.0)  # probability, and the minutes of patience between
RATES: Final = 0.6


@dataclass(frozen=True, slots=True)
class Centre:
    """The load of a centre."""

    visitors: int
    counters: int
    service_min: float


@dataclass(slots=True)
class Ticket:
    """One visitor; instants are epoch ms, None for what does not happen."""

    no: str
    service: str
    issued: int
    counter: str = ""
    called: int | None = None
    started: int | None = None
    ended: int | None = None
    no_show: int | None = None
    cancelled: int | None = None
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class QueueDay:
    """Everything that happens at a centre on a day."""

    tickets: tuple[Ticket, ...]
    counters: tuple[tuple[str, Shift], ...]  # a counter and when it is open, once a session
    paper_low: Shift | None
    paper_out: Shift | None
    jam: Shift | None


_CLOSED: Final = QueueDay((), (), None, None, None)


def centre(site: SimSource, desks: Desks) -> Centre:
    desk = desks.provincial if site.provincial else desks.local
    dice = Dice("centre", site.path)
    return Centre(dice.whole(*desk.visitors), dice.whole(*desk.counters), dice.between(*desk.service_min))


@lru_cache(maxsize=256)
def queue_day(seed: int, day: date, site: SimSource, desks: Desks) -> QueueDay:
    if not works(day):
        return _CLOSED
    dice = Dice(seed, "queue", site.path, day)
    size = centre(site, desks)
    low, out = _paper(dice, day)
    jam = _span(day, dice.between(480, 980), dice.between(2, 6)) if dice.happens(0.12) else None
    numbers = count(1)
    tickets: list[Ticket] = []
    counters: list[tuple[str, Shift]] = []
    for opening, shares in zip(OPENINGS, (MORNING, AFTERNOON), strict=True):
        arrivals = sorted(_arrivals(dice, size, opening, shares))
        held = [_after(at(day, minutes), out, jam) for minutes in arrivals]
        session = [
            _ticket(dice, desks.services, number, issued) for number, issued in zip(numbers, sorted(held), strict=False)
        ]
        counters += _serve(dice, session, day, opening, size)
        tickets += session
    return QueueDay(tuple(tickets), tuple(counters), low, out, jam)


def _paper(dice: Dice, day: date) -> tuple[Shift | None, Shift | None]:
    """On some days the roll runs low, and is changed only once it is out."""
    if not dice.happens(0.25):
        return None, None
    low, out = dice.between(490, 900), dice.between(15, 70)
    empty = _span(day, low + out, dice.between(3, 12))
    return Shift(at(day, low), empty.start), empty


def _span(day: date, start: float, minutes: float) -> Shift:
    return Shift(at(day, start), at(day, start + minutes))


def _arrivals(dice: Dice, size: Centre, opening: tuple[int, int], shares: tuple[int, ...]) -> Iterator[float]:
    for half_hour, share in enumerate(shares):
        minutes = opening[0] + 30.0 * half_hour
        mean = 3_000 / (size.visitors * share) if share else None
        arrival = minutes + dice.wait(mean) if mean else minutes + 30
        while mean and arrival < minutes + 30:
            yield arrival
            arrival += dice.wait(mean)


def _after(issued: int, *interruptions: Shift | None) -> int:
    """While the kiosk prints nothing, visitors wait before it."""
    for span in interruptions:
        if span is not None and issued in span:
            return span.end + (issued - span.start) // 10
    return issued


def _ticket(dice: Dice, services: tuple[str, ...], number: int, issued: int) -> Ticket:
    service = dice.pick(services)
    return Ticket(no=f"{LETTERS[services.index(service)]}{number:03d}", service=service, issued=issued)


def _serve(
    dice: Dice, tickets: list[Ticket], day: date, opening: tuple[int, int], size: Centre
) -> list[tuple[str, Shift]]:
    """First come, first served at whichever counter is free; counters stay until the last visitor has left."""
    starts = {f"Q{number + 1}": at(day, opening[0] + dice.between(0, 6)) for number in range(size.counters)}
    free = [(start, counter) for counter, start in starts.items()]
    heapq.heapify(free)
    patient, shortest, longest = LEAVES_AFTER
    for ticket in tickets:
        ready, counter = free[0]
        called = max(ready, ticket.issued + 3 * SECOND)
        gives_up = ticket.issued + round(dice.between(shortest, longest) * MINUTE)
        if dice.happens(patient) and gives_up < called:
            ticket.cancelled = gives_up
            continue
        heapq.heapreplace(free, (_attend(dice, ticket, counter, called, size), counter))
    left = {counter: until for until, counter in free}
    closing = at(day, opening[1])
    return [(counter, Shift(start, max(left[counter], closing))) for counter, start in starts.items()]


def _attend(dice: Dice, ticket: Ticket, counter: str, called: int, size: Centre) -> int:
    """The visitor is called; returns when the counter is free again."""
    ticket.counter, ticket.called = counter, called
    if dice.happens(NO_SHOW):
        ticket.no_show = called + 60 * SECOND
        return ticket.no_show + 2 * SECOND
    ticket.started = called + round(dice.between(8, 35) * SECOND)
    minutes = 1.2 + dice.wait(size.service_min - 1.2)
    ticket.ended = ticket.started + round(min(minutes, 35) * MINUTE)
    if dice.happens(RATES):
        ticket.rating = 5 if dice.happens(0.78) else (4 if dice.happens(0.83) else dice.whole(1, 3))
    return ticket.ended + round(dice.between(3, 15) * SECOND)
