"""The product as a user runs it: `ioc serve` in processes of its own, on a data directory of its own."""

import io
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from ioc import cli
from tests.servers import bound_to_us

START_S = 60.0
STOP_S = 20.0
ORGS = """code,name,kind,parent
hg,Tỉnh Hà Giang,province,
hg.dong-van,Huyện Đồng Văn,district,hg
hg.meo-vac,Huyện Mèo Vạc,district,hg
"""


def ioc(*arguments: str, **environment: str) -> str:
    """Run one command to its end and return what it printed; its own words when it fails.

    It runs in this process: a new interpreter costs a second of processor time, the command itself a tenth of that.
    """
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), mock.patch.dict(os.environ, environment):
        try:
            code = cli.main(arguments)
        except SystemExit as end:
            code = end.code
    if code != cli.DONE:
        raise AssertionError(f"ioc {' '.join(arguments)}: exit {code}\n{err.getvalue()}")
    return out.getvalue()


def import_orgs(config: Path, folder: Path, text: str = ORGS) -> None:
    path = folder / "orgs.csv"
    path.write_text(text, encoding="utf-8")
    ioc("org", "import", str(path), "--config", str(config))


class Running:
    """One supervisor with the roles it was asked for."""

    def __init__(self, config: Path, data_dir: Path, only: str | None, environment: dict[str, str]) -> None:
        self.data_dir = data_dir
        role = ["--only", only] if only else []
        self._log = (data_dir.parent / f"{data_dir.name}.log").open("ab")
        self.process = subprocess.Popen(
            bound_to_us([sys.executable, "-m", "ioc", "serve", "--config", str(config), *role]),
            stdout=subprocess.PIPE, stderr=self._log, text=True, env={**os.environ, **environment},
        )  # fmt: skip
        self._ready = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()
        if not self._ready.wait(START_S):
            self.stop()
            raise AssertionError(f"not ready within {START_S:.0f} s:\n{self.log()}")

    def log(self) -> str:
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")

    def pid(self, role: str) -> int:
        """The process that serves a role now."""
        path = self.data_dir / "run" / f"{role}.pid"
        wait_until(lambda: path.exists() and path.read_text(encoding="ascii").strip() != "", f"a pid of {role}")
        return int(path.read_text(encoding="ascii").split()[0])

    def kill(self, role: str) -> None:
        """kill -9; the supervisor starts it again."""
        os.kill(self.pid(role), signal.SIGKILL)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(STOP_S)
        self._log.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("ready "):
                self._ready.set()


@contextmanager
def running(
    config: Path, data_dir: Path, only: str | None = None, environment: dict[str, str] | None = None
) -> Iterator[Running]:
    service = Running(config, data_dir, only, environment or {})
    try:
        yield service
    finally:
        service.stop()


def wait_until(condition: Callable[[], object], what: str, within: float = 60.0) -> None:
    """Poll until it holds; AssertionError naming what did not come."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not come within {within:.0f} s: {what}")
        time.sleep(0.05)


def rows(path: Path, query: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
    """Read a SQLite file of the service without disturbing it; nothing while it is not there yet."""
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10) as db:
            return db.execute(query, parameters).fetchall()
    except sqlite3.OperationalError:
        return []
