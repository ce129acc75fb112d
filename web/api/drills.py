"""Drills: an incident, recorded or invented, that is played through people and channels."""

from typing import Annotated, Literal

from msgspec import Meta, Struct
from sqlalchemy.engine import Connection

from alerts import drills as played
from alerts.drills import Drill, DrillScene
from ioc.core.errors import Code, IocError
from ioc.core.model import Role, Severity, SourceKey
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.ports import Announces, Reads, Writes
from web.boundary.route import V1, Route


class DrillBody(Struct, frozen=True, kw_only=True):
    """Either `what` happened, in one's own words, at `org` or a `source` of it; or an `incident` to play again."""

    org: str
    source: str | None = None
    severity: Literal["warning", "critical"] = "critical"
    what: str | None = None
    incident: Annotated[int, Meta(ge=1)] | None = None
    minutes: Annotated[float, Meta(gt=0, le=played.LONGEST_MIN)] = 30.0


class DrillItem(Struct, frozen=True, kw_only=True):
    """`ended_by`: who ended it, `engine` for a real critical alert, null for its time."""

    id: int
    org: str
    running: bool
    scenes: int
    started_at: Instant
    started_by: str
    ended_at: Instant
    ended_by: str | None


def drills(call: Call, records: Reads) -> Page[DrillItem]:
    page, per_page = call.part
    rows, total = records.read(lambda conn: played.log(conn, call.scope, page, per_page))
    return call.part.read((_shown(call, row) for row in rows), total)


def start(call: Call, body: DrillBody, records: Writes, workers: Announces) -> DrillItem:
    scope = call.subtree(body.org)

    def write(conn: Connection) -> Drill:
        return played.start(conn, body.org, _scenes(conn, call, body), body.minutes, call.now, call.actor)

    if body.source is not None and _key(body.source).org not in scope:
        raise IocError(Code.UNKNOWN_SOURCE, f"source {body.source} is not known", source=body.source)
    going = records.write(write)
    workers.announce("alerts")
    return _shown(call, going)


def end(call: Call, records: Writes, workers: Announces) -> DrillItem:
    number = call.id
    over = records.write(lambda conn: played.end(conn, call.scope, number, call.now, call.actor))
    workers.announce("alerts")
    return _shown(call, over)


def _scenes(conn: Connection, call: Call, body: DrillBody) -> list[DrillScene]:
    if (body.what is None) == (body.incident is None):
        detail = "one of what, incident"
        raise IocError(Code.INVALID_VALUE, f"what: {detail}", name="what", detail=detail)
    if body.incident is not None:
        return played.recorded(conn, call.inventory, call.scope, body.incident)
    source = None if body.source is None else _key(body.source)
    return played.invented(call.inventory, body.org, source, Severity(body.severity), body.what or "")


def _key(text: str) -> SourceKey:
    try:
        return SourceKey.parse(text)
    except ValueError:
        detail = "ORG/KIND/SOURCE"
        raise IocError(Code.INVALID_VALUE, f"source: {detail}", name="source", detail=detail) from None


def _shown(call: Call, drill: Drill) -> DrillItem:
    return DrillItem(
        id=drill.id,
        org=drill.org,
        running=drill.ended_at > call.now,
        scenes=len(drill.scenes),
        started_at=call.at(drill.started_at, drill.org),
        started_by=drill.started_by,
        ended_at=call.at(drill.ended_at, drill.org),
        ended_by=drill.ended_by,
    )


_DRILLS = f"{V1}/drills"
_START = (Code.UNKNOWN_ORG, Code.UNKNOWN_SOURCE, Code.UNKNOWN_INCIDENT, Code.DRILL_RUNNING)
ROUTES = (
    Route("GET", _DRILLS, Role.LEADER, drills, "Drills, newest first"),
    Route("POST", _DRILLS, Role.OPERATOR, start, "Play an incident through people and channels", _START, status=201),
    Route("POST", f"{_DRILLS}/<int:id>/end", Role.OPERATOR, end, "End a drill before its time", (Code.UNKNOWN_DRILL,)),
)
