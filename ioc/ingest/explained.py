"""Sends what waits in quarantine through ingest again once an import or a changed map explains it."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa

from ioc.core.clock import Clock
from ioc.core.model import SourceKey, SourceStatus
from ioc.domain.inventory import Inventory
from ioc.ingest.decode import Decoder
from ioc.ingest.decode.decoder import INVENTORYS_REASONS
from ioc.ingest.decode.limits import Limits
from ioc.ingest.inbox import Inbox, Received, Run
from ioc.platform import audit
from ioc.platform.db import Database
from ioc.platform.db.tables import quarantine

log = logging.getLogger(__name__)

ACTOR: Final = "ingest"
PAGE: Final = 500
Sense = tuple[object, ...]


class Explained:
    """A job: looks through the quarantine when what could explain it has changed since the last time.

    A message goes back into the inbox with its first time of receipt, in the order of receipt, and is counted as any
    replay: received once more, and stored. Killed between the inbox and the mark it is sent twice, which changes
    nothing but the count of what was received.
    """

    def __init__(
        self,
        db: Database,
        open_inbox: Callable[[], Inbox],
        decoder: Decoder,
        inventory: Callable[[], Inventory],
        maps_rev: Callable[[], int],
        clock: Clock,
        *,
        own_only: bool,
    ) -> None:
        self._db = db
        self._open_inbox = open_inbox
        self._decoder = decoder
        self._inventory = inventory
        self._maps_rev = maps_rev
        self._clock = clock
        self._own_only = own_only  # one partition of several: what another quarantined is the other's
        self._looked: tuple[int, int] | None = None
        self._known: Sense | None = None

    def run(self) -> int:
        """The number of messages that were sent again."""
        inventory, maps_rev = self._inventory(), self._maps_rev()
        if (inventory.rev, maps_rev) == self._looked:
            return 0
        sense = sense_of(inventory, maps_rev)
        sent = 0 if sense == self._known else self._resend_all()
        self._known, self._looked = sense, (inventory.rev, maps_rev)
        return sent

    def _resend_all(self) -> int:
        inbox = self._open_inbox()
        try:
            return sum(self._resend(inbox, rows) for rows in self._pages(inbox.id))
        finally:
            inbox.close()

    def _pages(self, inbox_id: str) -> Iterator[Sequence[Any]]:
        t = quarantine.c
        wanted: list[sa.ColumnElement[bool]] = [t.reason.in_(sorted(INVENTORYS_REASONS)), t.replayed_at.is_(None)]
        if self._own_only:
            wanted.append(t.inbox == inbox_id)
        query = sa.select(t.id, t.received_at, t.topic, t.payload).where(*wanted).order_by(t.id).limit(PAGE)
        last = 0
        while True:
            with self._db.read() as conn:
                rows = conn.execute(query.where(t.id > last)).all()
            if not rows:
                return
            yield rows
            last = rows[-1].id

    def _resend(self, inbox: Inbox, rows: Sequence[Any]) -> int:
        found = {row.id: Received(row.received_at, row.topic, row.payload, retained=False) for row in rows}
        explained = {row_id: message for row_id, message in found.items() if self._is_explained(message)}
        if not explained:
            return 0
        inbox.append(list(explained.values()))
        now = self._clock.now_ms()
        with self._db.write() as conn:
            conn.execute(sa.update(quarantine).where(quarantine.c.id.in_(explained)).values(replayed_at=now))
            audit.record(conn, now, ACTOR, "quarantine.explained", "inventory", {"messages": len(explained)})
        log.info("%d messages in quarantine are explained by now and go through again", len(explained))
        return len(explained)

    def _is_explained(self, message: Received) -> bool:
        """Only what would be taken whole: whatever would come back here must not go round in a circle."""
        return not self._decoder.batch(Run(0, [message]), Limits()).bad


def sense_of(inventory: Inventory, maps_rev: int) -> Sense:
    """All that can turn an unknown org or a retired source into a known one; a newcomer turns nothing."""
    orgs = frozenset((org.code, org.valid_from, org.valid_to, org.successor) for org in inventory.orgs)
    retired: frozenset[SourceKey] = frozenset(
        key for key, source in inventory.sources.items() if source.status is SourceStatus.RETIRED
    )
    return orgs, retired, maps_rev
