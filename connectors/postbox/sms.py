"""The SMS gateway of the demonstration: takes `POST /sms` with a JSON body and answers as gateways do."""

import json
import socket
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from ioc.core import jsons
from ioc.platform.postbox import Postbox, PostboxMessage

OK, REFUSED = "100", "99"
MAX_BYTES = 64 * 1024


class SmsOrder(Struct, frozen=True):
    """The body of a request."""

    phone: Annotated[str, Meta(min_length=3)]
    text: Annotated[str, Meta(min_length=1)]
    ref: str


class SmsGateway(ThreadingHTTPServer):
    """Serves on a socket that listens already."""

    daemon_threads = True

    def __init__(self, listening: socket.socket, postbox: Postbox, now: Callable[[], int]) -> None:
        super().__init__(listening.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self._postbox, self._now = postbox, now

    def take(self, body: bytes) -> tuple[HTTPStatus, dict[str, str]]:
        """Status and answer to one request."""
        try:
            order = jsons.decode(body, SmsOrder)
        except msgspec.DecodeError as error:
            return HTTPStatus.BAD_REQUEST, {"CodeResult": REFUSED, "ErrorMessage": str(error)}
        self._postbox.put(
            PostboxMessage(at=self._now(), way="sms", address=order.phone, ref=order.ref, text=order.text)
        )
        return HTTPStatus.OK, {"CodeResult": OK, "SMSID": order.ref}


class _Handler(BaseHTTPRequestHandler):
    server: SmsGateway
    timeout = 10

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        status, answer = self.server.take(self.rfile.read(min(length, MAX_BYTES)))
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """The postbox shows what came; nothing goes to the log."""
