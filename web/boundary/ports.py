"""The ports of handlers: each further parameter is filled by its type when the routes are bound."""

from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, Protocol, TypeVar

from sqlalchemy.engine import Connection

from ioc.core.errors import Code, UsageError
from ioc.live.world import World
from ioc.messages.kinds import Kinds
from ioc.metrics import Point, RangeQuery
from web.boundary.call import Call
from web.boundary.route import Route

P = ParamSpec("P")
T = TypeVar("T")


class Offload(Protocol):
    """Runs a blocking call where it holds nobody up, and returns what it returns."""

    def __call__(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...


class Reads(Protocol):
    """Reads the records database, in a short transaction that holds nobody up."""

    def read(self, query: Callable[[Connection], T]) -> T: ...


class Writes(Reads, Protocol):
    """Also changes them, in one transaction."""

    def write(self, change: Callable[[Connection], T]) -> T: ...


class Offloads(Protocol):
    """Does what blocks off the loop."""

    @property
    def offload(self) -> Offload: ...


class Announces(Offloads, Protocol):
    """Also tells every worker what changed in the database."""

    def announce(self, what: str) -> None: ...


class SeriesPort(Protocol):
    """Reads metrics over time, each from where it is kept."""

    def read_series(self, queries: Sequence[RangeQuery]) -> list[list[Point]]: ...


class OffloadsWrites(Offloads, Writes, Protocol):
    """Both."""


class BrokerPort(Protocol):
    """Sends messages to the broker."""

    @property
    def connected(self) -> bool: ...

    def publish_acknowledged(self, topic: str, payload: bytes) -> None: ...


class HasKinds(Protocol):
    """The kinds of source there are."""

    @property
    def kinds(self) -> Kinds: ...


class Build(Protocol):
    """The build that is served."""

    @property
    def build(self) -> str: ...


class Edition(Build, Protocol):
    """And whether it tells of a past that is played again."""

    @property
    def replay(self) -> bool: ...


class LivePort(Protocol):
    """The live world as it is now."""

    @property
    def world(self) -> World: ...


def bound(route: Route, offered: Sequence[object]) -> Callable[[Call], Any]:
    """The handler as it takes a call alone; UsageError names a parameter that nothing offered is of the type of."""
    told, handler = route.signature, route.handler
    ports = {name: _found(route, name, wanted, offered) for name, wanted in told.ports.items()}
    reads_query, reads_body = "query" in told.given, "body" in told.given

    def handle(call: Call) -> Any:
        query = {"query": call.query} if reads_query else {}
        body = {"body": call.body} if reads_body else {}
        return handler(call, **query, **body, **ports)

    return handle


def _found(route: Route, name: str, wanted: Any, offered: Sequence[object]) -> object:
    for one in offered:
        if is_a(type(one), wanted):
            return one
    where = f"{route.handler.__module__}.{route.handler.__qualname__}"
    told = getattr(wanted, "__name__", wanted)
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
    """The members that a protocol and those it stands on ask for."""
    bases = [base for base in protocol.__mro__ if is_protocol(base)]
    named = {name for base in bases for name in (*vars(base), *vars(base).get("__annotations__", {}))}
    return frozenset(name for name in named if not name.startswith("_"))
