"""Log-ins of callers: bearer tokens, and signed session cookies with a CSRF value."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.engine import Connection

from alerts.people import shifts
from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.domain import login_sessions
from ioc.domain.access import Principal, Via, digest, token_named, token_owner
from ioc.ops import devices
from web.boundary.caller import CSRF_HEADER, Caller
from web.cookies import session_cookie
from web.site import Site

DISPLAY_DAYS = 400
DEVICE_DAYS = 180
_PERSONS_OF_DEVICE = 8  # a shared desk has several
RANK = {Role.WALL: 0, Role.LEADER: 1, Role.OPERATOR: 2, Role.ADMIN: 3}
_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class LoginSession:
    """The contents of a cookie: the name and generation of a user, or of a display's token."""

    name: str
    csrf: str
    generation: int
    is_display: bool = False
    kept: str = ""  # the digest of a user's session


class Sessions:
    """Signs cookies with this installation's key and reads them back."""

    def __init__(self, secret: bytes, hours: float) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="ioc-session")
        self._devices = URLSafeTimedSerializer(secret, salt="ioc-known-device")
        self._user_s = round(hours * 3600)

    def issue(self, principal: Principal) -> tuple[str, int]:
        """For a display, the cookie's value and how many seconds it lasts: until the display's token is revoked."""
        return self._signed(principal, ""), DISPLAY_DAYS * 86_400

    def begin(self, conn: Connection, principal: Principal, now: int) -> tuple[str, int]:
        """Likewise for somebody who logged in, whose session is kept until it ends."""
        id_ = login_sessions.new_id()
        login_sessions.begin(conn, id_, principal, now, now + self._user_s * 1000)
        return self._signed(principal, id_), self._user_s

    def known_device(self, cookie: str | None, name: str) -> str | None:
        """The mark of the device whose cookie it is, where that person came in by it before."""
        mark, names = self._device(cookie)
        return mark if name in names else None

    def know_device(self, cookie: str | None, name: str) -> tuple[str, int]:
        """The cookie of a device by which that person has just come in, beside a few others."""
        mark, names = self._device(cookie)
        kept = [name, *(other for other in names if other != name)][:_PERSONS_OF_DEVICE]
        return str(self._devices.dumps([mark or secrets.token_urlsafe(12), kept])), DEVICE_DAYS * 86_400

    def _device(self, cookie: str | None) -> tuple[str | None, list[str]]:
        try:
            mark, names = self._devices.loads(cookie or "", max_age=DEVICE_DAYS * 86_400)
        except (BadSignature, TypeError, ValueError):
            return None, []
        return str(mark), [str(name) for name in names]

    def _signed(self, principal: Principal, id_: str) -> str:
        body = [principal.name, secrets.token_urlsafe(16), principal.generation, not id_, id_]
        return str(self._signer.dumps(body))

    def open(self, cookie: str) -> LoginSession | None:
        """The session, or None when the cookie is not ours, damaged or too old."""
        try:
            body, signed = self._signer.loads(cookie, max_age=DISPLAY_DAYS * 86_400, return_timestamp=True)
            session = _session(*body)
            if not session.is_display:
                self._signer.loads(cookie, max_age=self._user_s)
        except (BadSignature, TypeError, ValueError):
            return None
        return session if signed is not None else None


def identify(site: Site, sessions: Sessions, request: Request) -> Caller | None:
    """The caller behind the `Authorization` header or, without one, a cookie; None for nobody we know."""
    authorization = request.headers.get("Authorization", "")
    return by_token(site, _bearer(authorization)) if authorization else by_cookie(site, sessions, request)


def by_cookie(site: Site, sessions: Sessions, request: Request) -> Caller | None:
    cookie, is_old = session_cookie(request, site.context.settings.http.public_url)
    session = sessions.open(cookie) if cookie else None
    if session is None or (is_old and not session.is_display):
        return None
    now = site.clock.now_ms()
    return site.read(lambda conn: _caller(conn, _owner(conn, session, now), now, session.csrf))


def check_device(site: Site, authorization: str, path: Mapping[str, Any]) -> None:
    """IocError unless the `Authorization` header holds the credential of the device that the path names."""
    secret = _bearer(authorization)
    known = site.read(lambda conn: devices.owner(conn, secret)) if secret else None
    if known is None:
        raise IocError(Code.UNAUTHENTICATED, "log in or send a token")
    if known != (path["org"], path["kind"], path["source"]):
        raise IocError(Code.FORBIDDEN, f"this credential speaks for {known} only", role=str(known))


def by_token(site: Site, text: str) -> Caller | None:
    now = site.clock.now_ms()
    return site.read(lambda conn: _caller(conn, token_owner(conn, text), now)) if text else None


def _caller(conn: Connection, principal: Principal | None, now: int, csrf: str | None = None) -> Caller | None:
    """Only who may act can have taken a shift."""
    if principal is None:
        return None
    acts = RANK[principal.role] >= RANK[Role.OPERATOR]
    taken = shifts.current(conn, principal.name, now) if acts else None
    return Caller(principal, csrf, taken.person if taken else None)


def still_there(conn: Connection, principal: Principal, now: int) -> bool:
    """True where the rights this principal came in with are the ones it has now, and its session goes on."""
    of = LoginSession(principal.name, "", principal.generation, principal.via is Via.BEARER, principal.session)
    return _owner(conn, of, now) == principal


def require(caller: Caller | None, role: Role) -> Caller:
    """IocError `unauthenticated` or `forbidden` unless the caller holds at least `role`."""
    if caller is None:
        raise IocError(Code.UNAUTHENTICATED, "log in or send a token")
    if RANK[caller.principal.role] < RANK[role]:
        raise IocError(Code.FORBIDDEN, f"this needs the role {role}", role=role)
    return caller


def check_csrf(caller: Caller, sent: str | None) -> None:
    """A write that came with a cookie must carry the session's own value, which other sites cannot read."""
    if caller.csrf is not None and not hmac.compare_digest(caller.csrf.encode(), (sent or "").encode()):
        raise IocError(Code.CSRF, f"send the header {CSRF_HEADER} with the value from GET /api/v1/me")


def _session(name: str, csrf: str, generation: int | None, display: bool = False, id_: str = "") -> LoginSession:
    """As a cookie has it; one of a display that was made before tokens had generations names none."""
    return LoginSession(name, csrf, generation or 0, display or generation is None, digest(id_) if id_ else "")


def _owner(conn: Connection, session: LoginSession, now: int) -> Principal | None:
    if session.is_display:
        return token_named(conn, session.name, session.generation)
    return login_sessions.owner(conn, session.kept, session.name, session.generation, now)


def _bearer(authorization: str) -> str:
    """The token in the header, empty where there is none."""
    return authorization[len(_BEARER) :].strip() if authorization.lower().startswith(_BEARER) else ""
