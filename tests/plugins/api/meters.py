"""What each meter says."""

from typing import Any

from ioc.core.model import Role
from web.boundary.route import V1, Call, Route, listed


def meters(call: Call) -> dict[str, Any]:
    world = call.site.world
    found = sorted(world.sources(call.scope, "meter"), key=lambda source: str(source.key))
    return listed(call, found, lambda source: {"source": str(source.key), **world.of(source.key).values()})


ROUTES = (Route("GET", f"{V1}/meters", Role.LEADER, meters, "What each meter says", answers="list"),)
