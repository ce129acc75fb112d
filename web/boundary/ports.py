"""What a handler needs beside its call: each further parameter is filled by its type when the routes are bound."""

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol, get_type_hints

from ioc.core.errors import Code, UsageError
from web.boundary.route import Call, Route


def bound(route: Route, offered: Sequence[object]) -> Callable[[Call], Any]:
    """The handler as it takes a call alone; UsageError names a parameter that nothing offered is of the type of."""
    hints = get_type_hints(route.handler)
    _call, *needed = inspect.signature(route.handler).parameters
    return partial(route.handler, **{name: _found(route, name, hints.get(name), offered) for name in needed})


def _found(route: Route, name: str, wanted: Any, offered: Sequence[object]) -> object:
    for one in offered:
        if is_a(type(one), wanted):
            return one
    where = f"{route.handler.__module__}.{route.handler.__qualname__}"
    told = getattr(wanted, "__name__", "no type")
    raise UsageError(Code.ROUTE_WITHOUT_PORT, f"{where}: nothing here is of the type of `{name}` ({told})")


def is_a(sort: type, wanted: Any) -> bool:
    """Of the class, or with every member of the protocol."""
    if is_protocol(wanted):
        return all(hasattr(sort, member) for member in members(wanted))
    return isinstance(wanted, type) and issubclass(sort, wanted)


def is_protocol(wanted: Any) -> bool:
    """A class is one where it names Protocol among its own bases; a class that stands on one is not."""
    return Protocol in getattr(wanted, "__bases__", ())


def members(protocol: type) -> frozenset[str]:
    """What a protocol and those it stands on ask for."""
    bases = [base for base in protocol.__mro__ if is_protocol(base)]
    named = {name for base in bases for name in (*vars(base), *vars(base).get("__annotations__", {}))}
    return frozenset(name for name in named if not name.startswith("_"))
