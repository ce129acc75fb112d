"""A map tried in a process of its own, with limits on time and memory: what is tried may be made to hurt.

The process is started at the first trial and forks for each, so that one costs what its evaluation does. It ends with
its stdin, or when nobody tried anything for a while.
"""

import copyreg
import io
import os
import pickle
import resource
import select
import signal
import struct
import subprocess
import sys
import threading
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Final, NamedTuple

from ioc.config.read import one_map
from ioc.core.registry import Plugins, PluginSort
from ioc.domain.inventory import Inventory
from ioc.ingest.trial import Trial, TrialBench, TrialMessage
from ioc.messages.kinds import Kinds
from ioc.messages.mapping.declared import MapRule
from ioc.messages.mapping.suspicion import FindingLevel
from ioc.messages.privacy import Privacy

CPU_S: Final = 2
WALL_S: Final = 20
MEMORY: Final = 512 * 1024 * 1024
_IDLE_S = 120
_START = "from ioc.ingest.trial_process import main; main()"  # not -m: what is pickled has one name on both sides
_SIZE = struct.Struct(">I")


class TrialOrder(NamedTuple):
    """What is tried: a map as a person gave it, as a table or as TOML, on a message."""

    given: dict[str, Any] | str
    message: TrialMessage
    kinds: Kinds
    inventory: Inventory
    private_keys: tuple[str, ...]
    now: int

    def run(self) -> Trial:
        """Whatever that costs."""
        rule, problems = read_rule(self.given)
        if rule is None:
            trial = Trial()
            for problem in problems:
                trial.add(FindingLevel.ERROR, "bad_map", problem=problem)
            return trial
        bench = TrialBench(self.kinds, self.inventory, Privacy(self.private_keys), self.now)
        return bench.run(rule, self.message)


def read_rule(given: dict[str, Any] | str) -> tuple[MapRule | None, list[str]]:
    """The map, or everything that is wrong with it."""
    if isinstance(given, dict):
        return one_map(given)
    try:
        tables = tomllib.loads(given).get("map")
    except tomllib.TOMLDecodeError as error:
        return None, [f"TOML: {error}"]
    except RecursionError:
        return None, ["TOML: nested too deep"]
    if not isinstance(tables, list) or len(tables) != 1 or not isinstance(tables[0], dict):
        return None, ["TOML: one [[map]]"]
    return one_map(tables[0])


class TrialProcess:
    """The way to the process from the one that serves; one trial at a time."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, order: TrialOrder, site: Path | None) -> Trial:
        """The trial; one with the finding `too_costly` where it would not end within the limits."""
        asked = _packed((site, _packed(order)))
        with self._turn:
            try:
                answer = self._ask(asked)
            except OSError:  # it had gone idle a moment ago
                self._process = None
                answer = self._ask(asked)
        if answer:
            return pickle.loads(answer)  # type: ignore[no-any-return]  # noqa: S301 - our own process
        trial = Trial()
        trial.add(FindingLevel.ERROR, "too_costly", seconds=CPU_S, megabytes=MEMORY // (1024 * 1024))
        return trial

    def _ask(self, asked: bytes) -> bytes:
        process = self._running()
        if process.stdin is None or process.stdout is None:
            raise OSError("no pipes")
        _write(process.stdin, asked)
        answer = _read(process.stdout)
        if answer is None:
            raise OSError("it is gone")
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        return self._process


TRIALS: Final = TrialProcess()


def _packed(value: object) -> bytes:
    """With the read-only mappings that kinds are full of."""
    body = io.BytesIO()
    pickler = pickle.Pickler(body)
    pickler.dispatch_table = {**copyreg.dispatch_table, MappingProxyType: _proxy}
    pickler.dump(value)
    return body.getvalue()


def _proxy(mapping: Mapping[Any, Any]) -> tuple[Any, ...]:
    return _read_only, (dict(mapping),)


def _read_only(values: dict[Any, Any]) -> Mapping[Any, Any]:
    return MappingProxyType(values)


def _write(pipe: IO[bytes], body: bytes) -> None:
    pipe.write(_SIZE.pack(len(body)) + body)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes | None:
    head = pipe.read(_SIZE.size)
    return pipe.read(_SIZE.unpack(head)[0]) if len(head) == _SIZE.size else None


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a site's plug-in prints is no answer
    while select.select([orders], [], [], _IDLE_S)[0]:
        asked = _read(orders)
        if asked is None:
            return
        site, order = pickle.loads(asked)  # noqa: S301 - from our own parent
        _load_kinds(site)
        _write(answers, _forked(order))


@cache
def _load_kinds(site: Path | None) -> None:
    """An order names them by the files that they lie in."""
    Plugins(site).of(PluginSort.KIND)


def _forked(order: bytes) -> bytes:
    """What a child makes of it; nothing where it ended otherwise."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            _limit()
            with os.fdopen(theirs, "wb") as pipe:
                found: TrialOrder = pickle.loads(order)  # noqa: S301
                pipe.write(_packed(found.run()))
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        answer = pipe.read()
    _pid, status = os.waitpid(child, 0)
    return answer if status == 0 else b""


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(WALL_S)
    os.nice(10)
