"""Whom to notify of an alert, and how: routes in order, the first match wins unless it says to continue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ioc.config.alerting import ReceiverOptions, RouteOptions
from ioc.config.book import Book
from ioc.core.model import Severity
from ioc.domain.inventory import OrgTree


@dataclass(frozen=True, slots=True)
class Destination:
    """One address of one receiver over one channel."""

    receiver: str
    channel: str
    address: str
    lang: str


class Router:
    """The routes of the book; `address_of` names the field of a receiver that each channel uses."""

    def __init__(self, book: Book, address_of: Mapping[str, str]) -> None:
        self._receivers = {receiver.name: receiver for receiver in book.receiver}
        self._address_of = address_of
        self._routes = book.route

    def destinations(
        self, orgs: OrgTree, org: str, severity: Severity, owner: str | None = None
    ) -> list[Destination] | None:
        """Each destination once, in the order of the routes; None when no route matches.

        What is an owner's business goes to the receiver of that name alone, over the channels of the routes, or over
        every channel where none matches; an owner who is no receiver leaves it to the routes.
        """
        if owner in self._receivers:
            return self._to_owner(self._receivers[owner], list(self._matching(orgs, org, severity)))
        routes = list(self._matching(orgs, org, severity))
        if not routes:
            return None
        destinations: dict[Destination, None] = {}
        for route in routes:
            for name in route.receivers:
                for channel in route.channels:
                    destinations.update(dict.fromkeys(self._addresses(self._receivers[name], channel)))
        return list(destinations)

    def knows(self, name: str | None) -> bool:
        """True for a receiver."""
        return name in self._receivers

    def _to_owner(self, owner: ReceiverOptions, routes: list[RouteOptions]) -> list[Destination]:
        channels = [channel for route in routes for channel in route.channels] or list(self._address_of)
        addresses = (destination for channel in channels for destination in self._addresses(owner, channel))
        return list(dict.fromkeys(addresses))

    def _matching(self, orgs: OrgTree, org: str, severity: Severity) -> Iterator[RouteOptions]:
        """Routes of orgs that were merged into one count as one: nobody is left out because another came first."""
        heir: str | None = None
        for route in self._routes:
            if severity not in route.severity or org not in orgs.reach(route.org):
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
        field = self._address_of[channel]
        for address in (channel,) if field == "channel" else getattr(receiver, field):
            yield Destination(receiver.name, channel, address, receiver.lang)
