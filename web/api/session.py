"""Coming in and going out, and who one is."""

from typing import Any

from msgspec import Struct

from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.domain.access import check_password
from ioc.platform import audit
from web.auth import Sessions
from web.boundary.route import V1, Answer, Call, Open, Route
from web.login_brake import LoginBrake


class Login(Struct, frozen=True):
    username: str
    password: str


def log_in(call: Call, sessions: Sessions, brake: LoginBrake) -> Answer:
    """Unknown name and wrong password give the same answer after the same time."""
    site, login = call.site, call.body
    with brake.attempt(f"address {call.remote}", f"name {login.username[:64]}"):
        principal = site.offload(check_password, site.context.db, login.username, login.password)
        outcome = "login" if principal else "login_failed"
        org = principal.org if principal else None
        site.write(lambda conn: audit.record(conn, call.now, login.username[:64], outcome, call.remote, {}, org))
        if principal is None:
            raise IocError(Code.BAD_LOGIN, "user name or password is wrong")
    return Answer({"name": principal.name, "role": principal.role}, cookie=sessions.issue(principal))


def log_out(_call: Call) -> Answer:
    return Answer(status=204, cookie=("", 0))


def me(call: Call) -> dict[str, Any]:
    principal, site = call.principal, call.site
    root = site.home(call.scope)
    return {
        "name": principal.name,
        "role": principal.role,
        "org": root,
        "org_name": None if root is None else site.orgs.by_code[root].name,
        "org_closed": site.orgs.closed(principal.org),  # the account names a closed org: `org` is what stands for it
        "lang": principal.lang,
        "csrf": call.caller.csrf if call.caller else None,
        "simulated": any(source.simulated for source in site.world.inventory.in_scope(call.scope)),
        "build": site.build,
    }


ROUTES = (
    Route("POST", f"{V1}/session", Open.TO_ALL, log_in, "Log in", body=Login),
    Route("DELETE", f"{V1}/session", Open.TO_ALL, log_out, "Log out"),
    Route("GET", f"{V1}/me", Role.WALL, me, "Who the caller is, with the CSRF value of the session"),
)
