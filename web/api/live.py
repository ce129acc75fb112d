"""The snapshots of the live socket for those who poll."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol

import msgspec
from msgspec import Struct

from ioc.core import jsons
from ioc.core.clock import rfc3339
from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.route import V1, Route
from web.sight import Looks, Moment
from web.subject import MAX_WIDGETS, Request, Subject, Widget, read_request, subject


class Widgets(Looks, Protocol):
    """The widgets there are, and what they read for themselves."""

    @property
    def widgets(self) -> Mapping[str, Widget]: ...

    def loaded(self, subject: Subject, look: Moment) -> Any: ...


class Query(Struct, frozen=True):
    """`widgets` is the list the socket's `watch` takes, as JSON, or kinds with a comma between."""

    widgets: str


class Snapshot(Struct, frozen=True):
    """A widget as it is now; what is in `payload` is told by its kind."""

    id: str
    seq: Literal[0]
    as_of: Instant
    payload: dict[str, Any]


def live(call: Call, query: Query, site: Widgets) -> Page[Snapshot]:
    look, requests = site.look(call.now), _requests(query.widgets)
    subjects = [(request.id, subject(site.widgets, request, call.scope, call.home)) for request in requests]
    return call.part.of(subjects, lambda asked: _snapshot(call, site, look, *asked))


def _snapshot(call: Call, site: Widgets, look: Moment, id_: str, wanted: Subject) -> Snapshot:
    try:
        payload = wanted.snapshot(look, site.loaded(wanted, look))
    except IocError:
        payload = wanted.snapshot(look, unread=True)  # as on the socket: the others do not wait for a store
    return Snapshot(id_, 0, rfc3339(call.now, call.zone(wanted.root)), payload)


def _requests(text: str) -> list[Request]:
    try:
        entries = jsons.decode(text) if text.lstrip().startswith("[") else text.split(",")
    except msgspec.DecodeError as error:
        raise IocError(Code.INVALID_VALUE, f"widgets: {error}", name="widgets", detail=str(error)) from None
    if len(entries) > MAX_WIDGETS:
        raise IocError(Code.TOO_MANY_WIDGETS, f"at most {MAX_WIDGETS} widgets", most=MAX_WIDGETS)
    return [Request(entry, entry) if isinstance(entry, str) else read_request(entry) for entry in entries]


_WRONG = (Code.UNKNOWN_WIDGET, Code.TOO_MANY_WIDGETS, Code.UNKNOWN_ORG)
ROUTES = (Route("GET", f"{V1}/live", Role.WALL, live, "Widget snapshots for those who poll", _WRONG),)
