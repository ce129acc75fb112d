"""191 communes behind one cut, the whole product with its alert engine killed -9 in the middle: the same messages."""

import json
import time
from email import message_from_bytes, policy
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from aiosmtpd.controller import Controller
from paho.mqtt.enums import CallbackAPIVersion

from tests.running import import_orgs, ioc, rows, running, wait_until
from tests.servers import free_port

COMMUNES, CUT, DEAD = 195, 191, 3
CONFIG = """
data_dir = "{data}"
[http]
port = {http}
[mqtt]
port = {mqtt}
[alerts]
group_wait_s = 3
settle_s = 4
startup_grace_s = 2
[[rule]]
id = "mat-ket-noi"
kind = "offline"
hold_s = 1
severity = "critical"
[[channel]]
name = "mail"
kind = "email"
host = "127.0.0.1"
port = {smtp}
sender = "ioc@example.vn"
[[receiver]]
name = "truc-ban"
email = ["truc@example.vn"]
[[receiver]]
name = "lanh-dao"
email = ["lanhdao@example.vn"]
[[route]]
receivers = ["truc-ban", "lanh-dao"]
channels = ["mail"]
"""
RECEIVERS = ("truc@example.vn", "lanhdao@example.vn")


class Letters:
    """What each receiver got, copies of one Message-ID once."""

    def __init__(self) -> None:
        self.of: dict[str, dict[str, tuple[str, str]]] = {address: {} for address in RECEIVERS}

    async def handle_DATA(self, _server, _session, envelope):  # type: ignore[no-untyped-def]
        letter = message_from_bytes(envelope.content, policy=policy.default)
        text = letter.get_body(("plain",)).get_content()
        self.of[envelope.rcpt_tos[0]].setdefault(letter["Message-ID"], (letter["Subject"], text))
        return "250 OK"

    def each(self, n: int) -> bool:
        return all(len(letters) >= n for letters in self.of.values())


class Site:
    """The province as its devices are heard."""

    def __init__(self, port: int) -> None:
        self.points = [f"hg.dong-van/vc/cau-{i}" for i in range(COMMUNES)]
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="site")
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def say(self, *keys: str, online: bool) -> None:
        sent = [
            self._client.publish(f"ioc/v1/{key}/status", json.dumps({"online": online}), qos=1, retain=True)
            for key in keys
        ]
        for one in sent:
            one.wait_for_publish(20)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.mark.slow
def test_one_message_a_receiver_one_all_clear_then_what_stayed_dead(tmp_path: Path) -> None:
    letters, mqtt, smtp = Letters(), free_port(), free_port()
    controller = Controller(letters, hostname="127.0.0.1", port=smtp)
    controller.start()
    config = tmp_path / "ioc.toml"
    config.write_text(CONFIG.format(data=tmp_path / "data", http=free_port(), mqtt=mqtt, smtp=smtp), encoding="utf-8")
    import_orgs(config, tmp_path)
    sources = ["hg,link,cap-1,Cáp quang,,3600,always"]
    sources += [f"hg.dong-van,vc,cau-{i},Điểm cầu {i},hg/link/cap-1,3600,always" for i in range(COMMUNES)]
    (tmp_path / "sources.csv").write_text(
        "org,kind,source,name,parent,interval_s,hours\n" + "\n".join(sources) + "\n", encoding="utf-8"
    )
    ioc("source", "import", str(tmp_path / "sources.csv"), "--config", str(config))
    with running(config, tmp_path / "data") as service:
        site = Site(mqtt)
        site.say("hg/link/cap-1", *site.points, online=True)
        time.sleep(5)
        assert not any(letters.of.values()), "nothing is cut, nobody is told"
        site.say(*site.points[: CUT // 2], "hg/link/cap-1", *site.points[CUT // 2 : CUT], online=False)
        wait_until(lambda: suppressed(tmp_path) > 0, "what hangs on it is held back")
        service.kill("alerts")
        wait_until(lambda: letters.each(1), "the cut is told")
        site.say("hg/link/cap-1", *site.points[DEAD:], online=True)
        service.kill("alerts")
        wait_until(lambda: letters.each(3), "the all-clear, and what stayed dead")
        site.say(*site.points, online=True)
        wait_until(lambda: letters.each(4), "the end")
        time.sleep(4)
        site.close()
    controller.stop()
    for address in RECEIVERS:
        said = list(letters.of[address].values())
        assert [subject[:18] for subject, _ in said] == ["[IOC] NGHIÊM TRỌNG", "[IOC] ĐÃ KHẮC PHỤC"] * 2, said
        (cut, _), (clear, _), (_, dead), (_, over) = said
        assert "Cáp quang: Mất kết nối" in cut
        assert "Cáp quang: Mất kết nối" in clear
        assert dead.count("Điểm cầu ") == over.count("Điểm cầu ") == DEAD
    incidents = rows(tmp_path / "data" / "ioc.sqlite", "SELECT state FROM incident WHERE merged_into IS NULL")
    assert incidents == [("over",)]


def suppressed(folder: Path) -> int:
    query = "SELECT COUNT(*) FROM alert WHERE state = 'suppressed'"
    found = rows(folder / "data" / "ioc.sqlite", query)
    return int(str(found[0][0])) if found else 0
