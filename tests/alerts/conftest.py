"""A stage for alert stories: a small province, a clock, an engine, and a pocket that receives the messages."""

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec import Struct

from alerts import repository, service
from alerts.engine.evaluator import LiveInput
from ioc.config import read
from ioc.context import Context
from ioc.core import registry
from ioc.core.hours import Hours
from ioc.core.model import SourceKey, SourceStatus
from ioc.core.texts import Texts
from ioc.domain.inventory import Inventory, Org, OrgTree, Source
from ioc.live.deltas import Patch
from ioc.live.world import World
from ioc.platform.lease import Lease
from tests.clock import FakeClock
from tests.databases import empty_records
from tests.live import worlds

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
ORGS = [
    Org("hg", "Hà Giang", "province"),
    Org("xm", "Xín Mần", "district", "hg"),
    Org("mv", "Mèo Vạc", "district", "hg"),
]
ROUTES = """
[alerts]
startup_grace_s = 0
[[channel]]
name = "mail"
kind = "pocket"
[[receiver]]
name = "truc-ban"
email = ["truc@example.vn"]
[[route]]
receivers = ["truc-ban"]
channels = ["mail"]
continue = true
"""
OFFLINE = """
[[rule]]
id = "offline"
kind = "offline"
severity = "critical"
"""


def ms(text: str) -> int:
    """Epoch milliseconds of a local time such as `2026-11-20 16:00`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=TZ).timestamp() * 1000)


class Pocket:
    """A channel that keeps what it is given, or fails as told."""

    kind = "pocket"
    address = "email"

    class Options(Struct, frozen=True, kw_only=True):
        pass

    def __init__(self):
        self.messages = []
        self.failures = []

    def send(self, _options, message):
        if self.failures and (failure := self.failures.pop(0)) is not None:
            raise failure
        self.messages.append(message)
        return f"receipt-{len(self.messages)}"


class EmptyStore:
    """A metric store in which nothing was ever kept."""

    def __init__(self, *, writer=False):
        assert not writer

    def range(self, _query):
        return []

    def close(self):
        pass


@dataclass
class Stage:
    """What a story sets up and watches; every step of time ticks the engine and empties the outbox."""

    folder: Path
    config: str
    base: str = ROUTES
    clock: FakeClock = field(default_factory=lambda: FakeClock(ms("2026-11-20 09:00")))
    listening: bool = True
    further: dict = field(default_factory=dict)  # channel plug-ins beside the pocket, by their kind

    def __post_init__(self):
        self.pocket = Pocket()
        self.rules = registry.scan("alerts.rules")
        kinds = worlds.kinds()
        self.world = World(Inventory(OrgTree(ORGS)), kinds)
        self.db = empty_records(self.folder / "ioc.sqlite")
        options = {
            "rule": {kind: module.Options for kind, module in self.rules.items()},
            "channel": {kind: plugin.Options for kind, plugin in {"pocket": Pocket, **self.further}.items()},
        }
        table = {"data_dir": str(self.folder), **tomllib.loads(self.base + self.config)}
        settings = read.parse(table, options, {})
        texts = Texts(Path(__file__).parents[2] / "web" / "i18n")
        self.context = Context(settings, self.clock, self.db, kinds, texts, b"key", EmptyStore)
        self.start()

    def start(self):
        """A new life of the role, as after a kill: nothing but the database is left of the old one."""
        self.lease = Lease(self.db, "alerts", "here", 6.0, self.clock)
        self.clock.advance(7)
        assert self.lease.keep()
        channels = {"pocket": self.pocket, **self.further}
        live = LiveInput(lambda: self.world, lambda: self.listening)
        self.engine = service.build_engine(self.context, self.lease, live, self.rules, channels)
        self.outbox = service.build_outbox(self.context, self.lease, channels)
        self.outbox.recover()

    # --- the province ----------------------------------------------------------------------------------------------

    def add(self, path, *, hours="always", parent=None, interval_s=60, simulated=False, status=SourceStatus.ACTIVE):
        key = SourceKey.parse(path)
        above = SourceKey.parse(parent) if parent else None
        number = len(self.world.inventory.sources) + 1
        self.world.inventory.sources[key] = Source(
            number, key, f"Nguồn {key.source}", status, interval_s, Hours.parse(hours), above, simulated=simulated
        )
        return key

    def hear(self, key, **metrics):
        now = self.clock.now_ms()
        self.world.merge([Patch(key, {name: (now, value) for name, value in metrics.items()}, {}, None, now)])

    def leaves(self, key):
        self.world.merge([Patch(key, online=(self.clock.now_ms(), False))])

    def returns(self, key):
        now = self.clock.now_ms()
        self.world.merge([Patch(key, online=(now, True), heard_at=now)])

    # --- time ------------------------------------------------------------------------------------------------------

    def tick(self):
        self.engine.tick()
        while any([self.outbox.step(name) for name in self.outbox.channels]):
            pass

    def run(self, seconds, step=1.0, each=lambda: None):
        """Let time pass; `each` is what the devices do at every step."""
        for _ in range(round(seconds / step)):
            self.clock.advance(step)
            each()
            self.tick()

    def until(self, text, step=30.0, each=lambda: None):
        self.run((ms(text) - self.clock.now_ms()) / 1000, step, each)

    # --- what came of it -------------------------------------------------------------------------------------------

    @property
    def alerts(self):
        with self.db.read() as conn:
            return [repository.read_alert(row) for row in conn.execute(repository.select_alerts()).mappings()]

    @property
    def states(self):
        return [str(alert.state) for alert in self.alerts]

    @property
    def subjects(self):
        return [message.subject for message in self.pocket.messages]


@pytest.fixture
def stage(tmp_path):
    """Make a stage with more configuration: `stage(OFFLINE)`."""
    made = []

    def make(config=OFFLINE, base=ROUTES, at=None):
        clock = {} if at is None else {"clock": FakeClock(ms(at))}
        made.append(Stage(tmp_path, config, base, **clock))
        return made[-1]

    yield make
    for each in made:
        each.db.close()
