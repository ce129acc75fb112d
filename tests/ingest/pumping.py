"""Ingest without a broker: a real inbox, database and metric store, and a bus that keeps what it was told."""

import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ioc.config.settings import Dossiers
from ioc.core.model import SourceKey
from ioc.domain.importing.inventory import import_orgs, import_sources
from ioc.domain.inventory.records import load
from ioc.ingest.decode import Decoder
from ioc.ingest.explained import Explained
from ioc.ingest.inbox import Inbox, Received
from ioc.ingest.metrics import Handover, MetricSink
from ioc.ingest.outlet import DeltaPublisher
from ioc.ingest.pump import Pump
from ioc.ingest.records import Records
from ioc.live.world import World
from ioc.messages.mapping.maps import Maps
from ioc.metrics.embedded import EmbeddedStore
from ioc.platform.db.tables import counter, quarantine
from tests.clock import FakeClock
from tests.databases import empty_records
from tests.live.worlds import kinds

NOW = 1_795_222_800_000  # 2026-11-21T08:00 in Hà Giang
ORGS = "code,name,kind,parent\nhg,Tỉnh Hà Giang,province,\n"
KEY = b"k" * 32


class Told:
    """A bus that nobody listens to."""

    def __init__(self) -> None:
        self.said: list[tuple[str, bytes]] = []

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        self.said.append((topic, payload))


class Works:
    """Ingest's own parts in one thread, stepped by hand; a second one on the same folder is a later life."""

    def __init__(self, root: Path, *, maps: Maps | None = None) -> None:
        self.root = root
        self.clock = FakeClock(NOW)
        self.db = empty_records(root / "ioc.sqlite")
        if not self.rows(sa.text("SELECT 1 FROM org")):
            self.import_orgs(ORGS)
        with self.db.read() as conn:
            inventory = load(conn, "2026-11-21", kinds())
        self.inbox, self.bus = self.open_inbox(), Told()
        self.decoder = Decoder(kinds(), inventory, maps)
        self.records = Records(self.db, World(inventory, kinds(), epoch="e"), self.inbox.id, "e", Dossiers())
        self.records.undo()
        handover = Handover()
        outlet = DeltaPublisher(self.bus, KEY, 4.0)  # type: ignore[arg-type]
        self.pump = Pump(self.inbox, self.decoder, self.records, handover, outlet, self.db, self.clock)
        self.store = EmbeddedStore(root / "metrics.sqlite", writer=True)
        self.metrics = MetricSink(self.store, self.open_inbox(), self.decoder, self.db, handover)
        self.explained = Explained(
            self.db, self.open_inbox, self.decoder, lambda: self.records.world.inventory, lambda: 0, self.clock,
            own_only=False,
        )  # fmt: skip

    def open_inbox(self) -> Inbox:
        return Inbox(self.root / "inbox.sqlite")

    def import_orgs(self, text: str) -> None:
        import_orgs(self.db, text, NOW, dry_run=False)

    def import_sources(self, text: str) -> None:
        import_sources(self.db, text, kinds(), NOW, dry_run=False)

    def send(self, *messages: tuple[str, Any]) -> None:
        """Topics without their root."""
        now = self.clock.now_ms()
        self.inbox.append(
            [Received(now, f"ioc/v1/{topic}", json.dumps(body).encode(), retained=False) for topic, body in messages]
        )

    def step(self, seconds: float = 2.0) -> None:
        """One turn after a while, so that what is due is committed."""
        self.clock.advance(seconds)
        self.pump.step()
        self.clock.advance(seconds)
        self.pump.step()
        while self.metrics.step():
            pass

    def rows(self, query: Any) -> list[Any]:
        with self.db.read() as conn:
            return list(conn.execute(query).all())

    def quarantined(self) -> list[tuple[str, str, bool]]:
        """Topic without its root, reason, and whether it was sent again."""
        t = quarantine.c
        found = self.rows(sa.select(t.topic, t.reason, t.replayed_at).order_by(t.id))
        return [(topic.removeprefix("ioc/v1/"), reason, replayed is not None) for topic, reason, replayed in found]

    def totals(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for name, n in self.rows(sa.select(counter.c.name, sa.func.sum(counter.c.n)).group_by(counter.c.name)):
            found[name] = int(n)
        return found

    def balances(self) -> bool:
        totals = self.totals()
        ended = sum(totals.get(name, 0) for name in ("stored", "quarantined", "refused"))
        return totals["received"] == ended

    def values(self, path: str) -> dict[str, Any]:
        return self.records.world.of(SourceKey.parse(path)).values()
