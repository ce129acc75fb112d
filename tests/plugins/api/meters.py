"""What each meter says."""

from msgspec import Struct

from ioc.core.model import Number, Role
from web.boundary.answers import Page
from web.boundary.call import Call
from web.boundary.ports import LivePort
from web.boundary.route import V1, Route


class Meter(Struct, frozen=True):
    source: str
    kwh: Number | None


def meters(call: Call, live: LivePort) -> Page[Meter]:
    world = live.world
    found = sorted(world.sources(call.scope, "meter"), key=lambda source: str(source.key))
    return call.part.of(found, lambda source: Meter(str(source.key), world.of(source.key).values().get("kwh")))


ROUTES = (Route("GET", f"{V1}/meters", Role.LEADER, meters, "What each meter says"),)
