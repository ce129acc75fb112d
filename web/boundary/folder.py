"""The routes of every module in `web/api`: one file there is one group of calls, named nowhere else."""

import inspect
from collections.abc import Iterator
from types import ModuleType

from ioc.core import registry
from ioc.core.errors import Code, UsageError
from web.boundary.route import Call, Route

FOLDER = "web.api"


def routes(package: str = FOLDER) -> tuple[Route, ...]:
    """UsageError names the module and what is missing or wrong in it."""
    found: dict[tuple[str, str], str] = {}
    every: list[Route] = []
    for module in registry.modules(package):
        for route in _checked(module):
            before = found.setdefault((route.method, route.path), module.__name__)
            if before != module.__name__ or route in every:
                raise UsageError(
                    Code.ROUTE_TWICE, f"{module.__name__}: {route.method} {route.path} is also in {before}"
                )
            every.append(route)
    return tuple(every)


def _checked(module: ModuleType) -> Iterator[Route]:
    declared = getattr(module, "ROUTES", None)
    if not isinstance(declared, tuple) or not declared:
        raise UsageError(Code.ROUTES_MISSING, f"{module.__name__}: must set `ROUTES = (Route(…), …)`")
    for route in declared:
        if not isinstance(route, Route):
            raise UsageError(Code.ROUTES_MISSING, f"{module.__name__}: ROUTES holds {route!r}, which is no Route")
        if problem := _problem(route):
            raise UsageError(Code.ROUTE_MALFORMED, f"{module.__name__}: {route.method} {route.path}: {problem}")
        yield route


def _problem(route: Route) -> str | None:
    """What the declaration of a route lacks."""
    if not route.path.startswith("/"):
        return "the path must begin with /"
    if not callable(route.handler):
        return "the handler is no function"
    parameters = inspect.signature(route.handler).parameters.values()
    if next((one.annotation for one in parameters), None) is not Call:
        return f"the handler {route.handler.__name__} must take `call: Call` first"
    untyped = [one.name for one in parameters if one.annotation is inspect.Parameter.empty]
    return f"the handler's parameter {untyped[0]} has no type" if untyped else None
