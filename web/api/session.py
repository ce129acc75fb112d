"""Coming in and going out, and who one is."""

from typing import Any

from msgspec import Struct

from ioc import audit
from ioc.access import check_password
from ioc.errors import IocError
from web.api.route import Answer, Call
from web.auth import LoginBrake, Sessions


class Login(Struct, frozen=True):
    username: str
    password: str


class Doors:
    """The calls that open and end sessions."""

    def __init__(self, sessions: Sessions, brake: LoginBrake) -> None:
        self._sessions, self._brake = sessions, brake

    def log_in(self, call: Call) -> Answer:
        """Unknown name and wrong password give the same answer after the same time."""
        site, login = call.site, call.body
        keys = f"address {call.remote}", f"name {login.username[:64]}"
        self._brake.check(site.clock.monotonic(), *keys)
        principal = site.offload(check_password, site.context.db, login.username, login.password)
        outcome = "login" if principal else "login_failed"
        org = principal.org if principal else None
        site.write(lambda conn: audit.record(conn, call.now, login.username[:64], outcome, call.remote, {}, org))
        if principal is None:
            raise IocError("bad_login", "user name or password is wrong")
        self._brake.forgive(*keys)
        return Answer({"name": principal.name, "role": principal.role}, cookie=self._sessions.issue(principal))

    def log_out(self, _call: Call) -> Answer:
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
