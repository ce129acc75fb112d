"""Routes: which alerts go to whom, in the order they are tried."""

from functools import partial
from itertools import count

from msgspec import Struct

from ioc.config.alerting import RouteOptions
from ioc.config.book import Book
from ioc.context import Context
from ioc.core.model import Role, Severity
from ioc.platform.db import Database
from web.api import _book
from web.boundary.answers import Page
from web.boundary.call import Call
from web.boundary.ports import Announces, Reads
from web.boundary.route import V1, Route


class RouteBody(Struct, frozen=True):
    """`before`: the route in front of which it stands; else it keeps its place, or comes last.

    Without a `name` it is a new one, called `route-N`.
    """

    name: str | None = None
    before: str | None = None


class RouteItem(Struct, frozen=True, kw_only=True, rename={"continue_": "continue"}):
    """In the order they are tried."""

    name: str
    org: str | None
    severity: list[Severity]
    kind: list[str]
    rule: list[str]
    hours: str | None
    quiet: str | None
    receivers: list[str]
    channels: list[str]
    fallback: list[str]
    escalation: str | None
    repeat_min: float | None
    continue_: bool


def routes(call: Call, context: Context, records: Reads) -> Page[RouteItem]:
    found = [route for route in _book.load(context, records).route if _book.touches(call, route.org)]
    return call.part.of(found, _route)


def put_route(
    call: Call,
    body: RouteBody,
    query: _book.ForceQuery,
    context: Context,
    records: Reads,
    db: Database,
    workers: Announces,
) -> RouteItem:
    """Create a route or replace the one of that name."""
    name = _free_name(_book.load(context, records)) if body.name is None else None
    put = partial(_book.put, force=query.force, before=body.before, name=name)
    return _route(put(call, "route", RouteOptions, context, db, workers))


def _free_name(book: Book) -> str:
    taken = {route.name for route in book.route}
    return next(name for n in count(len(book.route) + 1) if (name := f"route-{n}") not in taken)


def _route(route: RouteOptions) -> RouteItem:
    return RouteItem(**_book.plain(route))


_ROUTES = f"{V1}/routes"
ROUTES = (
    Route("GET", _ROUTES, Role.ADMIN, routes, "Which alerts go to whom, in order"),
    Route("POST", _ROUTES, Role.ADMIN, put_route, "Create or replace a route", _book.REFUSED),
    Route("DELETE", f"{_ROUTES}/<name>", Role.ADMIN, _book.remover("route"), "Take it away", _book.REMOVED, status=204),
)
