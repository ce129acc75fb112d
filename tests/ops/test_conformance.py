"""The conformance run tells a broker that keeps everything from one that does not."""

from ioc.config.settings import Mqtt
from ioc.ops.conformance import CHECKS, conform
from tests.embedded import embedded_broker
from tests.ops.shipped import Shipped
from tests.servers import free_port, mosquitto


def verdicts(mqtt: Mqtt, kill=None) -> dict[str, bool | None]:
    results = list(conform(mqtt, 300, kill))
    assert [result.what for result in results] == list(CHECKS)
    return {result.what: result.ok for result in results}


def test_the_embedded_broker_passes_through_a_kill(tmp_path):
    with embedded_broker(tmp_path) as broker:

        def kill() -> None:
            broker.kill()
            broker.start()

        found = verdicts(broker.settings, kill)
    assert found == dict.fromkeys(CHECKS, True) | {"client id": None, "full store": None}


def test_the_shipped_mosquitto_passes_but_for_what_a_kill_takes(tmp_path):
    server = Shipped(tmp_path)
    server.start()

    def kill() -> None:
        server.kill()
        server.start()

    try:
        found = verdicts(server.settings, kill)
    finally:
        server.kill()
    assert found.pop("kill -9") is False
    assert False not in found.values()


def test_a_broker_that_queues_little_fails_at_the_backlog(tmp_path):
    with mosquitto(tmp_path, "allow_anonymous true\nmax_queued_messages 100\n") as server:
        found = verdicts(Mqtt(url=server.url))
    assert found["backlog"] is False
    assert found["last will"] is True


def test_a_broker_that_is_away_fails_everywhere_and_ends(monkeypatch):
    monkeypatch.setattr("ioc.ops.conformance.PATIENCE_S", 0.2)
    found = verdicts(Mqtt(url=f"mqtt://127.0.0.1:{free_port()}"))
    assert set(found.values()) <= {False, None}
