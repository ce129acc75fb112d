"""`ioc doctor --broker` on the real things: what it finds out about the embedded broker, and about Mosquitto."""

from functools import partial

import pytest

from ioc import cli
from ioc.config.settings import Mqtt, Settings
from ioc.ops.conformance import CHECKS, FULL, THEFT, Allowed, conform, theft_of_ingests
from ioc.ops.conformance.bench import Conformance, Result
from ioc.ops.conformance.fill import full
from ioc.ops.conformance.spare import scratch
from ioc.platform import logins
from tests.embedded import embedded_broker
from tests.ops.shipped import Shipped
from tests.servers import free_port, mosquitto

NOW = 1_790_000_000_000


def results(bus: Mqtt, reader: Mqtt | None = None, **allowed: object) -> dict[str, Result]:
    found = list(conform(bus, reader or bus, 300, Allowed(**allowed)))
    assert [result.what for result in found] == list(CHECKS)
    return {result.what: result for result in found}


def verdicts(found: dict[str, Result]) -> dict[str, bool | None]:
    return {what: result.ok for what, result in found.items()}


def test_the_embedded_broker_passes_through_a_kill_a_theft_and_a_full_store(tmp_path):
    with embedded_broker(tmp_path, username="ioc", password="ours") as broker:
        settings = Settings(data_dir=str(tmp_path), mqtt=broker.settings)

        def kill() -> None:
            broker.kill()
            broker.start()

        spare = partial(scratch, broker.settings, NOW)
        found = results(logins.as_bus(settings), logins.as_ingest(settings), kill=kill, scratch=spare)
    assert verdicts(found) == dict.fromkeys(CHECKS, True), found
    assert "gets none of its messages" in found[THEFT].detail
    assert "then takes more" in found[FULL].detail


def test_without_accounts_whoever_knows_a_client_id_takes_the_session_and_that_is_said_not_judged():
    with scratch(Mqtt(), NOW) as place:
        found = theft_of_ingests(place)
    assert found.ok is None
    assert found.detail.startswith("who knows a client id takes its messages")


def test_the_shipped_mosquitto_passes_but_for_what_a_kill_takes_and_is_not_filled_unasked(tmp_path):
    server = Shipped(tmp_path)
    server.start()

    def kill() -> None:
        server.kill()
        server.start()

    try:
        found = results(server.bus, server.settings, kill=kill)
    finally:
        server.kill()
    assert verdicts(found) == dict.fromkeys(CHECKS, True) | {"kill -9": False, FULL: None}, found
    assert "--fill" in found[FULL].detail


def test_a_broker_that_acknowledges_and_drops_when_it_is_full_fails(tmp_path):
    with mosquitto(tmp_path, "allow_anonymous true\nmax_queued_messages 100\n") as server:
        found = results(Mqtt(url=server.url), fill_bytes=30_000_000)
    assert found["backlog"].ok is False
    assert found["last will"].ok is True
    assert found[FULL].ok is False
    assert "without a word" in found[FULL].detail


def test_a_broker_that_holds_all_it_may_be_given_is_not_judged(tmp_path):
    with mosquitto(tmp_path) as server:
        found = full(Conformance(Mqtt(url=server.url), 1), 2_000_000)
    assert found.ok is None
    assert "kept all of it" in found.detail


def test_a_broker_that_is_away_fails_everywhere_and_ends(monkeypatch):
    for module in ("bench", "checks", "steal"):
        monkeypatch.setattr(f"ioc.ops.conformance.{module}.PATIENCE_S", 0.2)
    found = verdicts(results(Mqtt(url=f"mqtt://127.0.0.1:{free_port()}")))
    assert set(found.values()) <= {False, None}


@pytest.mark.parametrize("option", [("--messages", "0"), ("--fill", "0")])
def test_what_cannot_be_asked_is_named(tmp_path, capsys, option):
    assert cli.main(["doctor", "--broker", *option, "--data-dir", str(tmp_path)]) == 2
    assert f"{option[0]} 0: must be above 0" in capsys.readouterr().err
