"""The pages and their hashed files, with the headers that let nothing else run in them."""

from pathlib import Path
from typing import Any

from flask import Flask, Response, redirect, request
from werkzeug.exceptions import NotFound

from ioc.core.errors import IocError
from ioc.core.model import Role
from web import components, cookies, shell
from web.auth import Sessions, by_cookie, by_token
from web.clients import is_display
from web.site import Site

DIST = Path(__file__).parent / "dist"
PAGES = ("wall", "tablet", "alerts", "dossiers", "sources", "login", "outbox", "displays")
ADDRESSES = {"displays": "admin/displays"}  # of pages that do not stand under their own name
OF_DEMO = frozenset({"outbox"})
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self' {socket}; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_NO_BUILD = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>IOC</title>
<h1>Giao diện chưa được dựng</h1>
<p>Máy chủ đang chạy, nhưng thư mục web/dist không có. Hãy cài lại bằng <code>pip install .</code>.</p>
<h1>The pages have not been built</h1>
<p>The server runs, but web/dist is missing. Install again with <code>pip install .</code>.</p></html>
"""
_YEAR_S = 31_536_000
_HOMES = {Role.WALL: "/wall", Role.LEADER: "/tablet"}


def mount(app: Flask, site: Site, sessions: Sessions, dist: Path = DIST) -> None:
    """Add the pages that exist to the application."""
    told = components.told(site.context.plugins, site.context.kinds, site.build)
    components.mount(app, site.context.plugins)
    shell.mount(app, dist, site.build)
    for name in PAGES if site.context.demo else (page for page in PAGES if page not in OF_DEMO):
        app.add_url_rule(f"/{ADDRESSES.get(name, name)}", f"page {name}", _Page(site, sessions, dist, name, told))
    app.add_url_rule("/", "home", lambda: redirect(_home(site, sessions)))
    app.add_url_rule("/assets/<path:name>", "asset", lambda name: _asset(dist, name))


def build_id(version: str, dist: Path = DIST) -> str:
    """The version and, where the pages are built, the beginning of their digest."""
    stamp = dist / ".stamp"
    digest = stamp.read_text(encoding="ascii").strip()[:12] if stamp.is_file() else ""
    return f"{version}+{digest}" if digest else version


class _Page:
    """One HTML page; a device token in its address becomes a session and leaves the address."""

    def __init__(self, site: Site, sessions: Sessions, dist: Path, name: str, told: str) -> None:
        self._site, self._sessions, self._dist, self._name, self._told = site, sessions, dist, name, told

    def __call__(self) -> Any:
        token = request.args.get("token")
        return self._html() if token is None else self._enter(token)

    def _enter(self, token: str) -> Any:
        rest = "&".join(f"{key}={value}" for key, value in _kept())
        response = redirect(f"/{self._name}?{rest}" if rest else f"/{self._name}")
        try:
            caller = by_token(self._site, token)
            taken = caller is not None and is_display(caller.principal) and self._may_replace()
        except IocError:
            return Response("503", 503)
        if caller is not None and taken:
            public_url = self._site.context.settings.http.public_url
            cookies.set_on(response, request, public_url, *self._sessions.issue(caller.principal))
        return response

    def _may_replace(self) -> bool:
        """Nobody who came in by a password becomes somebody else by following a link."""
        before = by_cookie(self._site, self._sessions, request)
        return before is None or is_display(before.principal)

    def _html(self) -> Response:
        file = self._dist / f"{self._name}.html"
        missing = not file.is_file()
        body = _NO_BUILD if missing else file.read_text(encoding="utf-8").replace("</head>", f"{self._told}</head>", 1)
        response = Response(body, 503 if missing else 200, content_type="text/html; charset=utf-8")
        response.headers["Cache-Control"] = "no-store"
        scheme = "wss" if request.scheme == "https" else "ws"
        response.headers["Content-Security-Policy"] = CSP.format(socket=f"{scheme}://{request.host}")
        return shell.packed(response)


def _kept() -> list[tuple[str, str]]:
    """The part of the address that stays: the scene and the language, if they are plain names."""
    said = [(name, request.args.get(name, "")) for name in ("scene", "lang")]
    return [(name, text) for name, text in said if text.replace("-", "").isalnum() and text.isascii()]


def _asset(dist: Path, name: str) -> Response:
    try:
        response = shell.file(dist / "assets", name, _YEAR_S)
    except NotFound:
        return Response("not found", 404, content_type="text/plain")
    response.headers["Cache-Control"] = f"public, max-age={_YEAR_S}, immutable"
    return response


def _home(site: Site, sessions: Sessions) -> str:
    try:
        caller = by_cookie(site, sessions, request)
    except IocError:
        caller = None
    if caller is None:
        return "/login"
    return _HOMES.get(caller.principal.role, "/alerts")
