"""Contract, command line and processes: what is printed where, restarts, stops that lose nothing, imports, replays."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.flow.conftest import ORGS, House, command, until
from tests.ops.running import Running, alive, pids
from tests.servers import free_port

ROLES = ("broker", "ingest", "alerts", "web")


class Installation:
    """A configuration, its data directory and what runs on them."""

    def __init__(self, folder: Path, more: str = "", mqtt: str = "", *, fresh: bool = True) -> None:
        self.data, self.config, self.http, self.port = folder / "data", folder / "ioc.toml", free_port(), free_port()
        where = mqtt or f"port = {self.port}"
        text = f'data_dir = "{self.data}"\n[http]\nport = {self.http}\n[mqtt]\n{where}\n{more}'
        self.config.write_text(text, encoding="utf-8")
        if fresh:
            self._import(folder)

    def _import(self, folder: Path) -> None:
        (folder / "orgs.csv").write_text(ORGS, encoding="utf-8")
        done = command("org", "import", str(folder / "orgs.csv"), "--config", str(self.config))
        assert done.returncode == 0, done.stderr

    def start(self) -> Running:
        return Running("serve", "--config", str(self.config))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("place"))


@pytest.fixture(scope="module")
def served(place: Installation) -> Iterator[Running]:
    running = place.start()
    assert running.ready() == f"http://127.0.0.1:{place.http}"
    yield running
    running.kill()


def published(port: int, topic: str, bodies: list[str]) -> None:
    """All of them acknowledged by the broker."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(200)
    client.connect("127.0.0.1", port)
    client.loop_start()
    sent = [client.publish(topic, body, qos=1) for body in bodies]
    for message in sent:
        message.wait_for_publish(30)
        assert message.is_published()
    client.disconnect()
    client.loop_stop()


def test_a_role_that_dies_is_back_within_half_a_second(place: Installation, served: Running) -> None:
    for role in ("alerts", "ingest", "web", "broker"):
        (old,) = pids(place.data, role)
        os.kill(old, signal.SIGKILL)
        began = time.monotonic()
        while pids(place.data, role) in ([], [old]):
            assert time.monotonic() - began < 0.75, role  # half a second, and a machine at work
            time.sleep(0.005)
        (new,) = pids(place.data, role)
        assert alive(new)
        served.said(f"{role} serves (pid {new})", 20)


@pytest.fixture(scope="module")
def bearer(place: Installation) -> dict[str, str]:
    made = command("token", "create", "--name", "reader", "--role", "admin", "--config", str(place.config))
    return {"Authorization": f"Bearer {made.stdout.strip()}"}


@pytest.fixture(scope="module")
def interrupted(place: Installation, served: Running, bearer: dict[str, str]) -> tuple[int, int]:
    """`served` is flooded and stopped at once: when the flood began, and how much it was."""

    def listens() -> bool:  # its broker may just have been killed
        published(place.port, "ioc/v1/hg.dong-van/queue/first/state", ['{"waiting": 1}'])
        url = f"http://127.0.0.1:{place.http}/api/v1/sources/hg.dong-van/queue/first"
        return httpx2.get(url, headers=bearer, timeout=10).status_code == 200

    until(listens, "a first message")
    start = round(time.time() * 1000) // 60_000 * 60_000 - 300_000
    said = [json.dumps({"ts": start + 10 * i, "waiting": i}) for i in range(3_000)]
    published(place.port, "ioc/v1/hg.dong-van/queue/before/state", said)
    assert served.stop() < 10
    return start, len(said)


def test_a_stop_ends_well_with_stdout_for_ready_and_stderr_for_the_log(
    place: Installation, served: Running, interrupted: tuple[int, int]
) -> None:
    assert served.process.returncode == 0
    assert not list((place.data / "run").glob("*.pid"))
    assert served._lines.empty()
    assert served.errors
    assert not any(line.startswith("ready") for line in served.errors)


def test_what_was_acknowledged_is_there_and_ctrl_c_stops_the_group(
    place: Installation, interrupted: tuple[int, int], bearer: dict[str, str]
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ioc", "serve", "--config", str(place.config)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout
        base = process.stdout.readline().removeprefix("ready ").strip()
        (start, said), minute = interrupted, 60_000
        query = {"org": "hg.dong-van", "kind": "queue", "source": "before", "metric": "waiting", "agg": "count"}
        query |= {"from": str(start), "to": str(start + minute), "step": str(minute)}
        answer = httpx2.get(f"{base}/api/v1/series", params=query, headers=bearer, timeout=10)
        assert answer.json() == {"points": [[start, said]]}
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(10) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def test_commands_print_their_answer_and_nothing_else(house: House) -> None:
    where = ("--config", str(house.config))
    created = command("token", "create", "--name", "only", "--role", "leader", *where)
    assert (created.returncode, created.stderr) == (0, "")
    assert created.stdout.count("\n") == 1
    assert house.call("GET", "/me", who=None, headers={"Authorization": f"Bearer {created.stdout.strip()}"}).json()
    listed = command("token", "list", *where).stdout
    assert "only" in listed
    assert created.stdout.strip() not in listed
    assert "+07:00" in listed
    again = command("token", "create", "--name", "only", "--role", "leader", *where)
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [
    (), ("nonsense",), ("token", "create", "--name", "x", "--role", "king"), ("serve",), ("replay",),
    ("check-config", "/nonexistent.toml"), ("org", "import", "/nonexistent.csv", "--data-dir", "{new}"),
    ("serve", "--config", "/nonexistent.toml"),
])  # fmt: skip
def test_usage_and_configuration_end_with_two(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = command(*(part.format(new=tmp_path / "new") for part in arguments))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_of_units_twice_is_once_and_a_bad_one_is_nothing(tmp_path: Path) -> None:
    where, orgs = ("--data-dir", str(tmp_path / "new")), tmp_path / "orgs.csv"
    orgs.write_text("\ufeff" + ORGS, encoding="utf-8")
    dry = command("org", "import", str(orgs), "--dry-run", *where)
    assert (dry.returncode, "hg.dong-van" in dry.stdout) == (0, True)
    first, second = (command("org", "import", str(orgs), *where) for _ in range(2))
    assert "hg.dong-van" in first.stdout, "the dry run changed nothing"
    assert "hg.dong-van" not in second.stdout
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "org,kind,source,hours,interval_s\nhg,queue,fine,office,60\nhg.xx,queue,k2,office,60\n"
        "hg,lift,k3,office,60\nhg,queue,k 4,office,60\nhg,queue,k5,always,soon\nhg,queue,k6,25:00-26:00,60\n",
        encoding="utf-8",
    )
    done = command("source", "import", str(bad), *where)
    assert (done.returncode, done.stdout) == (2, "")
    assert [number for number in range(1, 8) if f"line {number}:" in done.stderr] == [3, 4, 5, 6, 7]
    with closing(sqlite3.connect(tmp_path / "new" / "ioc.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM source").fetchone() == (0,), "nothing is half-imported"


def test_a_captured_file_goes_through_ingest_with_its_time_of_receipt(house: House, tmp_path: Path) -> None:
    captured, at = tmp_path / "captured", 1_790_000_000_000
    lines = [
        {"received_at": at, "topic": "ioc/v1/hg.dong-van/queue/replayed/state", "payload": '{"waiting": 5}'},
        {"received_at": at + 60_000, "topic": "ioc/v1/hg.dong-van/queue/replayed/state", "payload": '{"waiting": 6}'},
    ]
    captured.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    done = command("replay", str(captured), "--config", str(house.config))
    assert done.returncode == 0, done.stderr
    told = house.source("hg.dong-van/queue/replayed", waiting=6)
    assert told["as_of"].startswith("2026-09-21T")
    captured.write_text("{}\n", encoding="utf-8")
    refused = command("replay", str(captured), "--config", str(house.config))
    assert (refused.returncode, "line 1" in refused.stderr) == (2, True)


def test_the_simulator_refuses_where_real_sources_are(house: House) -> None:
    done = command("simulate", "--config", str(house.config))
    assert (done.returncode, done.stdout) == (2, "")
    assert "real source" in done.stderr


def test_store_doctor_and_migrate_speak_while_it_runs(house: House) -> None:
    for name in ("check-store", "doctor", "migrate"):
        done = command(name, "--config", str(house.config))
        assert done.returncode == 0, (name, done.stdout, done.stderr)
        assert done.stdout
    assert house.call("GET", "/healthz").status_code == 200


def test_nothing_listens_beyond_the_loopback(house: House) -> None:
    for port in (house.mqtt, int(house.url.rpartition(":")[2])):
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex(("127.0.0.2", port)) != 0
