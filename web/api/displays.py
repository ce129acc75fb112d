"""Displays: the list with what each says of itself, its settings, and what is sent there for a while."""

from typing import Annotated, Literal

from msgspec import Meta, Struct
from sqlalchemy.engine import Connection

from alerts.incidents import queries
from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.domain.access import end_token
from ioc.domain.displays import records as displays
from ioc.domain.displays.model import Display, DisplaySettings, Profile, Report, Shown
from ioc.platform.db import Database
from web.api._display_scenes import Scenes, check_scenes
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.ports import Announces, Build, OffloadsWrites, Reads, Writes
from web.boundary.route import V1, Route
from web.clients import is_display
from web.displays import DisplayState, ShownNow, state

LIVE_S = 45
LATE_S = 180
IDENTIFY_S = 10
_MINUTE = 60_000


class DisplayItem(Struct, frozen=True, kw_only=True):
    """`state` by the age of its last sign of life; `outdated`: it runs another build than the server's."""

    name: str
    title: str
    org: str | None
    org_name: str | None
    parent_name: str | None
    state: Literal["live", "late", "gone", "never"]
    heard_at: Instant | None
    age_s: int | None
    scene: str | None
    scenes: tuple[str, ...]
    every_s: int
    profile: Profile
    scale: float
    show: ShownNow | None
    identify_until: Instant | None
    report: Report | None
    reported_at: Instant | None
    outdated: bool


class ShowBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scene or an incident; neither ends what was sent before."""

    scene: str | None = None
    incident: int | None = None
    minutes: Annotated[int, Meta(ge=1, le=240)] = 5


def every(call: Call, records: Reads, of: Build) -> Page[DisplayItem]:
    found = [one for one in records.read(displays.every) if sees(call, one.org)]
    return call.part.of(found, lambda one: item(call, one, of.build))


def one(call: Call, records: Reads, of: Build) -> DisplayItem:
    return item(call, records.read(lambda conn: mine(call, conn)), of.build)


def change(
    call: Call, body: DisplaySettings, records: Writes, workers: Announces, scenes: Scenes, of: Build
) -> DisplayItem:
    """All of its settings; a key that is left out is as usual again."""
    check_scenes(scenes, body)
    body.profile.check()

    def write(conn: Connection) -> Display:
        displays.change(conn, mine(call, conn), body, call.now, call.actor)
        return mine(call, conn)

    return _told(call, records.write(write), workers, of)


def revoke(call: Call, records: Writes, workers: Announces) -> None:
    """Its token ends at once; the display shows a code again."""

    def write(conn: Connection) -> None:
        found = mine(call, conn)
        end_token(conn, found.name, call.now, call.actor, found.org)

    records.write(write)
    workers.announce("displays")


def identify(call: Call, records: Writes, workers: Announces, of: Build) -> DisplayItem:
    """Its name stands large on it for ten seconds."""

    def write(conn: Connection) -> Display:
        displays.identify(conn, mine(call, conn), call.now + IDENTIFY_S * 1000, call.now, call.actor)
        return mine(call, conn)

    return _told(call, records.write(write), workers, of)


def show(call: Call, body: ShowBody, records: Writes, workers: Announces, scenes: Scenes, of: Build) -> DisplayItem:
    """Something else there for some minutes; a display shows nothing that its own org may not see."""
    check_scenes(scenes, DisplaySettings(scene=body.scene))

    def write(conn: Connection) -> Display:
        found = mine(call, conn)
        displays.show(conn, found, _shown(call, conn, found, body), call.now, call.actor)
        return mine(call, conn)

    return _told(call, records.write(write), workers, of)


def beat(call: Call, body: Report, records: OffloadsWrites, db: Database) -> DisplayState:
    """What a display says of itself; the answer is what it is to show."""
    name, principal = call.path["name"], call.principal
    if not is_display(principal) or principal.name != name:
        raise _unknown(name)  # a display says this of itself alone

    def write(conn: Connection) -> Display | None:
        displays.report(db, conn, name, body, call.now)
        return displays.named(conn, name)

    found = records.write(write)
    if found is None:
        raise _unknown(name)
    return state(found, lambda ms: call.at(ms, found.org))


def item(call: Call, one: Display, build: str) -> DisplayItem:
    org = None if one.org is None else call.orgs.by_code.get(one.org)
    age = None if one.heard_at is None else max(0, call.now - one.heard_at) // 1000
    told = state(one, lambda ms: call.at(ms, one.org))
    return DisplayItem(
        name=one.name,
        title=one.settings.title,
        org=one.org,
        org_name=org.name if org else one.org,
        parent_name=call.above(org.code) if org else None,
        state="never" if age is None else "live" if age <= LIVE_S else "late" if age <= LATE_S else "gone",
        heard_at=call.at(one.heard_at, one.org),
        age_s=age,
        scene=one.settings.scene,
        scenes=one.settings.scenes,
        every_s=one.settings.every_s,
        profile=one.settings.profile,
        scale=round(one.settings.profile.scale, 3),
        show=told.show if one.shown is not None and one.shown.until > call.now else None,
        identify_until=told.identify_until,
        report=one.report,
        reported_at=call.at(one.reported_at, one.org),
        outdated=one.report is not None and one.report.build != build,
    )


def sees(call: Call, org: str | None) -> bool:
    """A display of the whole tree is the business of those who see all of it."""
    return call.sees_all if org is None else call.orgs.heir(org) in call.scope


def mine(call: Call, conn: Connection) -> Display:
    """The display named in the path; one beyond the caller's scope is as unknown as one that is not there."""
    name = call.path["name"]
    found = displays.named(conn, name)
    if found is None or not sees(call, found.org):
        raise _unknown(name)
    return found


def _shown(call: Call, conn: Connection, found: Display, body: ShowBody) -> Shown | None:
    if body.scene is None and body.incident is None:
        return None
    if body.incident is not None:
        known = queries.one(conn, call.scope, body.incident)
        if known is None or queries.one(conn, call.orgs.reach(found.org), body.incident) is None:
            line = f"incident {body.incident} is not known at the display {found.name!r}"
            raise IocError(Code.UNKNOWN_INCIDENT, line, incident=body.incident)
    until = call.now + body.minutes * _MINUTE
    return Shown(until=until, by=call.actor, scene=body.scene, incident=body.incident)


def _told(call: Call, changed: Display, workers: Announces, of: Build) -> DisplayItem:
    workers.announce("displays")
    return item(call, changed, of.build)


def _unknown(name: str) -> IocError:
    return IocError(Code.UNKNOWN_DISPLAY, f"no display {name!r}", display=name)


_ONE = f"{V1}/displays/<name>"
_GONE = (Code.UNKNOWN_DISPLAY,)
_SETTINGS = (*_GONE, Code.UNKNOWN_SCENE, Code.TOO_FAR)
_SHOW = (*_GONE, Code.UNKNOWN_SCENE, Code.UNKNOWN_INCIDENT)
ROUTES = (
    Route("GET", f"{V1}/displays", Role.LEADER, every, "The displays, with what each says of itself"),
    Route("GET", _ONE, Role.LEADER, one, "One display", _GONE),
    Route("POST", _ONE, Role.ADMIN, change, "Change what a display shows, and how large", _SETTINGS),
    Route("DELETE", _ONE, Role.ADMIN, revoke, "End the right of a display", _GONE, status=204),
    Route("POST", f"{_ONE}/identify", Role.LEADER, identify, "Have a display say its name", _GONE),
    Route("POST", f"{_ONE}/show", Role.LEADER, show, "Show a scene or an incident there for a while", _SHOW),
    Route("POST", f"{_ONE}/beat", Role.WALL, beat, "What a display says of itself", _GONE),
)
