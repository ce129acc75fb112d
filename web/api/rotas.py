"""Rotas: who is on duty when, now and next, and where nobody is."""

from msgspec import Struct, structs

from alerts.people.directory import Directory
from ioc.config.alerting import RotaDate, RotaOptions, ShiftOptions
from ioc.context import Context
from ioc.core.duty import DAY_MS
from ioc.core.errors import Code
from ioc.core.model import Role
from ioc.platform.db import Database
from web.api import _book
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.period import instant
from web.boundary.ports import Announces, Reads
from web.boundary.route import V1, Route

AHEAD_DAYS = 7  # holes of a rota are looked for so far ahead


class OnQuery(Struct, frozen=True):
    at: str | None = None


class OnDutyAnswer(Struct, frozen=True, kw_only=True):
    """Who is on duty at `at`, until when, and who after that; `until` null where no hand-over is in sight."""

    rota: str
    at: Instant
    who: list[str]
    until: Instant | None
    following: list[str]


class RotaHole(Struct, frozen=True, rename={"from_": "from"}):
    """A time in which nobody is on duty."""

    from_: Instant
    to: Instant


class RotaItem(Struct, frozen=True, kw_only=True):
    """With who is on duty now, and the holes of the next seven days."""

    name: str
    org: str | None
    shifts: list[ShiftOptions]
    dates: list[RotaDate]
    ics: str | None
    part_time: bool
    now: OnDutyAnswer
    holes: list[RotaHole]


def rotas(call: Call, context: Context, records: Reads) -> Page[RotaItem]:
    book = _book.load(context, records)
    directory = Directory(book)
    wanted = [rota for rota in book.rota if _book.touches(call, rota.org)]
    return call.part.of(wanted, lambda rota: _rota(call, directory, rota))


def on(call: Call, query: OnQuery, context: Context, records: Reads) -> OnDutyAnswer:
    """Who is on duty now, or at an instant."""
    book, name = _book.load(context, records), call.path["name"]
    rota = next((each for each in book.rota if each.name == name and _book.touches(call, each.org)), None)
    if rota is None:
        raise _book.unknown("rota", name)
    return _on(call, Directory(book), rota, instant(call, "at", query.at, _zone(call, rota), call.now))


def put_rota(
    call: Call,
    body: _book.NamedBody,
    query: _book.ForceQuery,
    context: Context,
    records: Reads,
    db: Database,
    workers: Announces,
) -> RotaItem:
    """Create a rota or replace the one of that name."""
    rota = _book.put(call, "rota", RotaOptions, context, db, workers, force=query.force)
    return _rota(call, Directory(_book.load(context, records)), rota)


def _rota(call: Call, directory: Directory, rota: RotaOptions) -> RotaItem:
    zone = _zone(call, rota)
    holes = directory.holes(rota.name, call.now, call.now + AHEAD_DAYS * DAY_MS, call.inventory)
    return RotaItem(
        **structs.asdict(rota) | {"shifts": list(rota.shifts), "dates": list(rota.dates)},
        now=_on(call, directory, rota, call.now),
        holes=[RotaHole(call.at(hole.start, zone), call.at(hole.end, zone)) for hole in holes],
    )


def _on(call: Call, directory: Directory, rota: RotaOptions, at: int) -> OnDutyAnswer:
    found, zone = directory.on(rota.name, at, call.inventory), _zone(call, rota)
    return OnDutyAnswer(
        rota=rota.name,
        at=call.at(at, zone),
        who=list(found.who),
        until=call.at(found.until, zone),
        following=list(found.following),
    )


def _zone(call: Call, rota: RotaOptions) -> str | None:
    return rota.org if rota.org is not None and rota.org in call.orgs else None


_ROTAS = f"{V1}/rotas"
ROUTES = (
    Route("GET", _ROTAS, Role.LEADER, rotas, "Who is on duty when, and where nobody is"),
    Route("GET", f"{_ROTAS}/<name>/on", Role.LEADER, on, "Who is on duty", (Code.UNKNOWN_ENTRY,)),
    Route("POST", _ROTAS, Role.ADMIN, put_rota, "Create or replace a rota", _book.REFUSED),
    Route("DELETE", f"{_ROTAS}/<name>", Role.ADMIN, _book.remover("rota"), "Take it away", _book.REMOVED, status=204),
)
