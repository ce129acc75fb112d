"""A weekend on a clock of its own, from the message to the alert: what is switched off at closing is no outage."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts import queries, service
from alerts.engine.evaluator import LiveInput
from ioc import bootstrap
from ioc.config.settings import Dossiers
from ioc.context import Context
from ioc.core import registry
from ioc.core.model import Health
from ioc.domain.importing.calendar import import_days
from ioc.domain.importing.inventory import import_orgs, import_sources
from ioc.domain.inventory.records import load
from ioc.ingest.decode import Decoder
from ioc.ingest.inbox import Received, Run
from ioc.ingest.records import Records
from ioc.live.world import World
from ioc.platform.db import migrate
from ioc.platform.lease import Lease
from tests.clock import FakeClock
from tests.live.worlds import kinds
from tests.running import ORGS

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
KIOSKS = [f"kiosk-{i}" for i in range(12)]
ENDPOINTS = [f"cau-{i}" for i in range(12)]
RED = (Health.CRITICAL, Health.OFFLINE, Health.WARNING)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=HANOI).timestamp() * 1000)


class Province:
    """Decoding, records and alerts in one thread, driven by the story's clock."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock(at("2026-11-20T16:00"))
        settings = bootstrap.parse_settings(bootstrap.default_table(folder), "the sample")
        built = bootstrap.build(settings)
        self.db = built.db
        migrate.upgrade(self.db)
        now = self.clock.now_ms()
        import_orgs(self.db, ORGS, now, dry_run=False)
        rows = [f"hg.dong-van,queue,{name}" for name in KIOSKS] + [f"hg.meo-vac,vc,{name}" for name in ENDPOINTS]
        import_sources(self.db, "org,kind,source\n" + "\n".join(rows) + "\n", kinds(), now, dry_run=False)
        import_days(self.db, "org,date,kind\nhg,2027-02-05,off\n", now, dry_run=False)  # next year is confirmed
        with self.db.read() as conn:
            self.world = World(load(conn, "2026-11-20", kinds()), built.kinds, epoch="e")
        self.decoder = Decoder(built.kinds, self.world.inventory)
        self.records = Records(self.db, self.world, "inbox", "e", Dossiers())
        self.seq = 0
        lease = Lease(self.db, "alerts", "here", 10**6, self.clock)
        assert lease.keep()
        live = LiveInput(lambda: self.world, lambda: True)
        context = Context(settings, self.clock, self.db, built.kinds, built.texts, b"key", built.open_store)
        plugins = registry.scan("alerts.rules"), registry.scan("alerts.channels")
        self.engine = service.build_engine(context, lease, live, *plugins)

    def send(self, names: list[str], channel: str, payload: dict[str, object]) -> None:
        now = self.clock.now_ms()
        raw = json.dumps({**payload, "ts": now}).encode()
        kinds = {name: "hg.dong-van/queue" if name in KIOSKS else "hg.meo-vac/vc" for name in names}
        messages = [Received(now, f"ioc/v1/{kinds[name]}/{name}/{channel}", raw, retained=False) for name in names]
        batch = self.decoder.batch(Run(self.seq + 1, messages))
        assert batch.bad == []
        self.seq = batch.last
        self.records.take(batch)
        self.records.flush(now)

    def live(self, until: str, step_s: int, sending: list[str]) -> Counter[Health]:
        """Let time pass; every cell that was ever red on the way, by its colour."""
        seen: Counter[Health] = Counter()
        while self.clock.now_ms() < at(until):
            self.clock.advance(step_s)
            if sending:
                self.send(sending, "state", {"uptime_s": 60})
            self.engine.tick()
            seen += Counter(self.world.counts(self.world.inventory.orgs.scope(None), self.clock.now_ms()))
        return Counter({health: n for health, n in seen.items() if health in RED})

    def alerts(self) -> list[str]:
        with self.db.read() as conn:
            return [str(alert.subject) for alert in queries.alerts(conn, self.world.inventory.orgs.scope(None))[0]]


@pytest.mark.parametrize("missing", [[], ["kiosk-7"]], ids=["all return", "one stays off"])
def test_from_friday_afternoon_to_monday_morning(tmp_path: Path, missing: list[str]) -> None:
    province = Province(tmp_path)
    devices = KIOSKS + ENDPOINTS
    province.send(devices, "status", {"online": True})
    assert province.live("2026-11-20T17:00", 30, devices) == {}
    province.send(devices, "status", {"online": False})
    assert province.live("2026-11-23T07:20", 300, []) == {}
    assert province.alerts() == []

    back = [name for name in devices if name not in missing]
    province.send(back, "status", {"online": True})
    assert province.live("2026-11-23T07:30", 30, back) == {}
    red = province.live("2026-11-23T07:45", 30, back)
    assert bool(red) == bool(missing)
    assert province.alerts() == [f"hg.dong-van/queue/{name}" for name in missing]
    province.live("2026-11-23T08:00", 30, back)
    assert province.alerts() == [f"hg.dong-van/queue/{name}" for name in missing]
