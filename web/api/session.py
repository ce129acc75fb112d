"""Coming in and going out, and who one is."""

from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc.config.settings import Settings
from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.domain import login_failures, login_sessions
from ioc.domain.access import check_password
from ioc.platform import audit
from ioc.platform.db import Database
from web.auth import Sessions
from web.boundary.answers import Answer
from web.boundary.call import Call
from web.boundary.ports import Announces, Edition, OffloadsWrites, Writes
from web.boundary.route import V1, Open, Route


class Login(Struct, frozen=True):
    username: str
    password: str


class LoggedIn(Struct, frozen=True):
    name: str
    role: Role


class Me(Struct, frozen=True, kw_only=True):
    """Who is calling; `csrf` is what writes with a session cookie repeat in a header.

    `org_closed`: the account names a closed org, and `org` is what stands for it.
    """

    name: str
    role: Role
    org: str | None
    org_name: str | None
    org_closed: bool
    lang: str | None
    csrf: str | None
    simulated: bool
    replay: bool
    build: str


def log_in(
    call: Call, body: Login, records: OffloadsWrites, db: Database, sessions: Sessions, settings: Settings
) -> Answer[LoggedIn]:
    """Unknown name and wrong password give the same answer after the same time."""
    name, known = body.username[:64], sessions.known_device(call.device, body.username)
    place, per_minute = known or call.remote[:64], settings.auth.attempts_per_minute
    number = records.write(
        lambda conn: login_failures.begin(conn, name, place, call.now, per_minute, known=known is not None)
    )
    if number is None:
        raise IocError(Code.TOO_MANY_ATTEMPTS, "too many attempts; wait a minute")
    principal = records.offload(check_password, db, body.username, body.password)
    if principal is None:
        records.write(lambda conn: audit.record(conn, call.now, name, "login_failed", call.remote, {}, None))
        raise IocError(Code.BAD_LOGIN, "user name or password is wrong")
    before = _session_of(call)

    def begin(conn: Connection) -> tuple[str, int]:
        audit.record(conn, call.now, name, "login", call.remote, {}, principal.org)
        login_failures.right(conn, number)
        login_sessions.end(conn, before)
        return sessions.begin(conn, principal, call.now)

    device = sessions.know_device(call.device, principal.name)
    return Answer(LoggedIn(principal.name, principal.role), cookie=records.write(begin), device=device)


def log_out(call: Call, records: Writes, workers: Announces) -> Answer[None]:
    """Ends the session for whoever else has its cookie, and its sockets; a display's ends when it is revoked."""
    before = _session_of(call)

    def end(conn: Connection) -> bool:
        ended = login_sessions.end(conn, before)
        if ended:
            audit.record(conn, call.now, call.principal.name, "logout", call.remote, {}, call.principal.org)
        return ended

    if before and records.write(end):
        workers.announce("sessions")
    return Answer(None, cookie=("", 0))


def _session_of(call: Call) -> str:
    """Empty for nobody, for a token and for a display."""
    return call.caller.principal.session if call.caller else ""


def me(call: Call, of: Edition) -> Me:
    principal, root = call.principal, call.home
    return Me(
        name=principal.name,
        role=principal.role,
        org=root,
        org_name=None if root is None else call.orgs.by_code[root].name,
        org_closed=call.orgs.closed(principal.org),
        lang=principal.lang,
        csrf=call.caller.csrf if call.caller else None,
        simulated=any(source.simulated for source in call.inventory.in_scope(call.scope)),
        replay=of.replay,
        build=of.build,
    )


_SESSION = f"{V1}/session"
_REFUSED = (Code.BAD_LOGIN, Code.TOO_MANY_ATTEMPTS)
ROUTES = (
    Route("POST", _SESSION, Open.TO_ALL, log_in, "Log in", _REFUSED),
    Route("DELETE", _SESSION, Open.TO_ALL, log_out, "Log out", status=204),
    Route("GET", f"{V1}/me", Role.WALL, me, "Who the caller is, with the CSRF value of the session"),
)
