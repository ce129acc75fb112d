"""Starts one process a role, says `ready` when all serve, starts again what dies, stops them in order."""

import contextlib
import logging
import selectors
import signal
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from ioc.core.clock import Clock
from ioc.ops import roles
from ioc.ops.process import RoleProcess

log = logging.getLogger(__name__)

Handed = Mapping[str, Mapping[str, socket.socket]]  # by role and environment variable

FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 5.0
HEALTHY_S = 5.0
STILL_WAITING_S = 10.0
STOP_S = 9.0
PATIENCE_S = {roles.CONNECTORS: 2.0, roles.INGEST: 5.0, roles.ALERTS: 2.0, roles.WEB: 2.0, roles.BROKER: 1.0}


@dataclass(slots=True)
class Slot:
    """One process that should always run: it, or when to start it again."""

    role: str
    process: RoleProcess | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    ready: bool = False
    pause_s: float = FIRST_PAUSE_S


@dataclass(slots=True)
class Supervisor:
    """`run` returns after SIGTERM or SIGINT; everything it starts dies with it."""

    started_file: Path
    names: Sequence[str]
    handed: Handed  # sockets that roles inherit, open however often one is started again
    clock: Clock
    on_ready: Callable[[], None]
    web_workers: int = 1
    each_turn: Callable[[], None] = lambda: None  # about once a second
    unfit: str | None = None  # the role that ended everything, since no restart could have helped it
    _places: list[Slot] = field(default_factory=list)
    _announced: bool = False
    _stopping: bool = False

    def run(self) -> None:
        for role in roles.START_ORDER:
            if role in self.names:
                count = self.web_workers if role == roles.WEB else 1
                self._places += [Slot(role) for _ in range(count)]
        with selectors.DefaultSelector() as selector, self._signals(selector):
            try:
                self._watch(selector)
            finally:
                self._stop_all()

    def _watch(self, selector: selectors.BaseSelector) -> None:
        told_at = self.clock.monotonic()
        while not self._stopping:
            now = self.clock.monotonic()
            for place in self._places:
                if place.process is None and now >= place.start_at:
                    self._start(place, selector, now)
            for key, _events in selector.select(self._until_next_start(now)):
                self._hear(key, selector)
            for place in self._places:
                self._look_after(place, selector)
            self.each_turn()
            if not self._announced and now - told_at > STILL_WAITING_S:
                told_at = now
                waiting = sorted({place.role for place in self._places if not place.ready})
                log.warning("still waiting for: %s", ", ".join(waiting))

    def _start(self, place: Slot, selector: selectors.BaseSelector, now: float) -> None:
        handed = {name: one.fileno() for name, one in self.handed.get(place.role, {}).items()}
        process = RoleProcess(place.role, self.started_file, handed)
        place.process, place.started_at, place.ready = process, now, False
        selector.register(process.ready_fd, selectors.EVENT_READ, place)
        self._write_pids(place.role)

    def _hear(self, key: selectors.SelectorKey, selector: selectors.BaseSelector) -> None:
        place = key.data
        if isinstance(place, socket.socket):
            place.recv(4096)  # a signal woke us
            return
        selector.unregister(key.fileobj)
        if place.process is not None and place.process.read_ready():
            place.ready = True
            log.info("%s serves (pid %d)", place.role, place.process.pid)
        if not self._announced and all(other.ready for other in self._places):
            self._announced = True
            self.on_ready()

    def _look_after(self, place: Slot, selector: selectors.BaseSelector) -> None:
        process = place.process
        if process is None or (code := process.ended()) is None:
            return
        now = self.clock.monotonic()
        with contextlib.suppress(KeyError):
            selector.unregister(process.ready_fd)
        process.close()
        if place.ready and now - place.started_at >= HEALTHY_S:
            place.pause_s = FIRST_PAUSE_S
        if code == roles.UNFIT and not self._announced:
            log.error("%s cannot run as it is configured", place.role)
            place.process, self.unfit, self._stopping = None, place.role, True
            return
        how = f"signal {-code}" if code < 0 else f"code {code}"
        log.error("%s ended with %s; starting it again in %.2f s", place.role, how, place.pause_s)
        place.process, place.start_at = None, now + place.pause_s
        place.pause_s = min(place.pause_s * 2, LONGEST_PAUSE_S)

    def _until_next_start(self, now: float) -> float:
        starts = [place.start_at - now for place in self._places if place.process is None]
        return max(min([1.0, *starts]), 0.0)

    def _stop_all(self) -> None:
        deadline = self.clock.monotonic() + STOP_S
        for role in roles.STOP_ORDER:
            for place in self._places:
                if place.role == role and place.process is not None:
                    left = deadline - self.clock.monotonic()
                    if not place.process.stop(min(PATIENCE_S[role], left)):
                        log.warning("%s did not stop in time and was killed", role)
                    place.process.close()
                    place.process = None
            self._pid_file(role).unlink(missing_ok=True)
        log.info("stopped")

    @contextlib.contextmanager
    def _signals(self, selector: selectors.BaseSelector) -> Iterator[None]:
        def stop(_number: int, _frame: FrameType | None) -> None:
            self._stopping = True

        woken, wakes = socket.socketpair()
        wakes.setblocking(False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only wakes the selector
        before = signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        selector.register(woken, selectors.EVENT_READ, woken)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            woken.close()
            wakes.close()

    def _write_pids(self, role: str) -> None:
        pids = [place.process.pid for place in self._places if place.role == role and place.process is not None]
        draft = self._pid_file(role).with_suffix(".new")
        draft.write_text("".join(f"{pid}\n" for pid in pids), encoding="ascii")
        draft.replace(self._pid_file(role))

    def _pid_file(self, role: str) -> Path:
        return self.started_file.parent / f"{role}.pid"
