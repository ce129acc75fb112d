"""The snapshots of the live socket for those who poll, and the built-in scenes."""

from typing import Any

import msgspec
from msgspec import Struct

from ioc.core.clock import rfc3339
from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from web.boundary.route import V1, Call, Route, listed
from web.scenes import Scene, known
from web.sight import Look
from web.subject import MAX_WIDGETS, Request, Subject, read_request, subject


class Query(Struct, frozen=True):
    """`widgets` is the list the socket's `watch` takes, as JSON, or kinds with a comma between."""

    widgets: str


def live(call: Call) -> dict[str, Any]:
    site, look = call.site, Look(call.site.world, call.site.facts.value, call.now)
    home = site.home(call.scope)
    requests = _requests(call.query.widgets)
    subjects = [(request.id, subject(site.widgets, request, call.scope, home)) for request in requests]
    return listed(call, subjects, lambda asked: _snapshot(call, look, *asked))


def _snapshot(call: Call, look: Look, id_: str, wanted: Subject) -> dict[str, Any]:
    try:
        payload = wanted.snapshot(look, call.site.loaded(wanted, look))
    except IocError:
        payload = wanted.snapshot(look, unread=True)  # as on the socket: the others do not wait for a store
    return {"id": id_, "seq": 0, "as_of": rfc3339(call.now, call.site.zone(wanted.root)), "payload": payload}


def _requests(text: str) -> list[Request]:
    try:
        entries = msgspec.json.decode(text) if text.lstrip().startswith("[") else text.split(",")
    except msgspec.DecodeError as error:
        raise IocError(Code.INVALID_VALUE, f"widgets: {error}", name="widgets", detail=str(error)) from None
    if len(entries) > MAX_WIDGETS:
        raise IocError(Code.TOO_MANY_WIDGETS, f"at most {MAX_WIDGETS} widgets", most=MAX_WIDGETS)
    return [Request(entry, entry) if isinstance(entry, str) else read_request(entry) for entry in entries]


def scenes(call: Call) -> dict[str, Any]:
    return listed(call, list(known(call.site.widgets.values()).values()), _scene)


def scene(call: Call) -> dict[str, Any]:
    found = known(call.site.widgets.values()).get(call.path["name"])
    if found is None:
        raise IocError(Code.UNKNOWN_SCENE, f"no scene {call.path['name']!r}", name=call.path["name"])
    return _scene(found)


def _scene(scene: Scene) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(scene)
    return plain | {"title": {"key": f"ui.scene.{scene.name}"}}


ROUTES = (
    Route("GET", f"{V1}/live", Role.WALL, live, "Widget snapshots for those who poll", Query, answers="list"),
    Route("GET", f"{V1}/scenes", Role.WALL, scenes, "The wall layouts", answers="list"),
    Route("GET", f"{V1}/scenes/<name>", Role.WALL, scene, "One wall layout"),
)
