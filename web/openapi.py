"""The OpenAPI description, derived from the route table, so that it cannot say anything else."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from web.auth import CSRF_HEADER
from web.boundary.route import Open, Route

_PARAMETER = re.compile(r"<(?:(?P<sort>int|path):)?(?P<name>\w+)>")
_REF = "#/components/schemas/{name}"
_ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "details": {"type": "object"},
            },
            "required": ["code", "message", "details"],
        }
    },
    "required": ["error"],
}
_LIST = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": {"type": "object"}},
        "total": {"type": "integer"},
        "page": {"type": "integer"},
        "per_page": {"type": "integer"},
    },
    "required": ["items", "total", "page", "per_page"],
}
_NEXT = {"Link": {"description": 'the next page, rel="next"; absent on the last one', "schema": {"type": "string"}}}


def document(routes: Iterable[Route], version: str) -> dict[str, Any]:
    """OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(spelled(route.path), {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "IOC", "version": version},
        "paths": paths,
        "components": {
            "schemas": {"Error": _ERROR, "List": _LIST},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "ioc_session"},
            },
        },
    }


def spelled(path: str) -> str:
    """`/alerts/<int:id>` as `/alerts/{id}`."""
    return _PARAMETER.sub(r"{\g<name>}", path)


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "parameters": [*_in_path(route), *_in_query(route), *_csrf(route)],
        "responses": {"200": _answer(route), "default": _content("Error, in the caller's language", "Error")},
        "x-role": str(route.role),
        "security": [] if route.role is Open.TO_ALL else [{"token": []}, {"session": []}],
    }
    if route.devices:
        operation["x-role"] = f"{route.role}, or the device itself"
        operation["requestBody"] = {"required": True, "content": {"*/*": {"schema": {}}}}
        operation["responses"]["202"] = operation["responses"].pop("200")
    if route.body is not None:
        operation["requestBody"] = {"content": {"application/json": {"schema": _schema(route.body)}}}
    return operation


def _in_path(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": found["name"],
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if found["sort"] == "int" else "string"},
        }
        for found in _PARAMETER.finditer(route.path)
    ]


def _in_query(route: Route) -> list[dict[str, Any]]:
    schema = _schema(route.asks)
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": shape}
        for name, shape in schema["properties"].items()
    ]


def _csrf(route: Route) -> list[dict[str, Any]]:
    if route.method == "GET" or route.role is Open.TO_ALL:
        return []
    note = "needed when the call is made with a session cookie"
    return [{"name": CSRF_HEADER, "in": "header", "required": False, "description": note, "schema": {"type": "string"}}]


def _answer(route: Route) -> dict[str, Any]:
    if route.answers == "text":
        return {"description": route.summary, "content": {"text/plain": {"schema": {"type": "string"}}}}
    if route.answers == "list":
        return _content(route.summary, "List") | {"headers": _NEXT}
    return {"description": route.summary, "content": {"application/json": {"schema": {"type": "object"}}}}


def _content(description: str, name: str) -> dict[str, Any]:
    schema = {"$ref": _REF.format(name=name)}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _schema(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The struct's schema with what it refers to written in place."""
    (top,), named = msgspec.json.schema_components([struct], ref_template=_REF)
    found: dict[str, Any] = _inlined(top, named)
    return found


def _inlined(schema: Any, named: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(part, named) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(named[schema["$ref"].rsplit("/", 1)[-1]], named)
    return {key: _inlined(value, named) for key, value in schema.items()}
