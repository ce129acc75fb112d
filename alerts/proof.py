"""The daily proof: each morning one message over every channel to a few people, whose absence is the alarm."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import time

import sqlalchemy as sa

from alerts.configured import store
from alerts.configured.entry import Grounds
from alerts.delivery import asked
from alerts.delivery.routing import Destination
from alerts.model import ACTIVE
from ioc.config.book import Book
from ioc.config.book_checks import persons
from ioc.core.clock import Clock, local
from ioc.live.world import World
from ioc.platform import meta
from ioc.platform.db import Database
from ioc.platform.db.tables import alert
from ioc.platform.lease import Lease
from ioc.platform.meta import Fact

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DailyProof:
    """A job to run often; `hour` on the clock of the place the tree begins at. One that was missed comes late."""

    db: Database
    clock: Clock
    lease: Lease
    snapshot: Callable[[], World]
    grounds: Grounds
    hour: str
    receivers: Collection[str]

    def run(self) -> None:
        orgs, now = self.snapshot().inventory.orgs, self.clock.now_ms()
        if not self.lease.held or not orgs.roots():
            return
        tz = orgs.tz(orgs.roots()[0].code)
        today = local(now, tz)
        if today.time() < time.fromisoformat(self.hour):
            return
        day = today.date().isoformat()
        with self.db.read() as conn:
            if meta.get(conn, Fact.PROOF_DAY) >= day:
                return
        with self.db.write() as conn:
            self.lease.check(conn)
            book = store.load(conn, self.grounds)
            to = list(destinations(book, self.grounds.address_of, self.receivers))
            n_open = conn.scalar(sa.select(sa.func.count()).select_from(alert).where(alert.c.state.in_(ACTIVE))) or 0
            queued = asked.queue_proof(conn, to, n_open, str(tz), now)
            meta.put(self.db, conn, Fact.PROOF_DAY, day)
        log.info("the proof of %s goes out to %d addresses", day, queued)


def destinations(book: Book, address_of: Mapping[str, str], receivers: Collection[str]) -> Iterator[Destination]:
    """Each address over each channel that speaks to it, of everybody who is meant."""
    known = {receiver.name: receiver for receiver in book.receiver}
    everybody = sorted({person for name in receivers for person in persons(book, name)})
    for person in (known[name] for name in everybody):
        for channel, field in address_of.items():
            for address in () if field == "channel" else getattr(person, field):
                yield Destination(person.name, channel, address, person.lang)
