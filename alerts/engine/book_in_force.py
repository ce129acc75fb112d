"""The book as the engine follows it: taken over about a second after somebody changed it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from alerts.configured import store
from alerts.configured.entry import Grounds
from ioc.config.book import Book
from ioc.core.clock import Clock
from ioc.platform.db import Database

log = logging.getLogger(__name__)

EVERY_S = 1.0


@dataclass(slots=True)
class BookInForce:
    """Gives each new book to `take`, the first at the first look."""

    db: Database
    clock: Clock
    grounds: Grounds
    take: Callable[[Book], None]
    _version: int = -1
    _next: float = 0.0

    def look(self) -> None:
        """Call at every tick."""
        now = self.clock.monotonic()
        if self._version >= 0 and now < self._next:
            return
        self._next = now + EVERY_S
        with self.db.read() as conn:
            version = store.version(conn)
            if version == self._version:
                return
            book = store.load(conn, self.grounds)
        for problem in book.problems:
            log.warning("%s", problem)
        self.take(book)
        self._version = version
