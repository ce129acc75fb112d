"""How the story gets on the bus: live first, the past once, and never a lie at the end."""

import json
import threading
from datetime import date
from types import SimpleNamespace

import paho.mqtt.client as paho
import pytest
import sqlalchemy as sa

from connectors.service import SimulatorOptions, natural_rate, run, simulate
from connectors.simulator import roster
from connectors.simulator.days import MINUTE, SECOND, at
from connectors.simulator.province import Province
from connectors.simulator.speaker import Speaker
from connectors.simulator.timeline import Timeline
from ioc.config.settings import Mqtt, Settings
from ioc.core.clock import SystemClock
from ioc.core.errors import UsageError
from ioc.core.registry import Plugins
from ioc.domain.importing.inventory import import_orgs, import_sources
from ioc.platform.db.tables import source
from tests.clock import FakeClock
from tests.databases import empty_records
from tests.live.worlds import kinds
from tests.servers import mosquitto

PEOPLE = roster.load("ha-giang")
NINE = at(date(2026, 11, 23), 9 * 60)


class FakeBus:
    """Keeps what was published; can be away."""

    def __init__(self) -> None:
        self.connected = True
        self.said: list[tuple[str, list[dict], bool]] = []

    def publish(self, topic, payload, *, qos=0, retain=False):
        assert qos == 1
        value = json.loads(payload)
        self.said.append((topic, value if isinstance(value, list) else [value], retain))

    def past(self):
        return [said for said in self.said if len(said[1]) > 1]


class Stage:
    def __init__(self, root, *, speed=1.0, seed=1, clock=None, heard=True):
        self.heard = heard
        self.clock = clock or FakeClock(NINE)
        self.bus = FakeBus()
        timeline = Timeline(self.clock.now_ms(), speed)
        province = Province(seed, PEOPLE, stretch=speed)
        self.speaker = Speaker(province, timeline, self.bus, lambda: self.heard, self.clock, root)

    def turn(self, seconds, every=0.1):
        for _ in range(round(seconds / every)):
            self.speaker.turn()
            self.clock.advance(every)


@pytest.fixture
def told(tmp_path):
    """A first start that has come to rest."""
    stage = Stage(tmp_path)
    stage.turn(90)
    return stage


def test_live_comes_before_the_past_and_never_in_bursts(tmp_path):
    stage = Stage(tmp_path)
    stage.turn(1)
    assert all(len(payloads) == 1 for _, payloads, _ in stage.bus.said)
    assert len(stage.bus.said) <= 600
    online = [topic for topic, [payload], retain in stage.bus.said if retain and payload.get("online")]
    assert len(online) > 230


def test_its_systems_of_dossiers_say_when_they_begin_and_when_they_are_done(told):
    words = [
        (i, payloads[0]["complete"])
        for i, (topic, payloads, _) in enumerate(told.bus.said)
        if "complete" in payloads[0]
    ]
    assert [complete for _, complete in words] == [False, True]
    dossiers = [i for i, (topic, _, _) in enumerate(told.bus.said) if topic.endswith("/dossier/mot-cua/event")]
    past = [i for i, (_, payloads, _) in enumerate(told.bus.said) if len(payloads) > 1]
    assert words[0][0] < min(dossiers)
    assert max(past) < words[1][0]
    assert min(dossiers) < min(past)


def test_events_and_the_past_wait_until_somebody_keeps_them(tmp_path):
    stage = Stage(tmp_path, heard=False)
    stage.turn(70)
    assert not stage.bus.past()
    assert not any(p.get("type") == "ticket_issued" and p["ts"] < "2026-11-23T09" for _, [p], _ in stage.bus.said)
    assert not (tmp_path / "simulator.json").exists()
    stage.heard = True
    stage.turn(90)
    assert sum(len(payloads) for _, payloads, _ in stage.bus.past()) > 10_000
    morning = [p for _, [p, *_], _ in stage.bus.said if p.get("type") == "ticket_issued" and p["ts"] < "2026-11-23T09"]
    assert len(morning) > 50
    assert (tmp_path / "simulator.json").exists()


def test_the_past_is_told_once_and_a_restart_goes_on_from_there(told, tmp_path):
    objects = sum(len(payloads) for _, payloads, _ in told.bus.past())
    assert 10_000 < objects < 40_000
    told.clock.advance(45 * 60)
    again = Stage(tmp_path, clock=told.clock)
    again.turn(20)
    repeated = sum(len(payloads) for _, payloads, _ in again.bus.past())
    assert 0 < repeated < 200
    assert json.loads((tmp_path / "simulator.json").read_text())["seed"] == 1


def test_another_seed_or_a_broken_marker_begins_anew(told, tmp_path):
    other = Stage(tmp_path, seed=2, clock=told.clock)
    other.turn(20)
    assert sum(len(payloads) for _, payloads, _ in other.bus.past()) > 5_000
    (tmp_path / "simulator.json").write_text("{")
    broken = Stage(tmp_path, clock=told.clock)
    broken.turn(20)
    assert sum(len(payloads) for _, payloads, _ in broken.bus.past()) > 5_000


def test_after_a_long_silence_it_says_who_is_there_instead_of_catching_up(told):
    told.bus.said.clear()
    told.clock.advance(40 * 60)
    told.turn(2)
    retained = [payloads[0] for topic, payloads, retain in told.bus.said if topic.endswith("/status") and retain]
    assert len(retained) == len(PEOPLE.sites)
    states = [p for topic, payloads, _ in told.bus.said for p in payloads if "/vc/" in topic and "in_call" in p]
    assert len(states) < 250


def test_while_the_broker_is_away_nothing_is_said_and_stopping_fakes_no_outage(tmp_path):
    stage = Stage(tmp_path)
    stage.bus.connected = False
    stop = threading.Event()
    thread = threading.Thread(target=stage.speaker.run, args=(stop,))
    thread.start()
    stop.set()
    thread.join(5)
    assert stage.bus.said == []

    stage.bus.connected = True
    stage.turn(1)
    before = len(stage.bus.said)
    stage.speaker.run(stop)
    assert len(stage.bus.said) == before


def test_faster_time_keeps_the_rate_and_speaks_of_real_instants(tmp_path):
    stage = Stage(tmp_path, speed=60)
    stage.turn(60)
    live = [(topic, payloads[0]) for topic, payloads, _ in stage.bus.said if len(payloads) == 1]
    states = [payload for topic, payload in live if topic.endswith("/state")]
    assert len(states) / 60 < 45
    stamps = [payload["ts"] for _, payload in live]
    assert max(stamps) <= "2026-11-23T09:01:01"
    started = [p for topic, p in live if "/kiosk/event" in topic and p["ts"] > "2026-11-23T09:00:00"]
    assert len(started) > 50


def test_real_and_virtual_time_are_each_others_inverse():
    line = Timeline(NINE, 60)
    assert line.virtual(NINE + SECOND) == NINE + MINUTE
    assert line.real(NINE + MINUTE) == NINE + SECOND
    assert line.real(NINE - MINUTE) == NINE - MINUTE


@pytest.fixture
def context(tmp_path):
    """What a role is given, as far as this one looks at it."""
    db = empty_records(tmp_path / "ioc.sqlite")
    settings = Settings(data_dir=str(tmp_path))
    clock = SystemClock()
    yield SimpleNamespace(settings=settings, clock=clock, db=db, plugins=Plugins(), kinds=kinds(), postbox=None)
    db.close()


def test_simulate_refuses_beside_a_real_source(context):
    import_orgs(context.db, "code,name\nhg,Hà Giang\n", NINE, dry_run=False)
    import_sources(context.db, "org,kind,source\nhg,queue,kiosk-that\n", kinds(), NINE, dry_run=False)
    with pytest.raises(UsageError, match="hg/queue/kiosk-that") as caught:
        simulate(context, threading.Event(), SimulatorOptions(), rate=None)
    assert caught.value.code == "real_sources"
    with context.db.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(source)) == 1


@pytest.mark.parametrize(("rate", "speed"), [(0, 1.0), (None, 0), (-5, 1.0)])
def test_simulate_refuses_a_rate_or_speed_that_means_nothing(context, rate, speed):
    with pytest.raises(UsageError, match="above 0"):
        simulate(context, threading.Event(), SimulatorOptions(speed=speed), rate=rate)


def test_without_options_the_role_only_waits(context):
    ready, stop = threading.Event(), threading.Event()
    stop.set()
    run(context, stop, ready.set)
    assert ready.is_set()


def test_a_rate_widens_or_narrows_the_cadence():
    assert 9 < natural_rate(PEOPLE) < 10
    loud = Province(1, PEOPLE, stretch=natural_rate(PEOPLE) / 200)
    told = loud.between(NINE, NINE + 5 * SECOND)
    assert 150 < len(told) / 5 < 450


def test_over_a_real_broker_statuses_are_retained_and_everything_is_marked(context, tmp_path):
    with mosquitto(tmp_path) as broker:
        context.settings = Settings(data_dir=str(tmp_path), mqtt=Mqtt(url=broker.url))
        heard: dict[str, dict] = {}
        enough = threading.Event()

        def on_message(_client, _userdata, message):
            value = json.loads(message.payload)
            for payload in value if isinstance(value, list) else [value]:
                heard[message.topic] = payload
            if sum(topic.endswith("/status") for topic in heard) == len(PEOPLE.sites) and any(
                topic.endswith("/service/mot-cua/state") for topic in heard
            ):
                enough.set()

        listener = paho.Client(paho.CallbackAPIVersion.VERSION2)
        listener.on_message = on_message
        listener.on_connect = lambda client, *_: client.subscribe("ioc/v1/#", 1)
        listener.connect("127.0.0.1", broker.port)
        listener.loop_start()
        ready, stop = threading.Event(), threading.Event()
        role = threading.Thread(target=run, args=(context, stop, ready.set, SimulatorOptions("ha-giang")))
        role.start()
        try:
            assert ready.wait(60)
            assert enough.wait(60)
        finally:
            stop.set()
            role.join(10)
            listener.loop_stop()
    assert not role.is_alive()
    assert all(payload["simulated"] is True for payload in heard.values())
    lines = [payload for topic, payload in heard.items() if topic.endswith("/link/cap-quang/status")]
    assert [payload["online"] for payload in lines] == [True] * 11
