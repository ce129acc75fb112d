"""Device → broker → ingest → alert → e-mail and SMS, through real processes, one of them killed on the way."""

import json
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import paho.mqtt.client as paho
import pytest
from aiosmtpd.controller import Controller
from paho.mqtt.enums import CallbackAPIVersion

from tests.running import import_orgs, ioc, running, wait_until
from tests.servers import free_port

SOURCES = "org,kind,source,name,interval_s,hours\nhg.dong-van,queue,k1,Kiosk 1,60,always\n"
CONFIG = """
data_dir = "{data_dir}"
[http]
port = {http}
[mqtt]
port = {mqtt}
[alerts]
group_wait_s = 1
startup_grace_s = 0
[[rule]]
id = "offline"
kind = "offline"
hold_s = 2
severity = "critical"
[[channel]]
name = "mail"
kind = "email"
host = "127.0.0.1"
port = {smtp}
sender = "ioc@example.vn"
[[channel]]
name = "sms"
kind = "sms_http"
url = "http://127.0.0.1:{sms}/send"
body = '{{"phone": "{{phone}}", "text": "{{text}}", "ref": "{{request_id}}"}}'
success_path = "CodeResult"
success_values = ["100"]
[[receiver]]
name = "truc-ban"
email = ["truc@example.vn"]
phone = ["0912345678"]
[[route]]
org = "hg"
receivers = ["truc-ban"]
channels = ["sms", "mail"]
"""


class Gateway(ThreadingHTTPServer):
    """Counts SMS by reference; answers 503 while `away`."""

    daemon_threads = True

    def __init__(self):
        self.texts = []
        self.away = False
        super().__init__(("127.0.0.1", 0), Door)


class Door(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.server.away:
            self.server.texts.append(body)
        self.send_response(503 if self.server.away else 200)
        self.end_headers()
        self.wfile.write(b'{"CodeResult": "100"}')

    def log_message(self, *_):
        pass


class Mailbox:
    def __init__(self):
        self.letters = []

    async def handle_DATA(self, _server, _session, envelope):
        self.letters.append(envelope.content.decode())
        return "250 OK"


@contextmanager
def running_gateway():
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def gateway():
    with running_gateway() as server:
        yield server


@pytest.fixture
def mailbox():
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    box.port = controller.port
    yield box
    controller.stop()


class Kiosk:
    """A device with a last will, which loses its power when told."""

    def __init__(self, port):
        self.port = port
        self.client = None

    def connect(self):
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id="kiosk-1")
        topic = "ioc/v1/hg.dong-van/queue/k1"
        self.client.will_set(f"{topic}/status", '{"online": false}', qos=1, retain=True)
        self.client.connect("127.0.0.1", self.port)
        self.client.loop_start()
        for channel, body in (("status", {"online": True}), ("state", {"waiting": 1})):
            self.client.publish(
                f"{topic}/{channel}", json.dumps(body), qos=1, retain=channel == "status"
            ).wait_for_publish(10)

    def lose_power(self):
        if (sock := self.client.socket()) is not None:  # the broker may have gone first
            sock.shutdown(socket.SHUT_RDWR)
        self.client.loop_stop()


class Seen:
    """What a reader of the API is shown of the kiosk."""

    def __init__(self, config, port):
        token = ioc("token", "create", "--name", "reader", "--role", "leader", "--config", str(config)).strip()
        self._headers = {"Authorization": f"Bearer {token}"}
        self._url = f"http://127.0.0.1:{port}/api/v1/sources/hg.dong-van/queue/k1"

    def health(self):
        return httpx2.get(self._url, headers=self._headers, timeout=10).json().get("health")


def message_ids(letters):
    return {line for letter in letters for line in letter.splitlines() if line.lower().startswith("message-id:")}


def test_one_message_each_when_it_leaves_and_when_it_returns(tmp_path, gateway, mailbox):
    mqtt = free_port()
    config = tmp_path / "ioc.toml"
    ports = {"http": free_port(), "mqtt": mqtt, "smtp": mailbox.port, "sms": gateway.server_address[1]}
    config.write_text(CONFIG.format(data_dir=tmp_path / "data", **ports), encoding="utf-8")
    import_orgs(config, tmp_path)
    (tmp_path / "sources.csv").write_text(SOURCES, encoding="utf-8")
    ioc("source", "import", str(tmp_path / "sources.csv"), "--config", str(config))
    kiosk = Kiosk(mqtt)
    seen = Seen(config, ports["http"])
    with running(config, tmp_path / "data") as whole:
        kiosk.connect()
        wait_until(lambda: seen.health() == "ok", "the kiosk to be there")
        kiosk.lose_power()
        gone = time.monotonic()
        wait_until(lambda: seen.health() == "offline", "the kiosk to be shown as gone")
        assert time.monotonic() - gone < 2
        wait_until(lambda: gateway.texts and mailbox.letters, "the alert by SMS and e-mail")
        assert "NGHIEM TRONG Huyen Dong Van: Kiosk 1: Mat ket noi" in gateway.texts[0]["text"]
        gateway.away = True
        kiosk.connect()
        wait_until(lambda: len(mailbox.letters) == 2, "the end by e-mail")
        whole.kill("alerts")
        gateway.away = False
        wait_until(lambda: len(gateway.texts) == 2, "the end by SMS after the kill")
        time.sleep(3)  # nothing more may come
    assert "DA KHAC PHUC" in gateway.texts[1]["text"]
    assert len({text["ref"] for text in gateway.texts}) == len(gateway.texts) == 2
    assert len(message_ids(mailbox.letters)) == 2
    assert len(mailbox.letters) <= 3  # one crash may cost one extra, under the same id
    kiosk.lose_power()
