"""Whom to notify of an alert, and how: routes in order, the first match wins unless it says to continue."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alerts.delivery.independence import ChannelOrder, PutBack
from alerts.model import Alert
from alerts.people.directory import Directory, OnDuty
from alerts.people.ladder import Ladder, LadderStep
from ioc.config.alerting import ReceiverOptions, RouteOptions
from ioc.config.book import Book
from ioc.core.hours import Hours
from ioc.domain.inventory import Inventory

OWNER = "@owner"  # what the route is called by which the owner of a source is told


@dataclass(frozen=True, slots=True)
class Destination:
    """One address of one receiver over one channel."""

    receiver: str
    channel: str
    address: str
    lang: str


@dataclass(frozen=True, slots=True)
class TellingLine:
    """A destination with the person behind it, the rota by which it is this one, and what is tried where it fails."""

    to: Destination
    person: ReceiverOptions
    rota: str | None
    chain: Sequence[Destination] = field(default=())
    put_back: Sequence[PutBack] = field(default=())  # channels of the chain that another order was meant for


# the channels of a chain in the order they are tried for an alert on a subject
ChannelsInOrder = Callable[[Sequence[str], str], ChannelOrder]


def as_given(chain: Sequence[str], _about: str) -> ChannelOrder:
    return ChannelOrder(tuple(chain), ())


class Router:
    """The routes of a book; `address_of` names the field of a receiver that each channel uses."""

    def __init__(self, book: Book, address_of: Mapping[str, str]) -> None:
        self.directory = Directory(book)
        self._address_of = address_of
        self._routes = book.route
        self._escalations = {each.name: each for each in book.escalation}
        self._ladders = {each.name or "": Ladder.of(each, self._escalations) for each in book.route}

    def ladder(self, route: str) -> Ladder | None:
        """None where there is no such route any more; that of an owner is made for each alert."""
        name = route.removeprefix(f"{OWNER}/")
        if name != route:
            return self._of_owner(name, ()) if name in self.directory.receivers else None
        return self._ladders.get(route)

    def ladders(self, inventory: Inventory, alert: Alert, now: int, owner: str | None = None) -> list[Ladder]:
        """In the order of the routes; none when no route matches.

        What is an owner's business goes to the receiver of that name alone, over the channels of the routes, or over
        every channel where none matches; an owner who is no receiver leaves it to the routes.
        """
        found = [self._ladders[route.name or ""] for route in self._matching(inventory, alert, now)]
        ladders = [ladder for ladder in found if ladder is not None]
        return [self._of_owner(owner, ladders)] if owner in self.directory.receivers and owner else ladders

    def knows(self, name: str | None) -> bool:
        """True for a receiver."""
        return name in self.directory.receivers

    def destinations(
        self, inventory: Inventory, alert: Alert, now: int, owner: str | None = None
    ) -> list[Destination] | None:
        """Everybody whom the first steps tell now, each address once; None when no route matches."""
        ladders = self.ladders(inventory, alert, now, owner)
        told = [self.lines(ladder.steps[0], inventory, now, str(alert.subject)) for ladder in ladders]
        return list(dict.fromkeys(line.to for lines in told for line in lines)) if ladders else None

    def reaching(self, receivers: Sequence[str], inventory: Inventory, now: int) -> list[Destination]:
        """Everybody who is meant now, over every channel that has an address of theirs."""
        step = LadderStep(0.0, tuple(receivers), tuple(self._address_of), ())
        return [line.to for line in self.lines(step, inventory, now, "")]

    def lines(
        self, step: LadderStep, inventory: Inventory, now: int, about: str, order: ChannelsInOrder = as_given
    ) -> list[TellingLine]:
        """Everybody a step tells at that instant, each address once."""
        found: dict[Destination, TellingLine] = {}
        for on_duty in self.directory.persons(step.receivers, now, inventory):
            for line in self._of_person(on_duty, step, about, order):
                found.setdefault(line.to, line)
        return list(found.values())

    def _of_person(
        self, on_duty: OnDuty, step: LadderStep, about: str, order: ChannelsInOrder
    ) -> Iterator[TellingLine]:
        person, rota = on_duty
        if not step.fallback:
            for channel in step.channels:
                yield from (TellingLine(to, person, rota) for to in self._addresses(person, channel))
            return
        in_order = order(step.fallback, about)
        chain = [to for channel in in_order.channels for to in self._addresses(person, channel)]
        if chain:
            yield TellingLine(chain[0], person, rota, chain[1:], in_order.put_back)

    def _of_owner(self, owner: str, ladders: Sequence[Ladder]) -> Ladder:
        channels = [channel for each in ladders for channel in (each.steps[0].channels or each.steps[0].fallback)]
        step = LadderStep(0.0, (owner,), tuple(dict.fromkeys(channels)) or tuple(self._address_of), ())
        return Ladder(f"{OWNER}/{owner}"[:64], None, (step,))

    def _matching(self, inventory: Inventory, alert: Alert, now: int) -> Iterator[RouteOptions]:
        """Routes of orgs that were merged into one count as one: nobody is left out because another came first."""
        orgs = inventory.orgs
        heir: str | None = None
        for route in self._routes:
            if not _matches(route, inventory, alert, now):
                continue
            successor = orgs.heir(route.org) if route.org is not None and orgs.closed(route.org) else None
            if heir is not None and successor != heir:
                continue
            yield route
            if not route.continue_:
                heir = successor
                if heir is None:
                    return

    def _addresses(self, receiver: ReceiverOptions, channel: str) -> Iterator[Destination]:
        field_of_it = self._address_of.get(channel)
        if field_of_it is None:  # gone from the file
            return
        for address in (channel,) if field_of_it == "channel" else getattr(receiver, field_of_it):
            yield Destination(receiver.name, channel, address, receiver.lang)


def _matches(route: RouteOptions, inventory: Inventory, alert: Alert, now: int) -> bool:
    if alert.severity not in route.severity or alert.org not in inventory.orgs.reach(route.org):
        return False
    if (route.kind and alert.kind not in route.kind) or (route.rule and alert.rule not in route.rule):
        return False
    return route.hours is None or Hours.parse(route.hours).opened_at(now, inventory.calendar(alert.org)) is not None
