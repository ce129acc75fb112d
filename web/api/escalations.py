"""Ladders: who is told step after step until somebody acts."""

from typing import Literal

from msgspec import Struct

from ioc.config.alerting import EscalationOptions, StepOptions
from ioc.config.book import Book
from ioc.context import Context
from ioc.core.model import Role
from ioc.platform.db import Database
from web.api import _book
from web.boundary.answers import Page
from web.boundary.call import Call
from web.boundary.ports import Announces, Reads
from web.boundary.route import V1, Route


class EscalationItem(Struct, frozen=True, kw_only=True):
    """A ladder, and the routes that lead to it."""

    name: str
    clock: Literal["always", "working"]
    steps: list[StepOptions]
    repeat_min: float | None
    routes: list[str]


def escalations(call: Call, context: Context, records: Reads) -> Page[EscalationItem]:
    book = _book.load(context, records)
    return call.part.of(book.escalation if call.sees_all else (), lambda ladder: _escalation(ladder, book))


def put_escalation(
    call: Call,
    body: _book.NamedBody,
    query: _book.ForceQuery,
    context: Context,
    records: Reads,
    db: Database,
    workers: Announces,
) -> EscalationItem:
    """Create a ladder or replace the one of that name; what is under way goes on by the new one."""
    ladder = _book.put(call, "escalation", EscalationOptions, context, db, workers, force=query.force)
    return _escalation(ladder, _book.load(context, records))


def _escalation(ladder: EscalationOptions, book: Book) -> EscalationItem:
    leading = [route.name or "" for route in book.route if route.escalation == ladder.name]
    return EscalationItem(
        name=ladder.name, clock=ladder.clock, steps=list(ladder.steps), repeat_min=ladder.repeat_min, routes=leading
    )


remove = _book.remover("escalation")
_LADDERS = f"{V1}/escalations"
ROUTES = (
    Route("GET", _LADDERS, Role.ADMIN, escalations, "Who is told step after step"),
    Route("POST", _LADDERS, Role.ADMIN, put_escalation, "Create or replace a ladder", _book.REFUSED),
    Route(
        "DELETE",
        f"{_LADDERS}/<name>",
        Role.ADMIN,
        _book.remover("escalation"),
        "Take it away",
        _book.REMOVED,
        status=204,
    ),
)
