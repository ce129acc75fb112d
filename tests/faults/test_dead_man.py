"""The engine stops in the middle of its work: the wall says so within 30 s, and so does a watchman elsewhere."""

import json
import os
import queue
import signal
import sys
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
import socketio
from aiosmtpd.controller import Controller

from tests.ops.running import Running, pids
from tests.servers import bound_to_us, free_port

WITHIN_S = 30.0
CALM_S = 6.0
WATCH = """
token = "{token}"
every_s = 1
silent_after_s = 3
[[channel]]
name = "mail"
kind = "email"
host = "127.0.0.1"
port = {port}
sender = "canh@example.vn"
[[receiver]]
name = "truc-ban"
email = ["truc@example.vn"]
"""


class Letters:
    """Keeps the subjects of what arrives."""

    def __init__(self) -> None:
        self.subjects: queue.Queue[str] = queue.Queue()

    async def handle_DATA(self, _server, _session, envelope) -> str:
        self.subjects.put(str(message_from_bytes(envelope.content, policy=policy.default)["Subject"]))
        return "250 taken"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("demo") / "data"
    ports = ("--http-port", str(free_port()), "--mqtt-port", str(free_port()))
    running = Running("demo", "--no-simulator", "--data-dir", str(data), *ports)
    running.data = data
    running.base = running.ready()
    running.token = json.loads((data / "demo.json").read_text())["wall"]
    yield running
    running.kill()


@pytest.fixture
def beats(demo: Running) -> Iterator["queue.Queue[dict]"]:
    """What a wall hears each second."""
    heard: queue.Queue[dict] = queue.Queue()
    client = socketio.Client(reconnection=False)
    client.on("beat", heard.put)
    client.connect(demo.base, auth={"token": demo.token}, transports=["websocket"], wait_timeout=5)
    yield heard
    client.disconnect()


@pytest.fixture
def letters(demo: Running, tmp_path: Path) -> Iterator["queue.Queue[str]"]:
    """What the watchman sends; it is a process of its own and knows the installation by its address alone."""
    kept, port = Letters(), free_port()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    config = tmp_path / "watch.toml"
    config.write_text(WATCH.format(token=demo.token, port=port))
    command = [sys.executable, "-m", "ioc", "watch", demo.base, "--config", str(config)]
    process = Popen(bound_to_us(command), stdout=PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().endswith("now: well\n")
    yield kept.subjects
    process.terminate()
    assert process.wait(10) == 0
    controller.stop()


def until(beats: "queue.Queue[dict]", is_so, within_s: float = WITHIN_S) -> float:
    """Seconds until a beat is as wanted."""
    began = time.monotonic()
    while not is_so(beats.get(timeout=within_s)):
        assert time.monotonic() - began < within_s, "not within time"
    return time.monotonic() - began


def silent(beat: dict) -> set[str]:
    return set(beat.get("silent", {}))


def test_wall_and_watchman_say_that_the_engine_stands_still_and_that_it_is_back(demo, beats, letters):
    time.sleep(CALM_S)
    assert all(not silent(beats.get_nowait()) for _ in range(beats.qsize())), "while all is well nobody says anything"
    assert letters.empty()
    (pid,) = pids(demo.data, "alerts")
    os.kill(pid, signal.SIGSTOP)
    try:
        until(beats, lambda beat: silent(beat) == {"alerts"})
        assert "alerts late" in letters.get(timeout=WITHIN_S)
    finally:
        os.kill(pid, signal.SIGCONT)
    until(beats, lambda beat: not silent(beat))
    assert "đã hoạt động trở lại" in letters.get(timeout=WITHIN_S)
    assert letters.empty()


def test_a_killed_engine_that_is_started_again_is_no_news(demo, beats, letters):
    (pid,) = pids(demo.data, "alerts")
    os.kill(pid, signal.SIGKILL)
    time.sleep(CALM_S)
    assert all(not silent(beats.get_nowait()) for _ in range(beats.qsize()))
    assert letters.empty()


def test_the_whole_machine_goes(demo, letters):
    demo.kill()
    assert "không kết nối được" in letters.get(timeout=WITHIN_S)
