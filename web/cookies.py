"""The session cookie: over TLS it is this host's alone and never travels in the clear; on http it has a plain name."""

from typing import Any
from urllib.parse import urlsplit

from flask import Request

COOKIE = "ioc_session"
DEVICE_COOKIE = "ioc_device"


def over_tls(request: Request, public_url: str | None) -> bool:
    """As far as the browser goes: a proxy may end TLS before us, at the public address."""
    public = urlsplit(public_url or "")
    return request.is_secure or (public.scheme == "https" and public.netloc == request.host)


def named(request: Request, public_url: str | None) -> str:
    return _of(COOKIE, request, public_url)


def _of(name: str, request: Request, public_url: str | None) -> str:
    """A browser takes `__Host-` over TLS only, from no other host, and for the whole of this one."""
    return f"__Host-{name}" if over_tls(request, public_url) else name


def device_cookie(request: Request, public_url: str | None) -> str | None:
    """By which a person came in before."""
    return request.cookies.get(_of(DEVICE_COOKIE, request, public_url))


def session_cookie(request: Request, public_url: str | None) -> tuple[str | None, bool]:
    """Its value, and whether it has the name of an older build: of those a display's is good for TLS as well."""
    name = named(request, public_url)
    found = request.cookies.get(name)
    if found is None and name != COOKIE:
        return request.cookies.get(COOKIE), True
    return found, False


def set_on(
    response: Any, request: Request, public_url: str | None, value: str, seconds: int, name: str = COOKIE
) -> None:
    """Out of reach of scripts and of other sites' writes; an empty value ends it."""
    full, secure = _of(name, request, public_url), over_tls(request, public_url)
    response.set_cookie(full, value, max_age=seconds, httponly=True, samesite="Lax", secure=secure, path="/")
