"""How a display comes in: a code to show, its approval by somebody who may, its token."""

from typing import Annotated

from msgspec import Meta, Struct
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.domain.access import token_owner
from ioc.domain.displays import pairing
from ioc.domain.displays import records as displays
from ioc.domain.displays.model import Display, DisplaySettings
from ioc.domain.displays.pairing import Approval, Begun, GivenOut, Waiting
from ioc.platform.db import Database
from web.api._display_scenes import Scenes, check_scenes
from web.api.displays import DisplayItem, item, sees
from web.auth import Sessions
from web.boundary.answers import Answer, Instant
from web.boundary.call import Call
from web.boundary.ports import Announces, Build, Writes
from web.boundary.route import V1, Open, Route
from web.clients import is_display
from web.pairing_brake import PairingBrake

_PAIR = f"{V1}/displays/pair"
EVERY_S = 2


class Pairing(Struct, frozen=True, kw_only=True):
    """`code` is for people to read; `poll` is the address the display alone knows, to be asked every `every_s`."""

    code: str
    poll: str
    expires_at: Instant
    lasts_s: int
    every_s: int


class Polled(Struct, frozen=True, kw_only=True):
    """`name` and `token` once it was approved, this once; the session cookie comes with them."""

    approved: bool
    expires_at: Instant | None = None
    name: str | None = None
    token: str | None = None


class ApproveBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`org` is the caller's own where none is given; `replace`: it takes the place of the display of that name."""

    name: str
    title: Annotated[str, Meta(max_length=80)] = ""
    scene: str | None = None
    org: str | None = None
    replace: bool = False


def pair(call: Call, records: Writes, brake: PairingBrake) -> Pairing:
    """Open to all: a code alone opens nothing."""
    brake.ask(call.remote)
    begun: Begun = records.write(lambda conn: pairing.begin(conn, call.remote, call.now))
    return Pairing(
        code=begun.code,
        poll=f"{_PAIR}/{begun.secret}",
        expires_at=call.at(begun.expires_at, None),
        lasts_s=pairing.LASTS_MS // 1000,
        every_s=EVERY_S,
    )


def poll(call: Call, records: Writes, sessions: Sessions, brake: PairingBrake) -> Answer[Polled]:
    """Whether it was approved; the token is told to whoever asks first with the secret, and to nobody after."""
    secret = call.path["secret"]
    brake.check(call.remote)
    try:
        found = records.read(lambda conn: pairing.poll(conn, secret, call.now))
        if isinstance(found, Waiting):
            return Answer(Polled(approved=False, expires_at=call.at(found.expires_at, None)))
        given: GivenOut = records.write(lambda conn: pairing.give_out(conn, secret))
    except IocError:
        brake.wrong(call.remote)
        raise
    principal = records.read(lambda conn: token_owner(conn, given.token))
    somebody = call.caller is not None and not is_display(call.caller.principal)
    cookie = None if principal is None or somebody else sessions.issue(principal)
    return Answer(Polled(approved=True, name=given.name, token=given.token), cookie=cookie)


def approve(
    call: Call,
    body: ApproveBody,
    records: Writes,
    db: Database,
    brake: PairingBrake,
    workers: Announces,
    scenes: Scenes,
    of: Build,
) -> DisplayItem:
    """The display that shows this code becomes one of the caller's part of the tree."""
    settings = DisplaySettings(title=body.title.strip(), scene=body.scene)
    check_scenes(scenes, settings)
    org = call.principal.org if body.org is None else call.subtree(body.org).root
    brake.check(call.principal.name)

    def write(conn: Connection) -> Display:
        before = displays.named(conn, body.name)
        replace = body.replace and before is not None and sees(call, before.org)
        wanted = Approval(body.name, org, settings, replace)
        return pairing.approve(db, conn, call.path["code"], wanted, call.now, call.actor)

    try:
        made = records.write(write)
    except IocError as error:
        if error.code is Code.UNKNOWN_PAIRING:
            brake.wrong(call.principal.name)
        raise
    workers.announce("displays")
    return item(call, made, of.build)


_LIMITED = (Code.TOO_MANY_ATTEMPTS,)
_POLL = (Code.UNKNOWN_PAIRING, *_LIMITED)
_APPROVE = (*_POLL, Code.NAME_TAKEN, Code.BAD_NAME, Code.UNKNOWN_ORG, Code.UNKNOWN_SCENE)
ROUTES = (
    Route("POST", _PAIR, Open.TO_ALL, pair, "A code for a display that wants to come in", _LIMITED),
    Route("GET", f"{_PAIR}/<secret>", Open.TO_ALL, poll, "Whether the display was approved", _POLL),
    Route("POST", f"{V1}/displays/<code>/approve", Role.ADMIN, approve, "Let a display in by its code", _APPROVE),
)
