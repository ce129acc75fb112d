"""Canaries for what `ioc/platform/private` uses of libraries and of ssl beyond their documents, one a name."""

import socket
import ssl
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import paho.mqtt.client as paho
import pytest
from influxdb_client import InfluxDBClient
from openpyxl import Workbook, load_workbook
from paho.mqtt.enums import CallbackAPIVersion

from ioc.platform.private import influx, mqtt, sheets

MORNING = datetime(2026, 11, 30, 8, tzinfo=UTC).replace(tzinfo=None)  # a cell has no offset
CONNACK = b"\x20\x02\x00\x00"
PUBLISH = b"\x32\x08\x00\x01t\x00\x07abc"  # QoS 1, topic "t", number 7


def moved(library: str, name: str, room: str) -> str:
    return f"{library} no longer has {name} as {room} uses it: read its new release, mend the room, then raise the pin"


class Recording(mqtt.BufferedSocket):
    """Notes what paho asks for that ours does not have."""

    def __init__(self, sock: mqtt.Socket) -> None:
        super().__init__(sock)
        self.lacking: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        vars(self).setdefault("lacking", set()).add(name)
        raise AttributeError(name)


class Dialog:
    """A client of ours and the broker's end of its connection."""

    def __init__(self, listening: socket.socket) -> None:
        self.taken: list[bytes] = []
        self.client = mqtt.FastClient(
            CallbackAPIVersion.VERSION2, client_id="canary", clean_session=False, manual_ack=True
        )
        self.client.deliver = lambda message: self.taken.append(message.payload)
        self.client.on_message = lambda *_: self.taken.append(b"by paho's own handler")
        self.client.on_socket_register_write = lambda *_: None
        self.client.connect(*listening.getsockname())
        self.broker, _ = listening.accept()
        self.broker.settimeout(5)

    def heard(self) -> bytes:
        """What our side says now."""
        while self.client.want_write():
            self.client.loop_write()
        sock: Any = self.client.socket()
        sock.flush()
        return self.broker.recv(4096)

    def say(self, packet: bytes) -> None:
        self.broker.sendall(packet)
        self.client.loop_read()


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_paho_opens_its_socket_by_create_socket(listening: socket.socket) -> None:
    dialog = Dialog(listening)
    assert isinstance(dialog.client.socket(), mqtt.BufferedSocket), moved(
        "paho-mqtt", "Client._create_socket", "mqtt.py"
    )
    dialog.broker.close()


def test_paho_hands_each_message_to_handle_on_message(listening: socket.socket) -> None:
    dialog = Dialog(listening)
    dialog.heard()
    dialog.say(CONNACK)
    dialog.say(PUBLISH)
    assert dialog.taken == [b"abc"], moved("paho-mqtt", "Client._handle_on_message", "mqtt.py")
    dialog.broker.close()


def test_paho_writes_an_acknowledgement_as_we_do(listening: socket.socket) -> None:
    dialog = Dialog(listening)
    dialog.heard()
    dialog.say(CONNACK)
    dialog.say(PUBLISH)
    dialog.client.ack(7, 1)
    assert dialog.heard() == mqtt.puback(7), moved("paho-mqtt", "the PUBACK of Client.ack", "mqtt.py")
    dialog.broker.close()


def test_paho_asks_of_a_socket_what_ours_has(listening: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "BufferedSocket", Recording)
    dialog = Dialog(listening)
    sock: Any = dialog.client.socket()
    dialog.heard()
    dialog.say(CONNACK)
    dialog.client.subscribe("t", 1)
    dialog.client.publish("t", b"x", 1)
    dialog.say(PUBLISH)
    dialog.client.loop_misc()
    dialog.heard()
    dialog.client.disconnect()
    dialog.client.loop_write()
    assert sock.lacking <= {"pending"}, moved("paho-mqtt", f"the socket's {sock.lacking}", "mqtt.py")
    dialog.broker.close()


@pytest.fixture(scope="module")
def book() -> Any:
    """A workbook that says it ends at A1."""
    made = Workbook()
    sheet: Any = made.active
    sheet.append(["Mã hồ sơ", 7, MORNING, timedelta(hours=30)])
    file = BytesIO()
    made.save(file)
    return load_workbook(file, read_only=True, data_only=True)


@pytest.mark.parametrize("name", ["_get_source", "_shared_strings"])
def test_openpyxl_has_of_a_sheet(book: Any, name: str) -> None:
    assert hasattr(book.worksheets[0], name), moved("openpyxl", f"ReadOnlyWorksheet.{name}", "sheets.py")


@pytest.mark.parametrize("name", ["epoch", "_date_formats", "_timedelta_formats"])
def test_openpyxl_has_of_a_workbook(book: Any, name: str) -> None:
    assert hasattr(book, name), moved("openpyxl", f"Workbook.{name}", "sheets.py")


def test_openpyxl_parses_a_sheet_into_numbered_cells(book: Any) -> None:
    from openpyxl.worksheet import _reader

    assert hasattr(_reader, "WorkSheetParser"), moved("openpyxl", "worksheet._reader.WorkSheetParser", "sheets.py")
    expected = [(1, ["Mã hồ sơ", 7, MORNING, timedelta(hours=30)])]
    found = list(sheets.rows(book, book.worksheets[0]))
    assert found == expected, moved("openpyxl", "WorkSheetParser.parse", "sheets.py")


def test_influxdb_client_adds_a_header_to_every_request() -> None:
    with InfluxDBClient("http://127.0.0.1:1", "t") as client:
        influx.takes_packed(client)
        told = client.api_client.default_headers.get("Content-Encoding")
    assert told == "gzip", moved("influxdb-client", "InfluxDBClient.api_client.set_default_header", "influx.py")


def test_python_tells_the_chain_that_was_shown() -> None:
    tls = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())
    holder: Any = tls if sys.version_info >= (3, 13) else getattr(tls, "_sslobj", None)
    for name in ("get_verified_chain", "get_unverified_chain"):
        assert callable(getattr(holder, name, None)), moved("Python's ssl", f"SSLObject._sslobj.{name}", "tls.py")


def test_these_canaries_look_at_the_client_that_ingest_uses() -> None:
    from ioc.platform.broker import session

    assert session.FastClient is mqtt.FastClient
    assert issubclass(mqtt.FastClient, paho.Client)
