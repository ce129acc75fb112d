"""The routes of every module in `web/api`: one file there is one group of calls, named nowhere else."""

import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Annotated, Protocol, get_type_hints

from ioc.core.contract import Plugin
from ioc.core.errors import Code, UsageError
from ioc.core.registry import Plugins, PluginSort
from web.auth import Sessions
from web.boundary.ports import is_a
from web.boundary.route import Call, Route
from web.login_brake import LoginBrake
from web.site import Site

OFFERED: tuple[type, ...] = (Site, Sessions, LoginBrake)  # what a handler may ask for, or any part of it by a protocol


class ApiPlugin(Plugin, Protocol):
    """A module in `web/api`."""

    ROUTES: Annotated[tuple[Route, ...], "ROUTES = (Route(…), …)"]


def routes(plugins: Plugins) -> tuple[Route, ...]:
    """UsageError names the module and what is missing or wrong in it."""
    found: dict[tuple[str, str], str] = {}
    every: list[Route] = []
    for module in plugins.of(PluginSort.API).values():
        for route in module.ROUTES:
            before = found.setdefault((route.method, route.path), module.__name__)
            if before != module.__name__ or route in every:
                raise UsageError(
                    Code.ROUTE_TWICE, f"{module.__name__}: {route.method} {route.path} is also in {before}"
                )
            every.append(route)
    return tuple(every)


def check(module: ModuleType) -> Iterator[str]:
    """What the types of its members do not tell."""
    if not module.ROUTES:
        yield "ROUTES is empty; needed: ROUTES = (Route(…), …)"
    for route in module.ROUTES:
        if problem := _problem(route):
            yield f"{route.method} {route.path}: {problem}"


def _problem(route: Route) -> str | None:
    """What the declaration of a route lacks."""
    if not route.path.startswith("/"):
        return "the path must begin with /"
    if not callable(route.handler):
        return "the handler is no function"
    parameters = list(inspect.signature(route.handler).parameters.values())
    if next((one.annotation for one in parameters), None) is not Call:
        return f"the handler {route.handler.__name__} must take `call: Call` first"
    untyped = [one.name for one in parameters if one.annotation is inspect.Parameter.empty]
    if untyped:
        return f"the handler's parameter {untyped[0]} has no type"
    hints = get_type_hints(route.handler)
    strange = [one.name for one in parameters[1:] if not any(is_a(sort, hints[one.name]) for sort in OFFERED)]
    return f"nothing here is of the type of the handler's parameter {strange[0]}" if strange else None
