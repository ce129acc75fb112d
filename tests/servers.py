"""Real servers for tests: a test whose server is not installed is skipped by name, or fails where CI=true."""

import getpass
import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

START_S = 60.0  # a process that ends is noticed at once; one that has no processor time is waited for
PORTS = range(20_000, 30_000)  # below what the kernel gives out by itself


def program(name: str) -> str:
    """The path of an installed program; the test is skipped without it, and fails with CI=true."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")
    if found is None:
        lacking = f"{name} is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(lacking)
        pytest.skip(lacking)
    return found


def beside(found: str) -> dict[str, str]:
    """What the environment needs so that a program that was unpacked, not installed, finds the libraries beside it."""
    usr = next((folder for folder in Path(found).resolve().parents if folder.name == "usr"), Path("/usr"))
    if usr == Path("/usr"):
        return {}
    libraries = [usr / "lib", *usr.glob("lib/*-linux-gnu"), *usr.parent.glob("lib/*-linux-gnu")]
    return {"LD_LIBRARY_PATH": ":".join(map(str, libraries))}


_held: list[socket.socket] = []


def free_port() -> int:
    """A loopback port that nobody listens on, and that no other test process of this machine is given while this one
    lives: a socket of the port's name is held, and no outgoing connection starts from the range."""
    for port in random.SystemRandom().sample(PORTS, len(PORTS)):
        hold = socket.socket(socket.AF_UNIX)
        try:
            hold.bind(f"\0ioc-test-port-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            hold.close()
        else:
            _held.append(hold)
            return port
    pytest.fail(f"every port of {PORTS} is taken")


def bound_to_us(command: Sequence[str]) -> list[str]:
    """The same command, killed by the kernel when this process ends: a run that is killed leaves no servers behind."""
    guard = shutil.which("setpriv")
    return [guard, "--pdeathsig", "KILL", "--", *command] if guard else list(command)


def wait_for_port(port: int, process: "subprocess.Popen[bytes] | None" = None) -> None:
    """Return once something listens; fail when the process ended or time is up."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            pytest.fail(f"the server on port {port} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    pytest.fail(f"nothing listens on port {port}")


@contextmanager
def mosquitto(folder: Path, config: str = "", port: int | None = None) -> "Iterator[Mosquitto]":
    """A Mosquitto of one's own on a free loopback port; without `config` it keeps sessions in memory for anybody."""
    server = Mosquitto(folder, config, port or free_port())
    server.start()
    try:
        yield server
    finally:
        server.kill()


class Mosquitto:
    """Can be killed and started again on the same port and files."""

    def __init__(self, folder: Path, config: str, port: int) -> None:
        self.port = port
        self.url = f"mqtt://127.0.0.1:{port}"
        self._program = program("mosquitto")
        self._config = folder / f"mosquitto-{port}.conf"
        plain = "allow_anonymous true\nmax_queued_messages 0\n"
        ours = f"user {getpass.getuser()}\n"  # a server that changes its user is bound to us no more
        self._config.write_text(f"listener {port} 127.0.0.1\n{ours}{config or plain}", encoding="utf-8")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            bound_to_us([self._program, "-c", str(self._config)]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_port(self.port, self.process)

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def terminate(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
