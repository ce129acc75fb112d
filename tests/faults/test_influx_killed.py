"""A real InfluxDB killed with -9 twice and then away for a while, messages streaming: every reading ends in it once.

Small by default; `scripts/long influx-killed` sends 2 000 messages a second and keeps the server away for a minute
(`influx-away`: for ten), and asks for what the product promises of time. The same without a fault is the control: what
it grows by is not the outage's doing.
"""

import json
import logging
import math
import threading
import time
from pathlib import Path

import psutil
import pytest

from tests.faults.test_ingest_killed import SOURCES, Publisher
from tests.influx_servers import Influxd, influxd
from tests.long import running_long
from tests.running import Running, import_orgs, rows, running, wait_until
from tests.servers import mosquitto

log = logging.getLogger(__name__)

FULL = running_long("influx-killed", "influx-away")
RATE = 2_000 if FULL else 800
OUTAGE_S = 600.0 if running_long("influx-away") else 60.0 if FULL else 4.0
BETWEEN_S = 10.0 if FULL else 1.5
GROWTH = 150_000_000


@pytest.mark.parametrize("faults", [False, True], ids=["no fault", "killed twice, then away"])
def test_every_message_is_in_influxdb_exactly_once(tmp_path: Path, faults: bool) -> None:
    data = tmp_path / "data"
    seconds = 4 * BETWEEN_S + (2 * OUTAGE_S if faults else 0)
    with influxd(tmp_path) as server, mosquitto(tmp_path) as broker:
        config = tmp_path / "ioc.toml"
        text = f'data_dir = "{data}"\n[mqtt]\nurl = "{broker.url}"\n[store]\nurl = "{server.url}"\n'
        config.write_text(text, encoding="utf-8")
        import_orgs(config, tmp_path)
        with running(config, data, only="ingest") as service:
            sent = Paced(broker.port, round(RATE * seconds))
            sent.start()
            wait_until(lambda: sent.count > RATE, "a second of messages")
            memory = Memory(service)
            if faults:
                time.sleep(BETWEEN_S)
                kill_and_start(server, 0.0)
                time.sleep(BETWEEN_S)
                kill_and_start(server, 0.5)
                time.sleep(BETWEEN_S)
                kill_and_start(server, OUTAGE_S)
                back = time.monotonic()
                wait_until(lambda: lag(data) < RATE, "the backlog worked off", 60 + OUTAGE_S)
                caught_up_s = time.monotonic() - back
                log.warning("away %.0f s, caught up in %.1f s", OUTAGE_S, caught_up_s)
                assert not FULL or caught_up_s < OUTAGE_S
            sent.join(seconds + 120)
            log.warning("%d messages at %.0f a second, memory +%.0f MB", sent.n, sent.rate(), memory.growth() / 1e6)
            assert memory.growth() < GROWTH
            assert not FULL or sent.rate() > 0.9 * RATE, "less was sent than promised: the machine is too busy to tell"
            wait_until(lambda: lag(data) == 0, "the last message", 60)
            time.sleep(1)  # were anything invented, it would come now
        expected = {(sent.begin + i, f"kiosk-{i % SOURCES}", i) for i in range(sent.n)}
        found = in_bucket(server)
        assert len(found) == len(set(found))
        assert len(expected - set(found)) == 0, "missing"
        assert len(set(found) - expected) == 0, "invented"
        quarantined = rows(data / "ioc.sqlite", "SELECT count(*) FROM quarantine")
        assert quarantined == [(0,)]


class Paced(Publisher):
    """So many a second, whatever happens to the store."""

    took_s = math.inf

    def rate(self) -> float:
        return self.n / self.took_s

    def run(self) -> None:
        began = time.monotonic()
        for i in range(self.n):
            if i % 50 == 0:
                time.sleep(max(0.0, began + i / RATE - time.monotonic()))
            payload = f'{{"ts": {self.begin + i}, "serial": {i}}}'
            info = self._client.publish(f"ioc/v1/hg/queue/kiosk-{i % SOURCES}/state", payload, qos=1)
            self.count = i + 1
        info.wait_for_publish(60)
        self.took_s = time.monotonic() - began
        self._client.disconnect()
        self._client.loop_stop()


class Memory(threading.Thread):
    """The most that ingest ever held, beside what it held at first."""

    def __init__(self, service: Running) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(service.pid("ingest"))
        self._first = self._most = self._process.memory_info().rss
        self.start()

    def run(self) -> None:
        while self._process.is_running():
            try:
                self._most = max(self._most, self._process.memory_info().rss)
            except psutil.NoSuchProcess:
                return
            time.sleep(0.2)

    def growth(self) -> int:
        return self._most - self._first


def kill_and_start(server: Influxd, after_s: float) -> None:
    server.kill()
    time.sleep(after_s)
    server.start()


def lag(data: Path) -> int:
    """How many messages the metrics sink is behind the inbox."""
    newest = rows(data / "inbox.sqlite", "SELECT max(first + n - 1) FROM run")
    done = rows(data / "inbox.sqlite", "SELECT seq FROM cursor WHERE name = 'metrics'")
    return int(str(newest[0][0])) - int(str(done[0][0])) if newest and done else 1_000_000


def in_bucket(server: Influxd) -> list[tuple[int, str, int]]:
    answer = json.loads(server.ask('SELECT "serial" FROM "queue" GROUP BY "source"', db="ioc", epoch="ms"))
    series = answer["results"][0]["series"]
    return [(t, one["tags"]["source"], round(value)) for one in series for t, value in one["values"]]
