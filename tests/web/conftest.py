"""What the web stories share: a small province with readings, tokens for every role, and the application on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from alerts.channels import email, sms_http
from alerts.configured.seed import sync
from alerts.gateway_calls import ReportFormat
from ioc.config.alerting import Channel, Rule
from ioc.config.settings import Auth, Settings
from ioc.context import Context
from ioc.core.errors import IocError
from ioc.core.model import Role, SourceKey
from ioc.core.registry import Plugins
from ioc.core.texts import Texts
from ioc.domain.access import add_user, create_token
from ioc.domain.inventory.records import load
from ioc.live.deltas import Patch
from ioc.live.world import World
from ioc.metrics import Point, RangeQuery
from ioc.platform.db import Database, sqlite_url
from ioc.platform.db.tables import alert, incident
from ioc.platform.db.tables import org as org_table
from ioc.platform.db.tables import source as source_table
from tests.clock import FakeClock
from tests.databases import furnished
from tests.domain.dossiers.events import event, tell
from tests.live.worlds import kinds
from tests.web.documented import Watcher
from web import app as application
from web import facts
from web.auth import Sessions
from web.login_brake import LoginBrake
from web.routes import routes
from web.server import widgets
from web.site import Site

PLUGINS = Plugins()  # scanned once a process
SATURDAY = 1_795_230_000_000  # 2026-11-21 10:00 in Hà Giang; the kiosks below are open around the clock
NORTH, SOUTH = "hg.dong-van", "hg.bac-quang"
ORGS = [
    {"code": "hg", "name": "Tỉnh Hà Giang", "kind": "province"},
    {"code": NORTH, "name": "Huyện Đồng Văn", "kind": "district", "parent": "hg"},
    {"code": SOUTH, "name": "Huyện Bắc Quang", "kind": "district", "parent": "hg"},
    {"code": "hg.dong-van.lung-cu", "name": "Xã Lũng Cú", "kind": "commune", "parent": NORTH},
    {"code": "hg.bac-quang.vinh-tuy", "name": "Thị trấn Vĩnh Tuy", "kind": "commune", "parent": SOUTH},
]
SECRET = "mat-khau-cua-cong"
REPORT = ReportFormat(id="SMSID", ref="RequestId", delivered=({"Status": "5"},), failed=({"Status": "4"},))
CHANNELS = (
    Channel(name="mail", kind="email", options=email.Options(host="mail.example.vn", sender="ioc@example.vn")),
    Channel(
        name="sms",
        kind="sms_http",
        options=sms_http.Options(url="https://sms.example.vn/send", secret=SECRET, receipt=REPORT),
    ),
)
KIOSKS = {org: SourceKey(org, "queue", "kiosk-1") for org in (NORTH, SOUTH)}
ONE_STOP = SourceKey("hg", "dossier", "mot-cua")
SOURCES = [
    *KIOSKS.values(),
    SourceKey("hg.dong-van.lung-cu", "vc", "cau-1"),
    SourceKey(SOUTH, "vc", "cau-2"),
    SourceKey("hg", "service", "portal"),
    SourceKey(SOUTH, "link", "cap-1"),
]


class RememberingStore:
    """A metric store that answers every range with one value a bucket and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[RangeQuery] = []
        self.trouble: IocError | None = None

    def range(self, query: RangeQuery) -> list[Point]:
        self.asked.append(query)
        if self.trouble is not None:
            raise self.trouble
        return [(at, 1.0) for at in range(query.start, query.end, query.step_ms)]

    def close(self) -> None:
        pass


@dataclass
class RecordingBus:
    """A bus nobody listens on."""

    sent: list[tuple[str, bytes]] = field(default_factory=list)
    connected: bool = True

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        self.sent.append((topic, payload))

    def publish_acknowledged(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self.sent.append((topic, payload))


@dataclass
class Following:
    world: World
    tick: Callable[[], None] = lambda: None


@dataclass
class Province:
    """The site under test, with everything a story wants to turn."""

    site: Site
    app: Flask
    clock: FakeClock
    db: Database
    store: RememberingStore
    bus: RecordingBus
    tokens: dict[str, str]

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def get(self, path: str, who: str = "admin", **headers: str) -> Any:
        bearer = {"Authorization": f"Bearer {self.tokens[who]}"}
        return self.client().get(path, headers=bearer | headers)

    def post(self, path: str, who: str = "admin", json: Any = None) -> Any:
        bearer = {"Authorization": f"Bearer {self.tokens[who]}"}
        return self.client().post(path, headers=bearer, json={} if json is None else json)

    def say(self, key: SourceKey, **values: Any) -> None:
        """A reading arrives now."""
        now = self.clock.now_ms()
        self.site.world.merge([Patch(key, {n: (now, v) for n, v in values.items()}, {}, (now, True), now)])

    def reload(self) -> None:
        """What the worker's loops do each second."""
        now = self.clock.now_ms()
        self.site.world.inventory = self.site.read(lambda conn: load(conn, "2026-11-21", kinds()))
        kinds_ = self.site.duty_kinds
        self.site.facts.value = self.site.read(lambda conn: facts.load(conn, self.site.world, now, duty_kinds=kinds_))


def run_here(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return call(*args, **kwargs)


@pytest.fixture
def province(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Province]:
    with standing(tmp_path, monkeypatch) as built:
        yield built


@contextmanager
def standing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Province]:
    """The province with its application, in a folder of its own."""
    records, tokens = _records()
    (folder / "ioc.sqlite").write_bytes(records)
    db = Database(sqlite_url(folder / "ioc.sqlite"))
    clock = FakeClock(SATURDAY)
    monkeypatch.setattr("limits.storage.memory.time", SimpleNamespace(time=clock.monotonic))  # it takes no clock
    context = Context(
        settings=Settings(
            auth=Auth(attempts_per_minute=5),
            data_dir=str(folder),
            rule=(Rule(id="gone", kind="offline"),),
            channel=CHANNELS,
        ),
        clock=clock,
        db=db,
        kinds=kinds(),
        texts=Texts(Path(application.__file__).parent / "i18n"),
        live_key=b"k" * 32,
        open_store=RememberingStore,
    )
    sync(db, context.settings, SATURDAY)
    with db.read() as conn:
        world = World(load(conn, "2026-11-21", kinds()), context.kinds)
    store, bus = RememberingStore(), RecordingBus()
    site = Site(context, Following(world), run_here, store, bus, widgets(PLUGINS), "build-1")
    sessions, brake = Sessions(b"s" * 32, 12), LoginBrake(5)
    table = routes(PLUGINS)
    app = application.build(site, table, sessions, brake)
    watcher = Watcher(app, table)
    built = Province(site, app, clock, db, store, bus, dict(tokens))
    for key in SOURCES:
        built.say(key, up=True, waiting=3)
    built.reload()
    yield built
    db.close()
    assert watcher.undocumented == []


@cache
def _records() -> tuple[bytes, dict[str, str]]:
    """The database of the province and its tokens; hashing its password alone takes longer than most stories."""
    return furnished(_furnish)


def _furnish(db: Database) -> dict[str, str]:
    with db.write() as conn:
        conn.execute(org_table.insert(), [{"parent": None, **org} for org in ORGS])
        conn.execute(source_table.insert(), [_row(key) for key in SOURCES])
    return _tokens(db)


def _row(key: SourceKey) -> dict[str, Any]:
    return {"org": key.org, "kind": key.kind, "source": key.source, "name": f"{key.kind} {key.org}", "status": "active",
            "hours": "always", "interval_s": 60, "simulated": False}  # fmt: skip


def _tokens(db: Database) -> dict[str, str]:
    add_user(db, "mai", Role.OPERATOR, "hg", "mat-khau-dai", SATURDAY)
    tokens = {role.value: create_token(db, role.value, role, None, SATURDAY) for role in Role}
    return tokens | {f"{role.value}-north": create_token(db, f"{role}-north", role, NORTH, SATURDAY) for role in Role}


def raise_alert(province: Province, key: SourceKey, **values: Any) -> int:
    """An alert that fires at `key`."""
    now = province.clock.now_ms()
    row = {
        "fingerprint": f"gone|{key}", "rule": "gone", "severity": "critical", "state": "firing", "org": key.org,
        "kind": key.kind, "source": key.source, "title": "alert.offline", "params": {"name": str(key)}, "since": now,
        "fired_at": now, "open": True,
    }  # fmt: skip
    with province.db.write() as conn:
        inserted = conn.execute(alert.insert().values(row | values)).inserted_primary_key
    province.reload()
    return int(inserted[0])


def begin_incident(province: Province, key: SourceKey, **values: Any) -> int:
    """An incident about `key`, without alerts yet."""
    now = province.clock.now_ms()
    row = {
        "org": key.org, "kind": key.kind, "source": key.source, "severity": "critical", "state": "open", "since": now,
        "detected_at": now, "open": True,
    }  # fmt: skip
    with province.db.write() as conn:
        inserted = conn.execute(incident.insert().values(row | values)).inserted_primary_key
    return int(inserted[0])


def add_source(province: Province, key: SourceKey, **values: Any) -> None:
    row = {"org": key.org, "kind": key.kind, "source": key.source, "name": key.source, "status": "active",
           "hours": "always", "interval_s": 60, "simulated": False}  # fmt: skip
    with province.db.write() as conn:
        conn.execute(source_table.insert().values(row | values))
    province.site.world.inventory.rev = -1
    province.reload()


def tell_dossier(province: Province, code: str, **fields: Any) -> None:
    """Something the one-stop system said two days ago."""
    if ONE_STOP not in province.site.world.inventory.sources:
        add_source(province, ONE_STOP, interval_s=0)
    inventory = province.site.world.inventory
    before = SATURDAY - 2 * 86_400_000
    said = {"status": 4, "received_at": before, "receiving_org": NORTH, "handling_org": SOUTH} | fields
    tell(province.db, event(code, before, **said), source_id=inventory.sources[ONE_STOP].id, inventory=inventory, now=1)
