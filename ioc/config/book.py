"""What people change without a restart, as one value: the file seeds it, the API changes it."""

from collections.abc import Iterator

from msgspec import Struct

from ioc.config.alerting import (
    EscalationOptions,
    MaintenanceOptions,
    ReceiverOptions,
    RotaOptions,
    RouteOptions,
    Rule,
)
from ioc.config.indicators import IndicatorOptions

Entry = Rule | ReceiverOptions | RotaOptions | EscalationOptions | RouteOptions | MaintenanceOptions | IndicatorOptions


class Book(Struct, frozen=True, kw_only=True):
    """The entries in force, in order; `problems` says what is wrong with those that others made impossible."""

    rule: tuple[Rule, ...] = ()
    receiver: tuple[ReceiverOptions, ...] = ()
    rota: tuple[RotaOptions, ...] = ()
    escalation: tuple[EscalationOptions, ...] = ()
    route: tuple[RouteOptions, ...] = ()
    maintenance: tuple[MaintenanceOptions, ...] = ()
    indicator: tuple[IndicatorOptions, ...] = ()
    problems: tuple[str, ...] = ()


SECTIONS: dict[str, type[Entry]] = {
    "rule": Rule,
    "receiver": ReceiverOptions,
    "rota": RotaOptions,
    "escalation": EscalationOptions,
    "route": RouteOptions,
    "maintenance": MaintenanceOptions,
    "indicator": IndicatorOptions,
}


def key_of(section: str) -> str:
    """The key that names an entry."""
    return "id" if section in ("rule", "indicator") else "name"


def name_of(entry: Entry) -> str:
    """The name by which an entry is replaced and removed; a route of the file has one by its place."""
    return entry.id if isinstance(entry, Rule | IndicatorOptions) else entry.name or ""


def entries(book: Book) -> Iterator[tuple[str, Entry]]:
    """Every entry with its section."""
    for section in SECTIONS:
        for entry in getattr(book, section):
            yield section, entry
