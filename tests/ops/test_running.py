"""The whole of it as a newcomer starts it: ready, restarted, stopped, and every bad start named in one line."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.ops.running import Running, alive, kill_role, pids, wait_until
from tests.servers import free_port

ROLES = ("broker", "ingest", "alerts", "web")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """One demo without the simulator, shared by the stories that leave it running."""
    data_dir = tmp_path_factory.mktemp("demo") / "data"
    running = start(data_dir)
    running.base = running.ready()
    running.links = [running.line() for _ in range(9)]
    yield running
    running.kill()


def start(data_dir: Path, *more: str) -> Running:
    ports = ("--http-port", str(free_port()), "--mqtt-port", str(free_port()))
    running = Running("demo", "--no-simulator", "--data-dir", str(data_dir), *ports, *more)
    running.data_dir = data_dir
    return running


def get(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.status, answer.read().decode()


def test_ready_means_every_role_serves(demo):
    assert demo.base.startswith("http://127.0.0.1:")
    assert get(f"{demo.base}/healthz")[0] == 200
    assert all(alive(pid) for role in ROLES for pid in pids(demo.data_dir, role))


def test_the_wall_link_opens_without_a_login(demo):
    (wall,) = [line.split()[-1] for line in demo.links if line.startswith("wall")]
    assert get(wall)[0] == 200
    passwords = [line for line in demo.links if line.startswith("password")]
    assert len(passwords) == 3
    assert not any(line.startswith("ready") for line in demo.links)


def test_secrets_are_for_the_owner_alone(demo):
    for name in ("demo.json", "live.key", "run/started.json", "run/broker.conf", "session.json"):
        assert (demo.data_dir / name).stat().st_mode & 0o077 == 0, name


def test_commands_speak_to_the_running_one(demo):
    """`--data-dir` is enough: which ports it listens on was noted at the start."""
    answer = subprocess.run(
        [sys.executable, "-m", "ioc", "doctor", "--data-dir", str(demo.data_dir)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "kept a session and 1500 of 1500 messages" in answer.stdout, answer.stdout + answer.stderr


@pytest.mark.parametrize("role", ["web", "alerts", "ingest", "broker"])
def test_a_killed_role_is_started_again_at_once(demo, role):
    pid, took = kill_role(demo.data_dir, role)
    assert took < 1.5
    demo.said(f"{role} serves (pid {pid})", 15)


def test_nothing_else_is_called_ready(demo):
    assert demo._lines.empty()


def test_a_second_one_in_the_same_place_is_refused(demo):
    second = start(demo.data_dir)
    assert second.process.wait(20) == 1
    (line,) = second.errors
    assert "runs already" in line


def test_sigterm_stops_everything_quickly(tmp_path):
    running = start(tmp_path / "data")
    running.ready()
    family = [pid for role in ROLES for pid in pids(tmp_path / "data", role)]
    assert running.stop() < 10
    assert running.process.returncode == 0
    assert not any(alive(pid) for pid in family)
    assert not list((tmp_path / "data" / "run").glob("*.pid"))


def test_roles_die_with_a_supervisor_that_was_killed(tmp_path):
    running = start(tmp_path / "data")
    running.ready()
    family = [pid for role in ROLES for pid in pids(tmp_path / "data", role)]
    running.process.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(alive(pid) for pid in family), 5)


@pytest.mark.parametrize(("option", "named"), [("--http-port", "[http]"), ("--mqtt-port", "[mqtt]")])
def test_a_taken_port_is_one_clear_line(tmp_path, option, named):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        running = start(tmp_path / "data", option, str(port))
        assert running.process.wait(20) == 1
    wait_until(lambda: running.errors)
    (line,) = running.errors
    assert line.startswith("ioc: ")
    assert named in line
    assert f"127.0.0.1:{port}: another program listens there" in line


def test_a_data_dir_that_is_a_file_is_one_clear_line(tmp_path):
    (tmp_path / "data").write_text("in the way")
    running = start(tmp_path / "data")
    assert running.process.wait(20) == 1
    wait_until(lambda: running.errors)
    (line,) = running.errors
    assert "cannot be written" in line


def test_an_open_host_without_a_password_is_refused(tmp_path):
    config = tmp_path / "ioc.toml"
    config.write_text(f'data_dir = {json.dumps(str(tmp_path / "data"))}\n[mqtt]\nhost = "0.0.0.0"\n')
    running = Running("serve", "--config", str(config))
    assert running.process.wait(20) == 2
    wait_until(lambda: len(running.errors) == 2)
    assert "reachable from outside: set mqtt.username and mqtt.password" in running.errors[1]
    assert not (tmp_path / "data").exists()


def test_one_role_alone(tmp_path):
    config = tmp_path / "ioc.toml"
    port = free_port()
    config.write_text(
        f"data_dir = {json.dumps(str(tmp_path / 'data'))}\n[mqtt]\nport = {free_port()}\n[http]\nport = {port}\n"
    )
    running = Running("serve", "--config", str(config), "--only", "web")
    try:
        assert running.ready() == f"http://127.0.0.1:{port}"
        assert [path.stem for path in (tmp_path / "data" / "run").glob("*.pid")] == ["web"]
        assert get(f"http://127.0.0.1:{port}/healthz")[0] == 200
    finally:
        running.kill()


def test_a_broker_that_is_away_is_waited_for(tmp_path):
    config = tmp_path / "ioc.toml"
    config.write_text(
        f"data_dir = {json.dumps(str(tmp_path / 'data'))}\n"
        f'[mqtt]\nurl = "mqtt://127.0.0.1:{free_port()}"\n[http]\nport = {free_port()}\n'
    )
    running = Running("serve", "--config", str(config))
    try:
        running.said("web serves")
        running.said("still waiting for: ingest", 20)
        assert running.process.poll() is None
        assert all(alive(pid) for role in ("ingest", "alerts", "web") for pid in pids(tmp_path / "data", role))
    finally:
        os.kill(running.process.pid, signal.SIGTERM)
        running.process.wait(15)
