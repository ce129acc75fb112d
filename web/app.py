"""The WSGI application: every request through one line of checks, then to its handler."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from ioc.core import jsons
from ioc.core.errors import Code, IocError
from ioc.domain.inventory import Scope
from web import assets, cookies, errors, openapi, origin, reading
from web.auth import Sessions, check_csrf, check_device, identify, require
from web.boundary.answers import JSON, Answer, Document, Part
from web.boundary.call import Call
from web.boundary.caller import CSRF_HEADER, Caller
from web.boundary.ports import bound
from web.boundary.route import LARGEST, V1, Open, Route
from web.login_brake import LoginBrake
from web.numbers import PathNumber
from web.pairing_brake import PairingBrake
from web.site import Site
from web.turns import AccountTurns

log = logging.getLogger(__name__)

_HSTS = "max-age=31536000"
_HTTP_CODES = {
    code.status: code for code in (Code.BAD_REQUEST, Code.NOT_FOUND, Code.METHOD_NOT_ALLOWED, Code.TOO_LARGE)
}


def build(site: Site, routes: tuple[Route, ...], sessions: Sessions, brake: LoginBrake) -> Flask:
    """Only what the routes name, the pages, and the description of the routes themselves."""
    app = Flask("web", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    app.url_map.converters["int"] = PathNumber
    offered, turns = _offered(site, sessions, brake), AccountTurns()
    for route in (*routes, _description(site, routes)):
        name = f"{route.method} {route.path}"
        app.add_url_rule(
            route.path, name, _view(site, sessions, turns, route, bound(route, offered)), methods=[route.method]
        )
    assets.mount(app, site, sessions)
    app.register_error_handler(HTTPException, lambda error: _http_error(site, error))
    app.register_error_handler(Exception, lambda error: _unexpected(site, error))
    app.after_request(
        lambda response: _harden(response, tls_is_ours=site.context.settings.http.certificate is not None)
    )
    return app


def _offered(site: Site, sessions: Sessions, brake: LoginBrake) -> tuple[object, ...]:
    """The ports of handlers by type; where several are of one type, the first."""
    context = site.context
    own = context.settings, context.texts, context.db, context.clock
    return site, context, *own, sessions, brake, PairingBrake(), site.bus, site.clients


def _description(site: Site, routes: tuple[Route, ...]) -> Route:
    @cache  # of no worker that nobody asks
    def spec() -> bytes:
        return msgspec.json.encode(openapi.document(routes, site.build))

    def describe(call: Call) -> Answer[bytes]:
        return Answer(spec())

    path, documents = f"{V1}/openapi.json", (Document(JSON),)
    return Route("GET", path, Open.TO_ALL, describe, "This description", documents=documents)


def _view(
    site: Site, sessions: Sessions, turns: AccountTurns, route: Route, handler: Callable[[Call], Any]
) -> Callable[..., Response]:
    def view(**path: Any) -> Response:
        caller: Caller | None = None
        try:
            authorization = request.headers.get("Authorization", "")
            caller = identify(site, sessions, request)
            _check_origin(site, route)
            if caller is None and route.devices:
                check_device(site, authorization, path)
            else:
                _admit(route, caller)
            if caller is not None:
                site.clients.asks(caller.principal)
            request.max_content_length = route.largest  # only now: nobody else may send so much
            with _turn(turns, route, caller):
                call = _call(site, route, caller, path)
                result = handler(call)
            return _respond(site, route, result, _links(route, call.part, result))
        except IocError as error:
            return _error(site, error, caller)

    return view


def _turn(turns: AccountTurns, route: Route, caller: Caller | None) -> AbstractContextManager[None]:
    """Of calls that somebody must come in for; what a device brings waits for the broker alone."""
    if caller is None or route.devices or route.role is Open.TO_ALL:
        return nullcontext()
    return turns.taking(caller.principal)


def _check_origin(site: Site, route: Route) -> None:
    if route.method != "GET" and not (route.foreign or route.keyed):
        origin.check(request, site.context.settings.http.public_url)


def _admit(route: Route, caller: Caller | None) -> None:
    if route.role is Open.TO_ALL:
        return
    known = require(caller, route.role)
    if route.method != "GET":
        check_csrf(known, request.headers.get(CSRF_HEADER))


def _call(site: Site, route: Route, caller: Caller | None, path: dict[str, Any]) -> Call:
    query: Any = reading.question({} if route.foreign else request.args.to_dict(flat=False), route.asks)
    inventory, lang, texts = site.world.inventory, _language(caller), site.context.texts
    return Call(
        now=site.clock.now_ms(),
        lang=lang,
        caller=caller,
        scope=inventory.orgs.reach(caller.principal.org) if caller else Scope("", frozenset()),
        inventory=inventory,
        path={name: str(value) for name, value in path.items()},
        query=query,
        body=None if route.body is None else reading.body(_body(), route.body),
        remote=request.remote_addr or "",
        say=lambda key, /, **params: texts.render(lang, key, params),
        device=cookies.device_cookie(request, site.context.settings.http.public_url),
        raw=request.get_data() if route.devices or route.body is not None else b"",
        fields=_fields() if route.foreign else {},
        part=Part(query.page, query.per_page) if route.is_list else Part(),
        duties=site.facts.value.duties,
    )


def _body() -> Any:
    """Without a token only what no form of another page can send: a browser asks us before it sends JSON for one."""
    if request.get_data() and not request.is_json and not request.headers.get("Authorization"):
        raise IocError(Code.BAD_REQUEST, "send application/json", detail="Content-Type: application/json")
    return _json()


def _json() -> Any:
    raw = request.get_data()
    try:
        return jsons.decode(raw) if raw else {}
    except msgspec.DecodeError as error:
        raise IocError(Code.BAD_REQUEST, f"the body is not JSON: {error}", detail=str(error)) from None


def _fields() -> dict[str, str]:
    """Of query, form and the top level of a JSON body, in this order; values that are no text as JSON writes them."""
    said = _json() if request.is_json else {}
    found = {str(name): value for name, value in said.items()} if isinstance(said, dict) else {}
    plain = {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode() for name, value in found.items()
    }
    return plain | request.form.to_dict() | request.args.to_dict()


def _links(route: Route, part: Part, result: Any) -> dict[str, str]:
    """The address of the next page of a list."""
    if not route.is_list or part.offset + part.per_page >= result.total:
        return {}
    asked = {**request.args.to_dict(), "page": str(part.page + 1), "per_page": str(part.per_page)}
    return {"Link": f'<{request.path}?{urlencode(asked)}>; rel="next"'}


def _respond(site: Site, route: Route, result: Any, headers: dict[str, str]) -> Response:
    answer: Answer[Any] = result if isinstance(result, Answer) else Answer(result)
    if isinstance(answer.body, str | bytes):
        body: str | bytes = answer.body
    else:
        body = b"" if answer.body is None else msgspec.json.encode(answer.body)
    status = route.status if answer.status is None else answer.status
    response = Response(body, status, {**headers, **answer.headers}, content_type=answer.content_type)
    if answer.cookie is not None:
        cookies.set_on(response, request, site.context.settings.http.public_url, *answer.cookie)
    if "ETag" in answer.headers:
        response.make_conditional(request)
    if answer.device is not None:
        public_url = site.context.settings.http.public_url
        cookies.set_on(response, request, public_url, *answer.device, cookies.DEVICE_COOKIE)
    return response


def _error(site: Site, error: IocError, caller: Caller | None = None) -> Response:
    body = msgspec.json.encode(errors.render(error, site.context.texts, _language(caller)), enc_hook=str)
    return Response(body, error.code.status, content_type=JSON)


def _language(caller: Caller | None) -> str:
    return errors.language(request.accept_languages, caller.principal.lang if caller else None)


def _http_error(site: Site, error: HTTPException) -> Response:
    status = error.code or 500
    code = _HTTP_CODES.get(status, Code.BAD_REQUEST if status < HTTPStatus.INTERNAL_SERVER_ERROR else Code.INTERNAL)
    response = _error(site, IocError(code, error.name))
    response.status_code = status
    return response


def _unexpected(site: Site, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _error(site, IocError(Code.INTERNAL, "something went wrong here; it is in the log"))


def _harden(response: Response, *, tls_is_ours: bool) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("X-Frame-Options", "DENY")
    if tls_is_ours:
        response.headers.setdefault("Strict-Transport-Security", _HSTS)
    return response
