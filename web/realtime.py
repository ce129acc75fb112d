"""The live socket: who may connect, what each client watches, and the pump that tells them what changed."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, cast

import msgspec
from flask import Flask, request
from flask_socketio import SocketIO
from socketio.exceptions import ConnectionRefusedError as Refused

from ioc.core.errors import Code, IocError
from ioc.domain.access import Principal
from web import errors
from web.auth import Sessions, by_token, identify, still_there
from web.clients import Client
from web.origin import is_ours
from web.private.engine import Engine
from web.private.packets import PacketJson
from web.site import Site
from web.subject import MAX_WIDGETS, read_request, subject
from web.turns import SOCKETS, AskingPace, AskingPaces, too_many
from web.watch import Board

log = logging.getLogger(__name__)

PING_S = 5
_FAREWELL_S = 1.0
_WATCHES = 10.0, 60  # a second of one socket, and in one burst
_WATCHES_OF_ACCOUNT = 50.0, SOCKETS  # all of them may come back at once


class Realtime:
    """The socket server of one worker."""

    def __init__(self, app: Flask, site: Site, sessions: Sessions, board: Board) -> None:
        self._site, self._sessions, self._board = site, sessions, board
        self._paces = AskingPaces(*_WATCHES_OF_ACCOUNT, site.clock.monotonic)
        self.on_watch: Callable[[], None] = lambda: None
        self.socketio = SocketIO(
            app,
            async_mode="gevent",
            transports=["websocket"],
            ping_interval=PING_S,
            ping_timeout=PING_S,
            cors_allowed_origins=self.is_our_origin,
            manage_session=False,
            max_http_buffer_size=64 * 1024,
            json=PacketJson,
        )
        self.engine = Engine(self.socketio)
        self._server: Any = self.engine.server
        self.socketio.on_event("connect", self._connect)
        self.socketio.on_event("disconnect", self._disconnect)
        self.socketio.on_event("watch", self._watch)
        self.socketio.on_event("resync", self._resync)

    def is_our_origin(self, origin: str | None, environ: Mapping[str, Any]) -> bool:
        """None at all, the host the request came to, or the public address."""
        public = self._site.context.settings.http.public_url
        return is_ours(origin, environ.get("wsgi.url_scheme"), environ.get("HTTP_HOST"), public)

    def end(self, gone: Callable[[Principal], bool]) -> None:
        """Say farewell to every client whose principal is gone, then cut what does not leave."""
        for sid in list(self._site.clients.of(gone)):
            client = self._site.clients.get(sid)
            self._site.clients.drop(sid, self._board)
            self._server.start_background_task(self._server.disconnect, sid)
            if client is not None:
                self._server.start_background_task(self._cut_later, client)

    def recheck(self) -> None:
        """End the clients whose token was revoked, whose user was disabled, or whose rights are no longer the same."""
        known, now = self._site.clients.principals(), self._site.clock.now_ms()
        alive = self._site.read(lambda conn: {one for one in known if still_there(conn, one, now)})
        gone = known - alive
        if gone:
            self.end(lambda principal: principal in gone)

    def _connect(self, auth: Any = None) -> None:
        token = auth.get("token") if isinstance(auth, dict) else None
        try:
            if isinstance(token, str):
                caller = by_token(self._site, token)
            else:
                caller = identify(self._site, self._sessions, request)
        except IocError as error:
            raise Refused(error.code.value) from error
        if caller is None:
            raise Refused(Code.UNAUTHENTICATED.value)
        if self._site.clients.count(caller.principal) >= SOCKETS:
            raise Refused(Code.TOO_MANY_REQUESTS.value)
        sid, pace = _sid(), AskingPace(*_WATCHES, self._site.clock.monotonic)
        self._site.clients.add(sid, Client(caller.principal, self.engine.line(sid), pace))

    def _disconnect(self, _reason: Any = None) -> None:
        sid = _sid()
        client = self._site.clients.get(sid)
        self._site.clients.drop(sid, self._board)
        if client is not None:
            self._server.start_background_task(self._cut_later, client)

    def _watch(self, message: Any = None) -> dict[str, Any]:
        client = self._client()
        if client is None:
            return {"ok": False, "error": {"code": Code.UNAUTHENTICATED}}
        try:
            requests = msgspec.convert(message, dict[str, list[Any]])["widgets"]
        except (msgspec.ValidationError, KeyError):
            return self._refusal(IocError(Code.BAD_REQUEST, 'expected {"widgets": [{"id", "kind", "options"}]}'))
        if len(requests) > MAX_WIDGETS:
            return self._refusal(IocError(Code.TOO_MANY_WIDGETS, f"at most {MAX_WIDGETS} widgets", most=MAX_WIDGETS))
        if not (client.pace.take() and self._paces.take(client.principal)):
            return self._refusal(too_many("watch"))
        if not self._still_there(client.principal):
            self.end(lambda principal: principal == client.principal)
            return self._refusal(IocError(Code.UNAUTHENTICATED, "the session has ended"))
        wanted, refused = {}, {}
        scope = self._site.scope(client.principal)
        home = self._site.home(scope)
        for entry in requests:
            try:
                asked = read_request(entry)
                wanted[asked.id] = self._board.join(subject(self._site.widgets, asked, scope, home))
            except IocError as error:
                name = entry.get("id", "") if isinstance(entry, dict) else ""
                refused[str(name)[:64]] = self._refusal(error)["error"]
        client.watch(wanted, self._board)
        self.on_watch()
        return {"ok": True} if not refused else {"ok": False, "errors": refused}

    def _resync(self, message: Any = None) -> dict[str, Any]:
        client = self._client()
        widget_id = message.get("id") if isinstance(message, dict) else None
        if client is not None and not client.pace.take():
            return self._refusal(too_many("resync"))
        watching = client.widgets.get(widget_id) if client and isinstance(widget_id, str) else None
        if watching is None:
            return self._refusal(IocError(Code.NOT_FOUND, "no such widget is watched here"))
        watching.restart()
        self.on_watch()
        return {"ok": True}

    def _still_there(self, principal: Principal) -> bool:
        """While the database is away nobody can tell, and walls go on."""
        now = self._site.clock.now_ms()
        try:
            return self._site.read(lambda conn: still_there(conn, principal, now))
        except IocError:
            return True

    def _client(self) -> Client | None:
        return self._site.clients.get(_sid())

    def _refusal(self, error: IocError) -> dict[str, Any]:
        lang = errors.language(request.accept_languages)
        told: dict[str, Any] = msgspec.to_builtins(errors.render(error, self._site.context.texts, lang), enc_hook=str)
        return {"ok": False, **told}

    def _cut_later(self, client: Client) -> None:
        self._server.sleep(_FAREWELL_S)
        client.outlet.cut()


def _sid() -> str:
    """The id Flask-SocketIO gives the connection of the event at hand."""
    return str(cast(Any, request).sid)
