"""The shift at a shared desk: who has it, taking it, handing it over, and the PINs that prove it."""

from msgspec import Struct
from sqlalchemy.engine import Connection

from alerts.people import shifts as desk
from alerts.people.shifts import Desk, DeskShift, PinProof
from ioc.core.errors import Code
from ioc.core.model import Role
from ioc.platform.db import Database
from web.api import _book
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.ports import Announces, Reads
from web.boundary.route import V1, Route
from web.login_brake import LoginBrake


class ShiftQuery(Struct, frozen=True):
    desk: str | None = None


class TakeBody(Struct, frozen=True):
    """`giver_pin` is the signature of who had the shift until now."""

    person: str
    pin: str
    giver_pin: str | None = None
    notes: str | None = None


class EndBody(Struct, frozen=True):
    pin: str
    notes: str | None = None


class PinBody(Struct, frozen=True):
    pin: str


class ShiftItem(Struct, frozen=True, kw_only=True):
    """`signed`: its person got it from the one before, who signed."""

    id: int
    desk: str
    person: str
    taken_at: Instant
    ended_at: Instant | None
    given_by: str | None
    signed: bool
    notes: str | None


class CurrentShift(Struct, frozen=True):
    """Who has the shift of the caller's desk; null where nobody took it."""

    desk: str
    shift: ShiftItem | None


def shifts(call: Call, query: ShiftQuery, records: Reads) -> Page[ShiftItem]:
    page, per_page = call.part
    rows, total = records.read(lambda conn: desk.log(conn, call.scope, query.desk, page, per_page))
    return call.part.read((_shown(call, row) for row in rows), total)


def current(call: Call, records: Reads) -> CurrentShift:
    name = call.principal.name

    def read(conn: Connection) -> DeskShift | None:
        return desk.current(conn, name, call.now)

    taken = records.read(read)
    return CurrentShift(name, None if taken is None else _shown(call, taken))


def take(call: Call, body: TakeBody, workers: Announces, db: Database, brake: LoginBrake) -> ShiftItem:
    """At the caller's own desk; from now on every act there bears the taker's name."""
    at, taker = Desk(call.principal.name, call.principal.org), PinProof(body.person, body.pin)
    with brake.attempt(f"address {call.remote}", f"pin {body.person[:64]}"):
        taken = workers.offload(desk.take, db, at, taker, call.now, body.giver_pin, body.notes)
    workers.announce("shift")
    return _shown(call, taken)


def end(call: Call, body: EndBody, workers: Announces, db: Database, brake: LoginBrake) -> ShiftItem:
    """Without a successor."""
    with brake.attempt(f"address {call.remote}", f"pin of desk {call.principal.name}"):
        ended = workers.offload(desk.end, db, call.principal.name, body.pin, call.now, body.notes)
    workers.announce("shift")
    return _shown(call, ended)


def set_pin(call: Call, body: PinBody, workers: Announces, db: Database) -> None:
    """Persons are known to who may see all."""
    if not call.sees_all:
        raise _book.unknown("receiver", call.path["name"])
    workers.offload(desk.set_pin, db, call.path["name"], body.pin, call.now, call.actor)


def _shown(call: Call, shift: DeskShift) -> ShiftItem:
    return ShiftItem(
        id=shift.id,
        desk=shift.desk,
        person=shift.person,
        taken_at=call.at(shift.taken_at, shift.org),
        ended_at=call.at(shift.ended_at, shift.org),
        given_by=shift.given_by,
        signed=shift.given_by is not None,
        notes=shift.notes,
    )


_SHIFTS = f"{V1}/shifts"
_PIN = (Code.WRONG_PIN, Code.TOO_MANY_ATTEMPTS, Code.BAD_COMMENT)
_GIVEN = (Code.BAD_PIN, Code.UNKNOWN_ENTRY)
ROUTES = (
    Route("GET", _SHIFTS, Role.LEADER, shifts, "Who had which shift, newest first"),
    Route("GET", f"{_SHIFTS}/current", Role.OPERATOR, current, "Who has the shift of the caller's desk"),
    Route("POST", _SHIFTS, Role.OPERATOR, take, "Take the shift", _PIN, status=201),
    Route("POST", f"{_SHIFTS}/end", Role.OPERATOR, end, "End the shift without a successor", (*_PIN, Code.NO_SHIFT)),
    Route("POST", f"{V1}/receivers/<name>/pin", Role.ADMIN, set_pin, "Give a person a PIN", _GIVEN, status=204),
)
