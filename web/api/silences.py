"""Silences: who has muted what until when, setting one, ending one before its time."""

from msgspec import Struct
from sqlalchemy.engine import Connection

from alerts import queries
from alerts.model import Alert
from alerts.mutes import checks, silences, windows
from alerts.mutes.match import muted
from alerts.mutes.silences import Silence, SilenceState
from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from web.api._own_part import MatchBody, own_part
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.period import instant
from web.boundary.ports import Announces, HasKinds, Reads, Writes
from web.boundary.route import V1, Route
from web.boundary.words import words


class SilenceQuery(Struct, frozen=True):
    """`state` takes a comma list; without it, all of them."""

    state: str | None = None


class SilenceBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From `starts_at`, or from now, until `ends_at`."""

    match: MatchBody
    ends_at: str
    reason: str
    starts_at: str | None = None


class SilenceItem(Struct, frozen=True, kw_only=True):
    """`muted`: the alerts it holds back now; `yours`: it means nothing that the caller may not change."""

    id: int
    match: dict[str, str]
    starts_at: Instant
    ends_at: Instant
    author: str
    reason: str
    state: SilenceState
    muted: int
    yours: bool


def every(call: Call, query: SilenceQuery, records: Reads) -> Page[SilenceItem]:
    """Those that may hold back an alert the caller sees, the newest first."""
    states = words("state", query.state, SilenceState)

    def read(conn: Connection) -> tuple[list[Silence], list[Alert]]:
        return silences.every(conn), queries.held(conn, call.scope)

    found, held = records.read(read)
    wanted = [
        one
        for one in found
        if checks.touches(one.match, call.inventory, call.scope) and (not states or one.state(call.now) in states)
    ]
    return call.part.of(wanted, lambda one: _shown(call, one, held))


def add(call: Call, body: SilenceBody, has_kinds: HasKinds, records: Writes, workers: Announces) -> SilenceItem:
    """Without an org it is one of the caller's own subtree."""
    wanted = _wanted(call, body)
    checks.check(wanted.match, call.inventory, has_kinds.kinds, records.read(windows.rule_ids))

    def write(conn: Connection) -> tuple[Silence, list[Alert]]:
        return silences.add(conn, wanted, call.now), queries.held(conn, call.scope)

    made, held = records.write(write)
    workers.announce("alerts")
    return _shown(call, made, held)


def end(call: Call, records: Writes, workers: Announces) -> None:
    """At once: what it held back and still is bad is told now. One that has ended stays as it is."""
    number = call.id

    def write(conn: Connection) -> None:
        found = silences.find(conn, number)
        if found is None or not checks.touches(found.match, call.inventory, call.scope):
            raise IocError(Code.UNKNOWN_SILENCE, f"silence {number} is not known", silence=number)
        if not checks.lies_in(found.match, call.inventory, call.scope):
            raise IocError(Code.BEYOND_SCOPE, f"silence {number} is for more than your part of the tree")
        silences.end(conn, found, call.actor, call.now)

    records.write(write)
    workers.announce("alerts")


def _wanted(call: Call, body: SilenceBody) -> Silence:
    match = own_part(call, body.match)
    starts_at = max(call.now, instant(call, "starts_at", body.starts_at, match.org, call.now))
    ends_at = instant(call, "ends_at", body.ends_at, match.org, 0)
    if ends_at <= starts_at:
        detail = "ends_at: must be after starts_at and after now"
        raise IocError(Code.INVALID_VALUE, detail, name="ends_at", detail=detail)
    return Silence(0, match, starts_at, ends_at, call.actor, silences.reason_of(body.reason), call.now)


def _shown(call: Call, one: Silence, held: list[Alert]) -> SilenceItem:
    org, state = one.match.org, one.state(call.now)
    zone = org if org is not None and org in call.orgs else None
    is_active = state is SilenceState.ACTIVE
    return SilenceItem(
        id=one.id,
        match=silences.named(one.match),
        starts_at=call.at(one.starts_at, zone),
        ends_at=call.at(one.ends_at, zone),
        author=one.author,
        reason=one.reason,
        state=state,
        muted=len(muted(one.match, held, call.orgs)) if is_active else 0,
        yours=checks.lies_in(one.match, call.inventory, call.scope),
    )


_SILENCES = f"{V1}/silences"
_GONE = (Code.UNKNOWN_SILENCE, Code.BEYOND_SCOPE)
_ERRORS = (Code.UNKNOWN_ORG, Code.BAD_COMMENT)
ROUTES = (
    Route("GET", _SILENCES, Role.LEADER, every, "Silences, newest first"),
    Route("POST", _SILENCES, Role.OPERATOR, add, "Mute what matches until an instant", _ERRORS, status=201),
    Route("DELETE", f"{_SILENCES}/<int:id>", Role.OPERATOR, end, "End a silence now", _GONE, status=204),
)
