"""The OpenAPI description, derived from the routes, so that it cannot say anything else."""

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from ioc.core.errors import Code
from web.boundary.answers import JSON
from web.boundary.caller import CSRF_HEADER
from web.boundary.failures import statuses
from web.boundary.route import Open, Route
from web.errors import Error

_PARAMETER = re.compile(r"<(?:(?P<sort>int|path):)?(?P<name>\w+)>")
_REF = "#/components/schemas/{name}"
_NEXT = {"Link": {"description": 'the next page, rel="next"; absent on the last one', "schema": {"type": "string"}}}


def document(routes: Iterable[Route], version: str) -> dict[str, Any]:
    """OpenAPI 3.1; every answer and every error of every operation has its schema."""
    routes = tuple(routes)
    schemas = _Schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(spelled(route.path), {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "IOC", "version": version},
        "paths": paths,
        "components": {
            "schemas": schemas.named,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "ioc_session"},
            },
        },
    }


def spelled(path: str) -> str:
    """`/alerts/<int:id>` as `/alerts/{id}`."""
    return _PARAMETER.sub(r"{\g<name>}", path)


class _Schemas:
    """The schemas of all structs that are read or answered, each by its name."""

    def __init__(self, routes: Sequence[Route]) -> None:
        read = [route.body for route in routes if route.body is not None]
        shapes = [route.signature.shape for route in routes if route.signature.shape is not None]
        self._shapes = list(dict.fromkeys([Error, *read, *shapes]))
        found, self.named = msgspec.json.schema_components(self._shapes, ref_template=_REF)
        self._found = list(found)

    def of(self, shape: Any) -> dict[str, Any]:
        schema: dict[str, Any] = self._found[self._shapes.index(shape)]
        return schema


def _operation(route: Route, schemas: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.handler.__module__.rpartition('.')[2]}.{route.handler.__name__}",
        "summary": route.summary,
        "parameters": [*_in_path(route), *_in_query(route), *_csrf(route)],
        "responses": _answers(route, schemas),
        "x-role": str(route.role),
        "security": [] if route.role is Open.TO_ALL else [{"token": []}, {"session": []}],
    }
    if route.devices:
        operation["x-role"] = f"{route.role}, or the device itself"
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": {}}}}
    if route.foreign:
        operation["x-role"] = "who knows the secret of the channel"
        kinds = (JSON, "application/x-www-form-urlencoded")
        body = {kind: {"schema": {"type": "object"}} for kind in kinds}
        operation |= {"requestBody": {"content": body}} if route.method == "POST" else {}
    if route.body is not None:
        operation["requestBody"] = {"content": {JSON: {"schema": schemas.of(route.body)}}}
    return operation


def _in_path(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": found["name"],
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 0} if found["sort"] == "int" else {"type": "string"},
        }
        for found in _PARAMETER.finditer(route.path)
    ]


def _in_query(route: Route) -> list[dict[str, Any]]:
    """With what their schemas refer to written in place."""
    (top,), named = msgspec.json.schema_components([route.asks], ref_template=_REF)
    schema = _inlined(top, named)
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": shape}
        for name, shape in schema["properties"].items()
    ]


def _inlined(schema: Any, named: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(part, named) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(named[schema["$ref"].rsplit("/", 1)[-1]], named)
    return {key: _inlined(value, named) for key, value in schema.items()}


def _csrf(route: Route) -> list[dict[str, Any]]:
    if route.method == "GET" or route.role is Open.TO_ALL:
        return []
    note = "needed when the call is made with a session cookie"
    return [{"name": CSRF_HEADER, "in": "header", "required": False, "description": note, "schema": {"type": "string"}}]


def _answers(route: Route, schemas: _Schemas) -> dict[str, Any]:
    """By status; one without content has none."""
    found: dict[str, Any] = {str(route.status): {"description": route.summary}}
    if route.signature.shape is not None:
        found[str(route.status)]["content"] = {JSON: {"schema": schemas.of(route.signature.shape)}}
    for document in route.documents:
        answer = found.setdefault(str(document.status), {"description": route.summary})
        media = document.content_type.partition(";")[0]
        answer.setdefault("content", {})[media] = {"schema": {"type": "string"}}
    if route.is_list:
        found[str(route.status)]["headers"] = _NEXT
    for status, codes in statuses(route).items():
        said = ", ".join(codes) or HTTPStatus(status).phrase
        answer = found.setdefault(str(status), {"description": said})
        answer.setdefault("content", {})[JSON] = {"schema": _error(codes)}
    return found


def _error(codes: Sequence[Code]) -> dict[str, Any]:
    """`codes` are all there can be, where they can be told."""
    schema: dict[str, Any] = {"$ref": _REF.format(name=Error.__name__)}
    if not codes:
        return schema
    return {
        "allOf": [schema, {"properties": {"error": {"properties": {"code": {"enum": [code.value for code in codes]}}}}}]
    }
