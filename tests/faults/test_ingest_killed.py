"""kill -9 of ingest while messages stream: every acknowledged message ends in the store, and nothing else does.

Small by default; `scripts/long ingest-killed` sends 100 000 messages through twenty kills.
"""

import threading
import time
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.long import size
from tests.running import Running, import_orgs, rows, running, wait_until
from tests.servers import mosquitto

MESSAGES, KILLS = size("ingest-killed", 8_000, 100_000), size("ingest-killed", 4, 20)
SOURCES = 20
# instants of the messages: one millisecond apart, so each reading is a row of its own


@pytest.mark.parametrize("kills", [0, KILLS], ids=["no fault", f"{KILLS} kills"])
def test_every_message_is_in_the_store_exactly_once(tmp_path: Path, kills: int) -> None:
    data = tmp_path / "data"
    with mosquitto(tmp_path, "allow_anonymous true\nmax_queued_messages 0\n") as broker:
        config = tmp_path / "ioc.toml"
        config.write_text(f'data_dir = "{data}"\n[mqtt]\nurl = "{broker.url}"\n', encoding="utf-8")
        import_orgs(config, tmp_path)
        with running(config, data, only="ingest") as service:
            part = MESSAGES // (kills + 1)
            sent = Publisher(broker.port, MESSAGES, part)
            sent.start()
            store = data / "metrics.sqlite"
            for i in range(kills):
                # counted by what is stored, and with the next part on its way: each kill meets a process at work
                wait_until(lambda i=i: stored(store) > part * i + part // 4, "the next kill", 300)
                sent.limit += part
                restarted_after_kill(service)
            sent.limit = MESSAGES
            sent.join(300)
            wait_until(lambda: stored(store) >= MESSAGES, f"{MESSAGES} readings in the store", 120)
            time.sleep(1)  # were anything invented, it would come now
        expected = {(sent.begin + i, i % SOURCES, i) for i in range(MESSAGES)}
        found = {
            (t, int(str(source).removeprefix("kiosk-")), int(value))
            for t, source, value in rows(
                store, "SELECT t, source, v FROM reading JOIN series ON series.id = reading.s WHERE metric = 'serial'"
            )
        }
        assert len(expected - found) == 0, "missing"
        assert len(found - expected) == 0, "invented"
        counts = {(n, label): total for n, label, total in rows(data / "ioc.sqlite", "SELECT * FROM counter")}
        # a redelivered message is received again: at least once into the inbox, exactly once into the store
        assert counts["received", ""] == counts["stored", ""] >= MESSAGES


def restarted_after_kill(service: Running) -> None:
    before = service.pid("ingest")
    service.kill("ingest")
    wait_until(lambda: service.pid("ingest") != before, "a new ingest process")


def stored(store: Path) -> int:
    found = rows(store, "SELECT count(*) FROM reading JOIN series ON series.id = reading.s WHERE metric = 'serial'")
    return int(str(found[0][0])) if found else 0


class Publisher(threading.Thread):
    """Kiosks that count up to `limit`, in the end `n`, and believe only what the broker acknowledged."""

    def __init__(self, port: int, n: int, limit: int | None = None) -> None:
        super().__init__(daemon=True)
        self.n, self.limit, self.count = n, n if limit is None else limit, 0
        self.begin = round(time.time() * 1000) - n
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="kiosks")
        self._client.max_inflight_messages_set(200)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def run(self) -> None:
        for i in range(self.n):
            while i >= self.limit:
                time.sleep(0.01)
            payload = f'{{"ts": {self.begin + i}, "serial": {i}}}'
            info = self._client.publish(f"ioc/v1/hg/queue/kiosk-{i % SOURCES}/state", payload, qos=1)
            if i % 500 == 0:
                info.wait_for_publish(60)
            self.count = i + 1
        info.wait_for_publish(60)
        self._client.disconnect()
        self._client.loop_stop()
