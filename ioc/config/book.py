"""What people change without a restart, as one value: the file seeds it, the API changes it."""

from collections.abc import Callable, Collection, Iterator, Sequence

from msgspec import Struct

from ioc.config.alerting import (
    EscalationOptions,
    MaintenanceOptions,
    ReceiverOptions,
    RotaOptions,
    RouteOptions,
    Rule,
)
from ioc.core.contact import EMAIL, MOBILE, is_email, is_mobile

Entry = Rule | ReceiverOptions | RotaOptions | EscalationOptions | RouteOptions | MaintenanceOptions


class Book(Struct, frozen=True, kw_only=True):
    """The entries in force, in order; `problems` says what is wrong with those that others made impossible."""

    rule: tuple[Rule, ...] = ()
    receiver: tuple[ReceiverOptions, ...] = ()
    rota: tuple[RotaOptions, ...] = ()
    escalation: tuple[EscalationOptions, ...] = ()
    route: tuple[RouteOptions, ...] = ()
    maintenance: tuple[MaintenanceOptions, ...] = ()
    problems: tuple[str, ...] = ()


SECTIONS: dict[str, type[Entry]] = {
    "rule": Rule,
    "receiver": ReceiverOptions,
    "rota": RotaOptions,
    "escalation": EscalationOptions,
    "route": RouteOptions,
    "maintenance": MaintenanceOptions,
}


def key_of(section: str) -> str:
    """The key that names an entry."""
    return "id" if section == "rule" else "name"


def name_of(entry: Entry) -> str:
    """The name by which an entry is replaced and removed; a route of the file has one by its place."""
    return entry.id if isinstance(entry, Rule) else entry.name or ""


def entries(book: Book) -> Iterator[tuple[str, Entry]]:
    """Every entry with its section."""
    for section in SECTIONS:
        for entry in getattr(book, section):
            yield section, entry


def by_number(section: str, number: int, _entry: Entry) -> str:
    """The place of an entry in a file."""
    return f"{section}[{number}]"


def by_name(section: str, _number: int, entry: Entry) -> str:
    return f"{section} {name_of(entry)!r}"


Place = Callable[[str, int, Entry], str]


def faults(book: Book, channels: Collection[str], place: Place = by_number) -> list[str]:
    """Checks across entries: names that must exist elsewhere, names that must be unique, addresses that are none."""
    problems: list[str] = []
    for section in SECTIONS:
        problems += twice(f"{section}.{key_of(section)}", [name_of(entry) for entry in getattr(book, section)])
    receivers = [receiver.name for receiver in book.receiver]
    for n, receiver in enumerate(book.receiver):
        at = place("receiver", n, receiver)
        problems += _not(is_mobile, MOBILE, f"{at}.phone", receiver.phone)
        problems += _not(is_email, EMAIL, f"{at}.email", receiver.email)
    for n, route in enumerate(book.route):
        at = place("route", n, route)
        problems += unknown(f"{at}.receivers", route.receivers, receivers)
        problems += unknown(f"{at}.channels", route.channels, channels)
    return problems


def twice(where: str, names: Sequence[str]) -> list[str]:
    return [f"{where}: {name!r} stands twice" for name in sorted({n for n in names if names.count(n) > 1})]


def unknown(where: str, names: Sequence[str], known: Collection[str]) -> list[str]:
    allowed = ", ".join(sorted(known)) or "none is defined"
    return [f"{where}: {name!r} is not defined; allowed: {allowed}" for name in names if name not in known]


def _not(right: Callable[[str], bool], allowed: str, where: str, values: Sequence[str]) -> list[str]:
    return [f"{where}[{n}]: {value!r}: expected {allowed}" for n, value in enumerate(values) if not right(value)]
