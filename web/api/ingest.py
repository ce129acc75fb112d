"""The MQTT door for those who can only POST: the same topics, payloads and outcomes."""

from typing import Protocol

from msgspec import Struct

from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.messages.wire import ROOT, Rejected, is_id, parse_topic
from web.boundary.call import Call
from web.boundary.ports import BrokerPort, LivePort
from web.boundary.route import V1, Route


class Follows(Protocol):
    """The source of the live world."""

    @property
    def following(self) -> "Ticks": ...


class Ticks(LivePort, Protocol):
    """Can be brought up to what was imported a moment ago."""

    def tick(self) -> None: ...


class Taken(Struct, frozen=True):
    """The broker has it."""

    topic: str
    bytes: int


def ingest(call: Call, broker: BrokerPort, live: Follows) -> Taken:
    """202 once the broker has the message; what ingest makes of it shows as it does for MQTT. 503: send it again."""
    path = call.path
    bound = call.caller is not None and call.scope.root is not None
    if bound and not _reaches(call, live.following, path["org"]):
        # of the whole tree: an org nobody knows is quarantined, as by MQTT
        raise IocError(Code.UNKNOWN_ORG, f"org {path['org']!r} is not in the tree", org=path["org"])
    topic = f"{ROOT}{path['org']}/{path['kind']}/{path['source']}/{path['channel']}"
    try:
        key = parse_topic(topic).key
    except Rejected as why:
        raise IocError(Code.INVALID_VALUE, str(why), name="path", detail=str(why)) from None
    if not is_id(key.kind):
        raise IocError(Code.INVALID_VALUE, f"kind {key.kind!r}", name="kind", detail=key.kind)
    if not broker.connected:
        raise IocError(Code.BROKER_UNAVAILABLE, "the broker is away; send it again")
    # not offloaded: waiting for the broker must not hold one of the few threads that read the database
    broker.publish_acknowledged(topic, call.raw)
    return Taken(topic, len(call.raw))


def _reaches(call: Call, following: Ticks, org: str) -> bool:
    """By an import of a moment ago too: who is told that there is no such org may never post again."""
    if org in call.scope:
        return True
    following.tick()
    return org in following.world.inventory.orgs.reach(call.principal.org)


ROUTES = (
    Route(
        "POST",
        f"{V1}/ingest/<org>/<kind>/<source>/<channel>",
        Role.ADMIN,
        ingest,
        "The MQTT door for those who can only POST",
        (Code.UNKNOWN_ORG, Code.INVALID_VALUE),
        status=202,
        devices=True,
    ),
)
