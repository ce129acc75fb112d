"""One message at a time between the gateway and its mark, unless the gateway is slow."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_S = 0.05


class Turn:
    """Turns in the order they were asked for.

    A crash then finds one message that a gateway may have taken and nobody has marked: one extra copy at most. Only
    when everything under way has lasted longer than PATIENCE_S does another begin beside it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun: dict[int, float] = {}
        self._waiting: deque[tuple[int, threading.Event]] = deque()

    @contextmanager
    def taken(self) -> Iterator[None]:
        self._begin()
        try:
            yield
        finally:
            self._end()

    def _begin(self) -> None:
        me, called = threading.get_ident(), threading.Event()
        with self._lock:
            if not self._begun and not self._waiting:
                self._begun[me] = time.monotonic()
                return
            self._waiting.append((me, called))
        while not called.wait(PATIENCE_S):
            with self._lock:
                if not called.is_set() and self._all_slow():
                    self._call_next()

    def _end(self) -> None:
        with self._lock:
            del self._begun[threading.get_ident()]
            if self._waiting and self._all_slow():
                self._call_next()

    def _all_slow(self) -> bool:
        now = time.monotonic()
        return all(now - began >= PATIENCE_S for began in self._begun.values())

    def _call_next(self) -> None:
        thread, called = self._waiting.popleft()
        self._begun[thread] = time.monotonic()
        called.set()
