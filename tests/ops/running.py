"""A real `ioc demo` or `ioc serve` in a process of its own, for the stories that need the whole of it."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import ClassVar

from tests.servers import bound_to_us

START_S = 60.0


class Running:
    """Started at once; `ready` returns what stood on stdout up to and with the ready line."""

    started: ClassVar[set["Running"]] = set()

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            bound_to_us([sys.executable, "-m", "ioc", *arguments]),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.add(self)
        self._lines: queue.Queue[str] = queue.Queue()
        self.errors: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._read_errors, daemon=True).start()

    def ready(self) -> str:
        """The ready line; what came before it would be a fault."""
        line = self.line()
        assert line.startswith("ready "), line
        return line.removeprefix("ready ").strip()

    def line(self, patience_s: float = START_S) -> str:
        try:
            return self._lines.get(timeout=patience_s)
        except queue.Empty:
            raise AssertionError("nothing on stdout; stderr:\n" + "".join(self.errors)) from None

    def said(self, text: str, patience_s: float = START_S) -> None:
        """Wait until a line of stderr holds `text`."""
        deadline = time.monotonic() + patience_s
        while not any(text in line for line in self.errors):
            assert time.monotonic() < deadline, f"{text!r} was not said:\n" + "".join(self.errors)
            time.sleep(0.02)

    def stop(self) -> float:
        """SIGTERM; how many seconds it took."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(15)
        self.started.discard(self)
        return time.monotonic() - began

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        self.started.discard(self)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self.errors.extend(self.process.stderr)


def pids(data_dir: Path, role: str) -> list[int]:
    return [int(line) for line in (data_dir / "run" / f"{role}.pid").read_text().split()]


def alive(pid: int) -> bool:
    """Whether it runs; a zombie does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until(check, patience_s: float = 30.0) -> float:
    """Seconds until `check()` is true."""
    began = time.monotonic()
    while not check():
        assert time.monotonic() - began < patience_s, "not within time"
        time.sleep(0.01)
    return time.monotonic() - began


def kill_role(data_dir: Path, role: str) -> tuple[int, float]:
    """kill -9; the new pid and how long until it stood in the pid file."""
    (old,) = pids(data_dir, role)
    os.kill(old, signal.SIGKILL)
    took = wait_until(lambda: pids(data_dir, role) not in ([], [old]))
    return pids(data_dir, role)[0], took
