"""What the embedded broker and Mosquitto really keep, checked against the real things."""

import re
import subprocess
from pathlib import Path

import psutil
import pytest

from ioc import bootstrap
from ioc.config.settings import Mqtt
from ioc.core.clock import SystemClock
from ioc.core.errors import IocError, UsageError
from ioc.ops import embedded_broker as broker_role
from ioc.platform.beat import pulses
from ioc.platform.broker import Bus
from ioc.platform.check_broker import DEEP, BrokerWatch, check_guessable, check_sessions, drop_counter
from ioc.platform.db import Database, migrate, sqlite_url
from ioc.platform.nats import config, program
from tests.authority import Authority
from tests.embedded import embedded_broker
from tests.ops.running import alive, wait_until
from tests.ops.sitting import Sitter
from tests.servers import free_port, mosquitto


def test_the_embedded_broker_keeps_sessions_and_thousands_of_messages(tmp_path):
    with embedded_broker(tmp_path) as broker:
        verdict = check_sessions(broker.settings, DEEP)
    assert verdict.ok, verdict.detail


def test_the_embedded_broker_asks_for_the_password_it_was_given(tmp_path):
    with embedded_broker(tmp_path, username="ioc", password='with "quotes" and ${dollars} và dấu') as broker:
        assert check_sessions(broker.settings).ok
        stranger = Mqtt(host="127.0.0.1", port=broker.port, username="ioc", password="wrong")
        with pytest.raises(IocError, match="refuses the login"):
            check_sessions(stranger, patience_s=2)
        with pytest.raises(IocError, match="refuses the login"):
            check_sessions(Mqtt(host="127.0.0.1", port=broker.port), patience_s=2)


def test_with_a_certificate_it_speaks_tls_only_and_we_accept_only_that_one(tmp_path):
    authority = Authority(tmp_path)
    pair, other = authority.issue(30), authority.issue(31)
    tls = {"certificate": str(pair.certificate), "key": str(pair.key)}
    with embedded_broker(tmp_path / "data", **tls) as broker:
        assert check_sessions(broker.settings).ok
        with pytest.raises(IocError, match="does not answer"):
            check_sessions(Mqtt(port=broker.port), patience_s=2)
        foreign = Mqtt(port=broker.port, certificate=str(other.certificate), key=str(other.key))
        with pytest.raises(IocError, match="does not answer"):
            check_sessions(foreign, patience_s=2)
        known = Mqtt(url=f"mqtts://127.0.0.1:{broker.port}", ca=str(authority.ca))
        assert check_sessions(known).ok, "a device that trusts the authority"


def test_a_certificate_that_does_not_fit_its_key_is_one_line(tmp_path):
    authority = Authority(tmp_path)
    pair, other = authority.issue(30), authority.issue(31)
    for key in (str(other.key), str(tmp_path / "none.pem")):
        told = {"port": free_port(), "certificate": str(pair.certificate), "key": key}
        settings = bootstrap.parse_settings(bootstrap.default_table(tmp_path, mqtt=told), "test")
        with pytest.raises(IocError, match=r"mqtt\.certificate .*"):
            broker_role.check(settings)


def test_its_pid_is_the_servers_and_nothing_of_it_outlives_it(tmp_path):
    with embedded_broker(tmp_path) as broker:
        server = psutil.Process(broker.pid)
        assert server.name() == "nats-server"
        (keeper,) = server.children()
        broker.kill()
        wait_until(lambda: not alive(keeper.pid))


def fill(bus: Bus) -> int:
    """How many messages of 200 KB are acknowledged before one is refused."""
    for number in range(1_000):
        try:
            bus.publish_acknowledged("ioc/v1/a", f"{number:08}".encode() * 25_000, timeout_s=3)
        except IocError:
            return number
    raise AssertionError("it takes everything")


def told(folder: Path) -> dict[str, object]:
    """What the broker's role says of itself in `/readyz`."""
    with Database(sqlite_url(folder / "ioc.sqlite")).read() as conn:
        return next((dict(p.detail) for p in pulses(conn, SystemClock().now_ms()) if p.role == "broker"), {})


def test_a_full_store_refuses_publishers_says_so_and_lets_the_one_in_who_empties_it(tmp_path):
    migrate.upgrade(Database(sqlite_url(tmp_path / "ioc.sqlite")))
    with embedded_broker(tmp_path, max_bytes=50_000_000) as broker:
        sitter = Sitter(broker)
        sitter.visit()
        filler = Bus(broker.settings, "filler")
        filler.start()
        assert filler.wait(5)
        acknowledged = fill(filler)
        filler.stop()
        assert acknowledged * 200_000 > 0.75 * 50_000_000
        wait_until(lambda: "as many as mqtt.max_bytes allows" in str(told(tmp_path).get("full")))
        assert sitter.visit(acknowledged), "it comes in, and its session is there"
        assert sitter.got[:acknowledged] == list(range(acknowledged))
        bus = Bus(broker.settings, "later")
        bus.start()
        assert bus.wait(5)
        bus.publish_acknowledged("ioc/v1/a", b"1")
        bus.stop()
        wait_until(lambda: told(tmp_path)["full"] is None)


@pytest.fixture
def small_disk(tmp_path):
    """60 MB of their own under the store; skipped where this user may not mount."""
    store = tmp_path / "nats"
    store.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", store], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this user may not mount a disk")
    yield store
    subprocess.run(["umount", "-l", store], check=True)


def test_a_full_disk_loses_nothing_and_the_server_is_ended_once_there_is_room(tmp_path, small_disk):
    with embedded_broker(tmp_path, max_bytes=50_000_000) as broker:
        sitter = Sitter(broker)
        sitter.visit()
        ballast = small_disk / "ballast"
        ballast.write_bytes(b"x" * 40_000_000)
        filler = Bus(broker.settings, "filler")
        filler.start()
        assert filler.wait(5)
        acknowledged = fill(filler)
        filler.stop()
        assert acknowledged > 20
        sitter.visit(acknowledged)
        assert sitter.got[:acknowledged] == list(range(acknowledged))
        ballast.unlink()
        wait_until(lambda: broker.process.ended() is not None)
        broker.stop()
        broker.start()
        bus = Bus(broker.settings, "later")
        bus.start()
        assert bus.wait(5)
        bus.publish_acknowledged("ioc/v1/a", b"99999999")
        bus.stop()


def test_its_configuration_says_one_loopback_listener_for_nats_and_is_for_its_owner_alone(tmp_path):
    place = config.place_of(tmp_path, Mqtt(port=1999, max_bytes=60_000_000))
    config.write(place, Mqtt(port=1999), config.own_users(tmp_path, Mqtt(port=1999), "secret"))
    assert place.config.stat().st_mode & 0o077 == 0
    assert place.accounts.stat().st_mode & 0o077 == 0
    text = place.config.read_text()
    assert 'listen: "127.0.0.1:-1"' in text
    assert "max_file: 60000000" in text
    assert not re.search("http|websocket|leafnode|cluster", text)


def program_that_says(folder: Path, version: str) -> str:
    path = folder / "nats-server"
    path.write_text(f"#!/bin/sh\necho 'nats-server: v{version}'\n")
    path.chmod(0o755)
    return str(folder)


def test_a_server_on_the_path_is_preferred_where_it_is_new_enough(tmp_path):
    there = program_that_says(tmp_path, "2.11.3")
    assert program.find(there) == (tmp_path / "nats-server", (2, 11, 3))
    program_that_says(tmp_path, "2.9.10")
    assert program.find(there).version >= program.OLDEST, "the one of the wheel instead"


def test_without_a_server_that_is_new_enough_one_line_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(program, "WHEEL", "no-such-wheel")
    with pytest.raises(IocError, match=r"2\.10 or newer is needed \(none was found\); install"):
        program.find(str(tmp_path))
    with pytest.raises(IocError, match=r"nats-server is 2\.9\.10"):
        program.find(program_that_says(tmp_path, "2.9.10"))


def test_a_store_of_a_newer_server_is_refused_in_one_line(tmp_path):
    settings = bootstrap.parse_settings(bootstrap.default_table(tmp_path, mqtt={"port": free_port()}), "test")
    (tmp_path / "nats").mkdir()
    (tmp_path / "nats" / "written-by").write_text("99.1.0")
    with pytest.raises(IocError, match=r"written by nats-server 99\.1\.0.*install the newer one"):
        broker_role.check(settings)


def test_a_disk_that_could_never_hold_what_is_asked_for_is_refused_in_one_line(tmp_path):
    mqtt = {"port": free_port(), "max_bytes": 10**17}
    settings = bootstrap.parse_settings(bootstrap.default_table(tmp_path, mqtt=mqtt), "test")
    with pytest.raises(IocError, match=r"mqtt\.max_bytes 10{17}: the disk of .* has \d+ bytes in all"):
        broker_role.check(settings)


def test_mqtt_5_is_refused_with_the_reason(tmp_path):
    with pytest.raises(UsageError, match=r"mqtt\.port_v5: the embedded broker speaks MQTT 3\.1\.1 only"):
        bootstrap.parse_settings(bootstrap.default_table(tmp_path, mqtt={"port_v5": 1884}), "test")


def test_mosquitto_that_queues_only_a_thousand_is_named(tmp_path):
    with mosquitto(tmp_path, "allow_anonymous true\n") as server:
        verdict = check_sessions(Mqtt(url=server.url), DEEP, patience_s=3)
    assert not verdict.ok
    assert f"of {DEEP} messages" in verdict.detail
    assert "raise max_queued_messages" in verdict.detail


def test_mosquitto_that_queues_without_limit_passes(tmp_path):
    with mosquitto(tmp_path) as server:
        assert check_sessions(Mqtt(url=server.url), DEEP).ok


def test_a_broker_without_queues_is_named(tmp_path):
    with mosquitto(tmp_path, "allow_anonymous true\npersistent_client_expiration 1h\nqueue_qos0_messages false\n"
                             "max_queued_messages 1\nmax_inflight_messages 1\n") as server:  # fmt: skip
        verdict = check_sessions(Mqtt(url=server.url), 10, patience_s=2)
    assert not verdict.ok


def test_a_broker_that_is_away_is_a_transient_trouble():
    with pytest.raises(IocError, match="does not answer") as caught:
        check_sessions(Mqtt(url=f"mqtt://127.0.0.1:{free_port()}"), patience_s=1)
    assert caught.value.transient


def test_drops_are_told_once_each():
    told = []
    feed = drop_counter(told.append)
    for figure in (b"5", b"5", b"nonsense", b"12", b"0", b"3"):
        feed("$SYS/broker/publish/messages/dropped", figure, True)
    assert told == [7, 3]


def test_ingest_says_which_broker_it_cannot_trust(tmp_path, caplog):
    with mosquitto(tmp_path, "allow_anonymous true\n") as server:
        settings = Mqtt(url=server.url)
        watch = BrokerWatch(settings, Bus(settings, "test"))
        watch.start()
        wait_until(lambda: watch.trouble is not None)
    assert "raise max_queued_messages" in watch.trouble
    assert watch.trouble in caplog.text


def test_mosquitto_counts_what_it_drops_and_ingest_hears_of_it(tmp_path):
    config = "allow_anonymous true\nmax_queued_messages 5\nmax_inflight_messages 1\nsys_interval 1\n"
    with mosquitto(tmp_path, config) as server:
        settings = Mqtt(url=server.url)
        bus = Bus(settings, "test")
        watch = BrokerWatch(settings, bus)
        heard = []
        bus.subscribe("$SYS/broker/uptime", lambda *_: heard.append(1))
        bus.start()
        try:
            wait_until(lambda: heard)
            assert not check_sessions(settings, 50, patience_s=2).ok
            wait_until(lambda: watch.dropped > 0)
        finally:
            bus.stop()


def test_on_the_embedded_broker_no_session_lies_under_a_name_that_can_be_guessed(tmp_path):
    with embedded_broker(tmp_path) as broker:
        for _ in range(2):
            assert check_guessable(broker.settings).ok
