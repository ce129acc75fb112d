"""Devices on a real Mosquitto: each writes its own topics only, and is cut off when its credential is revoked."""

import threading
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ioc import cli
from ioc.core.model import SourceKey
from ioc.ops.devices import owner
from ioc.platform.db import Database, sqlite_url
from tests.ops.running import wait_until
from tests.servers import Mosquitto, free_port, mosquitto

K1, K2, LINE = "hg.mv/queue/k1", "hg.mv/queue/k2", "hg/link/l1"
MAP = """
[[map]]
topic = "lsx/+site/#"
org = "hg.{site}"
kind = "queue"
source = "k"
[map.fields]
waiting = "w"
"""


class Place:
    """An installation that knows two units, and the command line on it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.config = folder / "ioc.toml"
        self.port = free_port()
        mqtt = f'[mqtt]\nurl = "mqtt://127.0.0.1:{self.port}"\nusername = "ioc"\npassword = "ours"\n'
        mqtt += 'watch_unknown = ["new/#"]\n'
        self.config.write_text(f'data_dir = "{folder}/data"\n{mqtt}{MAP}', encoding="utf-8")
        (folder / "orgs.csv").write_text("code,name\nhg,Hà Giang\nhg.mv,Mèo Vạc\n", encoding="utf-8")
        self.ioc("org", "import", str(folder / "orgs.csv"))

    def ioc(self, *arguments: str, code: int = 0) -> str:
        """What it printed; of a failure what it said."""
        assert cli.main([*arguments, "--config", str(self.config)]) == code
        said = self._capsys.readouterr()
        return said.out.strip() if code == 0 else said.err.strip()

    def export(self, *more: str) -> str:
        return self.ioc("device", "export", str(self.folder), *more)

    def broker_config(self) -> str:
        return (
            f"allow_anonymous false\npid_file {self.folder}/mosquitto.pid\n"
            f"password_file {self.folder}/ioc.passwd\nacl_file {self.folder}/ioc.acl\n"
        )


@pytest.fixture
def place(tmp_path, capsys):
    return Place(tmp_path, capsys)


class Client:
    """A device, or ourselves, on a real broker; it does not come back by itself."""

    def __init__(self, server: Mosquitto, name: str, password: str) -> None:
        self.got: list[tuple[str, bytes]] = []
        self.ended = threading.Event()
        self._codes: list[bool] = []
        self._server = server
        self._client = paho.Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
        self._client.username_pw_set(name, password)
        self._client.on_connect = lambda _c, _d, _f, code, _p: self._codes.append(not code.is_failure)
        self._client.on_disconnect = lambda *_: self.ended.set()
        self._client.on_message = lambda _c, _d, message: self.got.append((message.topic, message.payload))

    def comes_in(self) -> bool:
        self._client.connect("127.0.0.1", self._server.port)
        self._client.loop_start()
        wait_until(lambda: self._codes)
        return self._codes[0]

    def hear(self, *topics: str) -> None:
        heard = threading.Event()
        self._client.on_subscribe = lambda *_: heard.set()
        self._client.subscribe([(topic, 1) for topic in topics])
        assert heard.wait(5)

    def say(self, topic: str) -> None:
        """Acknowledged even where the broker throws it away."""
        self._client.publish(topic, b"1", qos=1).wait_for_publish(5)

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def test_a_device_writes_its_own_topics_only(place):
    secret = place.ioc("device", "add", K1, "--topic", "lsx/MV/k1/#")
    place.ioc("device", "add", K2)
    place.export()
    with mosquitto(place.folder, place.broker_config(), place.port) as server:
        ours, device = Client(server, "ioc", "ours"), Client(server, K1, secret)
        assert ours.comes_in()
        assert device.comes_in()
        ours.hear("ioc/#", "lsx/#")
        device.hear("#")
        for topic in (
            f"ioc/v1/{K2}/state", "ioc/live/v1/delta", f"ioc/v1/{K1}/config", "lsx/MV/k2/x", f"ioc/v1/{K1}/event",
            f"ioc/v1/{K1}/state", "lsx/MV/k1/tele", f"ioc/v1/{K1}/status",
        ):  # fmt: skip
            device.say(topic)
        wait_until(lambda: ours.got and ours.got[-1][0] == f"ioc/v1/{K1}/status")
        assert [topic for topic, _ in ours.got] == [
            f"ioc/v1/{K1}/event", f"ioc/v1/{K1}/state", "lsx/MV/k1/tele", f"ioc/v1/{K1}/status",
        ]  # fmt: skip
        assert device.got == []
        assert not Client(server, K2, secret).comes_in(), "another device's name with this password"
        ours.leave()
        device.leave()


def test_a_revoked_device_is_cut_off_and_stays_out(place):
    first, second = place.ioc("device", "add", K1), place.ioc("device", "add", K2)
    place.export()
    with mosquitto(place.folder, place.broker_config(), place.port) as server:
        device, other = Client(server, K1, first), Client(server, K2, second)
        assert device.comes_in()
        assert other.comes_in()
        assert "revoked" in place.ioc("device", "revoke", K1)
        place.export("--reload", str(place.folder / "mosquitto.pid"))
        assert device.ended.wait(5), "the connection that stood was ended"
        assert not Client(server, K1, first).comes_in()
        other.say(f"ioc/v1/{K2}/state")
        assert not other.ended.is_set(), "nobody else was touched"
        other.leave()
        renewed = place.ioc("device", "add", K1)
        place.export("--reload", str(place.folder / "mosquitto.pid"))
        wait_until(lambda: Client(server, K1, renewed).comes_in())
        assert not Client(server, K1, first).comes_in()


def test_the_secret_is_printed_once_and_kept_nowhere(place):
    secret = place.ioc("device", "add", K1, "--topic", "lsx/MV/#")
    assert len(secret) >= 43
    for path in (place.folder / "data").rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes()
    listed = place.ioc("device", "list")
    assert K1 in listed
    assert "lsx/MV/#" in listed
    assert secret not in listed
    with Database(sqlite_url(place.folder / "data" / "ioc.sqlite")).read() as conn:
        assert owner(conn, secret) == SourceKey.parse(K1)


def test_a_credential_is_one_a_source_and_is_renewed_by_asking(place):
    first = place.ioc("device", "add", LINE)
    assert "--renew" in place.ioc("device", "add", LINE, code=2)
    second = place.ioc("device", "add", LINE, "--renew")
    with Database(sqlite_url(place.folder / "data" / "ioc.sqlite")).read() as conn:
        assert owner(conn, first) is None
        assert owner(conn, second) == SourceKey.parse(LINE)
    place.ioc("device", "revoke", LINE)
    assert "no living credential" in place.ioc("device", "revoke", LINE, code=1)


@pytest.mark.parametrize(("arguments", "said"), [
    (["hg.mv/kiosk/k1"], "with a kind of"),
    (["k1"], "give ORG/KIND/SOURCE"),
    (["hg.xx/queue/k1"], "not in the inventory"),
    ([K1, "--topic", "#"], "name the vendor's own topics"),
    ([K1, "--topic", "a/b#"], "a wildcard stands alone"),
    ([K1, "--topic", "ioc/live/v1/delta"], "ioc/live"),
])  # fmt: skip
def test_what_cannot_be_is_named(place, arguments, said):
    assert said in place.ioc("device", "add", *arguments, code=2)


def test_accounts_made_by_hand_stay(place):
    (place.folder / "ioc.passwd").write_text("bep:$7$101$x$y\n", encoding="utf-8")
    place.ioc("device", "add", K1)
    place.export()
    place.ioc("device", "revoke", K1)
    place.export()
    names = [line.partition(":")[0] for line in (place.folder / "ioc.passwd").read_text(encoding="utf-8").splitlines()]
    assert names == ["bep", "ioc"]
    acl = (place.folder / "ioc.acl").read_text(encoding="utf-8")
    assert "topic read lsx/+/#\ntopic read new/#\n" in acl
    assert (place.folder / "ioc.passwd").stat().st_mode & 0o007 == 0
