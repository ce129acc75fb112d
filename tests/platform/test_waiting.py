"""A records database that is away at the start is waited for, and whoever asks over HTTP is told so."""

import socket
import threading
import urllib.error
import urllib.request

import pytest

from ioc.core.errors import Code, IocError
from ioc.platform import waiting
from ioc.platform.db import migrate


@pytest.fixture
def http():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


class Flaky:
    """Stands for `migrate.upgrade`: away until told."""

    def __init__(self, error: IocError) -> None:
        self.error, self.there, self.asked = error, threading.Event(), threading.Event()

    def upgrade(self, _db) -> bool:
        self.asked.set()
        if not self.there.is_set():
            raise self.error
        return True


def ask(http: socket.socket, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{http.getsockname()[1]}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_it_is_waited_for_visibly(http, tmp_path, monkeypatch, caplog):
    away = Flaky(IocError(Code.DATABASE_UNAVAILABLE, "records database: connection refused"))
    monkeypatch.setattr(migrate, "upgrade", away.upgrade)
    monkeypatch.setattr(waiting, "EVERY_S", 0.05)
    found = []
    url = f"sqlite:///{tmp_path / 'ioc.sqlite'}"
    thread = threading.Thread(target=lambda: found.append(waiting.database_when_there(url, http)))
    thread.start()
    assert away.asked.wait(5)
    assert ask(http, "/healthz")[0] == 200
    assert ask(http, "/readyz") == (503, "waiting for the records database\n")
    away.there.set()
    thread.join(5)
    assert len(found) == 1
    assert "waiting for the records database: connection refused" in caplog.text
    found[0].close()


def test_what_waiting_cannot_mend_is_said_at_once(http, tmp_path, monkeypatch):
    newer = Flaky(IocError(Code.SCHEMA_NEWER, "records database: its schema 9999 is newer"))
    monkeypatch.setattr(migrate, "upgrade", newer.upgrade)
    with pytest.raises(IocError, match="is newer"):
        waiting.database_when_there(f"sqlite:///{tmp_path / 'ioc.sqlite'}", http)
