"""Holds every answer of an application to its description: status, content type, code of an error, shape of a body."""

from collections.abc import Iterable, Iterator

import msgspec
from flask import Flask, Response, request

from web.boundary.answers import JSON
from web.boundary.failures import statuses
from web.boundary.route import Route
from web.errors import Error


class Watcher:
    """Looks at each answer as it leaves; what its description does not say is kept in `undocumented`."""

    def __init__(self, app: Flask, table: Iterable[Route]) -> None:
        self._routes = {(route.method, route.path): route for route in table}
        self.undocumented: list[str] = []
        app.after_request(self._look)

    def _look(self, response: Response) -> Response:
        rule = "" if request.url_rule is None else request.url_rule.rule
        route = self._routes.get((request.method, rule))
        if route is not None:
            self.undocumented += [f"{request.method} {request.full_path}: {why}" for why in problems(route, response)]
        return response


def problems(route: Route, response: Response) -> Iterator[str]:
    """What an answer is that its route does not say."""
    status, media = response.status_code, response.content_type
    if (status, media) in {(document.status, document.content_type) for document in route.documents}:
        return
    if status == route.status:
        yield from _body(route, response)
        return
    codes = statuses(route).get(status)
    if codes is None:
        yield f"status {status}: {response.get_data(as_text=True)}"
        return
    code = msgspec.json.decode(response.get_data(), type=Error).error.code
    if codes and code not in codes:
        yield f"{status} {code} is none of {codes}"


def _body(route: Route, response: Response) -> Iterator[str]:
    shape, body = route.signature.shape, response.get_data()
    if shape is None:
        if body:
            yield f"{len(body)} bytes of {response.content_type} where there is nothing to say"
        return
    if response.content_type != JSON:
        yield f"content type {response.content_type}"
        return
    try:
        msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as why:
        yield str(why)
