"""engineio below Flask-SocketIO: our own websockets under it, and the way to one client past its queue."""

from typing import Any

from web.private.websocket import Websocket, WholeSocket, frame

_PACKET = 1 << 20  # a packet still queued weighs more than any number of bytes in the kernel


class Engine:
    """The servers below Flask-SocketIO's, of Socket.IO and of engineio, which from now on uses our websockets."""

    def __init__(self, socketio: Any) -> None:
        self.server = socketio.server
        self.eio = self.server.eio
        self.lines: dict[str, WholeSocket] = {}
        self.eio._async = {**self.eio._async, "websocket": self._websocket}

    def line(self, sid: str) -> "Line":
        """The way to the client whom Socket.IO knows by this id."""
        engine_id = self.server.manager.eio_sid_from_sid(sid, "/")
        if (found := self.lines.get(engine_id)) is not None:
            found.greet()
        return Line(self, engine_id)

    def _websocket(self, handler: Any, _server: Any) -> Websocket:
        return Websocket(handler, handler.__self__.sid, self.lines)  # the handler is a method of engineio's Socket


class Line:
    """The outlet of one client: engineio's queue has no limit, so nothing is added while something is under way."""

    def __init__(self, engine: Engine, engine_id: str) -> None:
        self._engine, self._id = engine, engine_id

    def waiting(self) -> int:
        found, line = self._found()
        if found is None or line is None:
            return 0
        return int(found.queue.qsize()) * _PACKET + line.untaken()

    def send(self, event: str) -> None:
        # the event is JSON already, written once for many: "4" an engine.io message, "2" a Socket.IO event
        found, line = self._found()
        if found is None or line is None or found.closing:
            return
        if not (found.queue.empty() and line.offer(frame(f"42{event}".encode()))):
            self._engine.eio.send(self._id, "2" + event)

    def cut(self) -> None:
        line = self._engine.lines.get(self._id)
        if line is not None:
            line.cut()

    def _found(self) -> tuple[Any, WholeSocket | None]:
        """engineio's socket and ours."""
        return self._engine.eio.sockets.get(self._id), self._engine.lines.get(self._id)
