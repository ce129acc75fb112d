"""The routes of every module in `web/api`: one file there is one group of calls, named nowhere else."""

from collections.abc import Iterator
from http import HTTPStatus
from types import ModuleType
from typing import Annotated, Protocol

from ioc.config.settings import Settings
from ioc.context import Context
from ioc.core.clock import Clock
from ioc.core.contract import Plugin
from ioc.core.errors import Code, UsageError
from ioc.core.registry import Plugins, PluginSort
from ioc.core.texts import Texts
from ioc.platform.broker import Bus
from ioc.platform.db import Database
from web.auth import Sessions
from web.boundary.ports import is_a
from web.boundary.route import Route
from web.boundary.signature import Malformed
from web.clients import Connections
from web.login_brake import LoginBrake
from web.pairing_brake import PairingBrake
from web.site import Site

# what a handler may ask for, or any part of it by a protocol; where several are of one type, the first
OFFERED: tuple[type, ...] = (
    *(Site, Context, Settings, Texts, Database, Clock, Sessions, LoginBrake, PairingBrake, Bus, Connections),
)


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
    """Faults of a group of calls that the types of its members do not tell."""
    if not module.ROUTES:
        yield "ROUTES is empty; needed: ROUTES = (Route(…), …)"
    for route in module.ROUTES:
        if problem := _problem(route):
            yield f"{route.method} {route.path}: {problem}"


def _problem(route: Route) -> str | None:
    """The gaps in the declaration of a route."""
    if not route.path.startswith("/"):
        return "the path must begin with /"
    if not callable(route.handler):
        return "the handler is no function"
    try:
        told = route.signature
    except Malformed as why:
        return str(why)
    strange = [name for name, wanted in told.ports.items() if not any(is_a(sort, wanted) for sort in OFFERED)]
    if strange:
        return f"nothing here is of the type of the handler's parameter {strange[0]}"
    silent = told.shape is None and not route.documents and route.status != HTTPStatus.NO_CONTENT
    return f"the handler {route.handler.__name__} must answer with a struct" if silent else None
