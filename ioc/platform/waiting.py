"""While the records database is away: waiting for it, and saying so to whoever asks over HTTP."""

import contextlib
import logging
import select
import socket
import threading
from collections.abc import Iterator

from ioc.core.errors import IocError
from ioc.platform.db import Database, migrate

log = logging.getLogger(__name__)

EVERY_S = 2.0
REQUEST_BYTES = 4096
HEALTHZ = b"GET /healthz"
ANSWER = (
    b"HTTP/1.1 %s\r\nContent-Type: text/plain\r\nRetry-After: 5\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
)


def database_when_there(url: str, http: socket.socket | None) -> Database:
    """The migrated database; a trouble that may pass is told on every try and in the answer to every request."""
    db = Database(url)
    try:
        migrate.upgrade(db)
    except IocError as error:
        if not error.transient:
            raise
        log.warning("waiting for the %s", error.message)
    else:
        return db
    pause = threading.Event()
    with _answering(http):
        while True:
            pause.wait(EVERY_S)
            try:
                migrate.upgrade(db)
            except IocError as error:
                if not error.transient:
                    raise
                log.warning("still waiting for the %s", error.message)
            else:
                log.info("the records database is there")
                return db


@contextlib.contextmanager
def _answering(http: socket.socket | None) -> Iterator[None]:
    if http is None:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=_answer_all, args=(http, stop), name="waiting", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _answer_all(http: socket.socket, stop: threading.Event) -> None:
    while not stop.is_set():
        if select.select([http], [], [], 0.2)[0]:
            with contextlib.suppress(OSError):
                _answer(http.accept()[0])


def _answer(connection: socket.socket) -> None:
    with connection:
        connection.settimeout(1.0)
        alive = connection.recv(REQUEST_BYTES).startswith(HEALTHZ)
        status = b"200 OK" if alive else b"503 Service Unavailable"
        body = b"waiting for the records database\n"
        connection.sendall(ANSWER % (status, len(body), body))
