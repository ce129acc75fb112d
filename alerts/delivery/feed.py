"""The event feed: everything that happens to alerts, in the order it was written, to who wants to know all of it.

It reads `alert_entry` behind a cursor that moves when the other side has taken what it was given: at least once, each
event with the same id however often it comes.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from ioc.core.clock import Clock
from ioc.core.errors import IocError
from ioc.core.texts import Texts
from ioc.platform import meta
from ioc.platform.db import Database
from ioc.platform.db.tables import alert, alert_entry, incident
from ioc.platform.lease import Lease

log = logging.getLogger(__name__)

SCHEMA = "ioc.events/1"
AT_ONCE = 100
POLL_S = 1.0
LONGEST_WAIT_S = 300.0
SETTLED_MS = 30_000  # a number that is missing for so long was never written
Post = Callable[[str, Mapping[str, Any]], None]


@dataclass(slots=True)
class EventFeed:
    """The feed of one channel; `post` takes an id and a document, and raises where it was not taken."""

    db: Database
    clock: Clock
    lease: Lease
    texts: Texts
    channel: str
    post: Post

    def begin(self) -> None:
        """A feed that is new begins with what happens from now on."""
        with self.db.write() as conn:
            self.lease.check(conn)
            if not meta.get(conn, meta.Fact.FEED_CURSOR, of=self.channel):
                newest = conn.scalar(sa.select(sa.func.max(alert_entry.c.id))) or 0
                meta.put(self.db, conn, meta.Fact.FEED_CURSOR, newest, of=self.channel)

    def step(self) -> bool:
        """Give one run of events; False where there is none."""
        with self.db.read() as conn:
            cursor = int(meta.get(conn, meta.Fact.FEED_CURSOR, "0", of=self.channel))
            rows = _settled(conn, cursor, self.clock.now_ms())
            events = [self._event(row) for row in rows]
        if not events:
            return False
        last = rows[-1]["entry"]
        self.lease.ensure()
        self.post(f"events-{cursor + 1}-{last}", {"schema": SCHEMA, "events": events})
        with self.db.write() as conn:
            self.lease.check(conn)
            meta.put(self.db, conn, meta.Fact.FEED_CURSOR, last, of=self.channel)
        return True

    def _event(self, row: RowMapping) -> dict[str, Any]:
        """What happened, and how the alert and its incident stand now; no free text that people wrote."""
        return {
            "id": row["entry"],
            "at": row["at"],
            "event": row["what"],
            "actor": row["actor"],
            "alert": {
                "id": row["id"],
                **{name: row[name] for name in _ALERT},
                "title": {"key": row["title"], "params": row["params"]},
                "text": self.texts.render("vi", row["title"], row["params"]),
            },
            "incident": _incident(row),
        }


@dataclass(slots=True)
class FeedThread:
    """Runs a feed while this process is active; what fails is tried again, later each time."""

    feed: EventFeed
    stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        threading.Thread(target=self._run, name=f"feed-{self.feed.channel}", daemon=True).start()

    def _run(self) -> None:
        wait_s = 0.0
        begun = False
        while not self.stop.wait(wait_s):
            try:
                if not begun:
                    self.feed.begin()
                    begun = True
                wait_s = 0.0 if self.feed.step() else POLL_S
            except IocError as error:
                wait_s = min(LONGEST_WAIT_S, max(POLL_S, wait_s * 2))
                log.warning("the feed of channel %s waits %d s: %s", self.feed.channel, wait_s, error)
            except Exception:
                wait_s = LONGEST_WAIT_S
                log.exception("the feed of channel %s waits", self.feed.channel)


_ALERT = ("rule", "severity", "state", "org", "kind", "source", "since", "fired_at", "ended_at", "owner", "simulated")
_OF_INCIDENT = ("severity", "state", "since", "ended_at", "owner")


def _settled(conn: Connection, cursor: int, now: int) -> Sequence[RowMapping]:
    """Entries behind the cursor up to the first number that may still be written by a transaction under way."""
    columns = [alert_entry.c.id.label("entry"), *(alert_entry.c[name] for name in ("at", "what", "actor"))]
    columns += [alert.c[name] for name in ("id", "title", "params", *_ALERT)]
    columns += [incident.c.id.label("incident"), *(incident.c[name].label(f"its_{name}") for name in _OF_INCIDENT)]
    query = (
        sa.select(*columns)
        .join(alert, alert.c.id == alert_entry.c.alert_id)
        .outerjoin(incident, incident.c.id == alert.c.incident_id)
        .where(alert_entry.c.id > cursor)
        .order_by(alert_entry.c.id)
        .limit(AT_ONCE)
    )
    rows = list(conn.execute(query).mappings())
    before = cursor
    for n, row in enumerate(rows):
        if row["entry"] != before + 1 and row["at"] > now - SETTLED_MS:
            return rows[:n]
        before = row["entry"]
    return rows


def _incident(row: RowMapping) -> dict[str, Any] | None:
    if row["incident"] is None:
        return None
    return {"id": row["incident"], **{name: row[f"its_{name}"] for name in _OF_INCIDENT}}
