"""A store that will not have what it is given: from the start, then ingest says so, keeps everything and catches up;
or for good, then those few points go to quarantine with its words and nobody else is held up."""

import json
import time
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.faults.test_influx_killed import in_bucket, lag
from tests.faults.test_ingest_killed import Publisher
from tests.influx_servers import Influxd, influxd
from tests.running import import_orgs, rows, running, wait_until
from tests.servers import mosquitto


def test_a_missing_bucket_costs_nothing_but_time(tmp_path: Path) -> None:
    data, server = tmp_path / "data", Influxd(tmp_path)
    server.start()
    try:
        with mosquitto(tmp_path) as broker:
            config = tmp_path / "ioc.toml"
            text = f'data_dir = "{data}"\n[mqtt]\nurl = "{broker.url}"\n[store]\nurl = "{server.url}"\n'
            config.write_text(text, encoding="utf-8")
            import_orgs(config, tmp_path)
            with running(config, data, only="ingest") as service:
                sent = Publisher(broker.port, 500)
                sent.start()
                sent.join(60)
                wait_until(lambda: "has no bucket 'ioc'" in str(said(data)["metric_store"]), "the trouble is told")
                wait_until(lambda: said(data)["metrics_lag"] == 500, "everything waits")
                assert "records_lag" in said(data), "what the wall shows does not wait for the store"
                assert said(data)["records_lag"] == 0
                assert service.log().count("has no bucket 'ioc'") >= 1
                server.new_database("ioc")
                wait_until(lambda: lag(data) == 0, "all is stored", 40)
                wait_until(lambda: said(data)["metric_store"] is None, "the trouble is over", 20)
        assert {(source, value) for _t, source, value in in_bucket(server)} == {
            (f"kiosk-{i % 20}", i) for i in range(500)
        }
    finally:
        server.kill()


def test_three_bad_points_of_five_thousand_go_to_quarantine_with_the_servers_words(tmp_path: Path) -> None:
    """Somebody else's program wrote text where our figure belongs: InfluxDB 1.x then takes no number in that field."""
    data, bad = tmp_path / "data", (0, 2_499, 4_999)
    begin = round(time.time() * 1000) - 5_000
    with influxd(tmp_path) as server, mosquitto(tmp_path) as broker:
        server.post(f'queue,org=x,source=x taken="text" {begin}')
        config = tmp_path / "ioc.toml"
        text = f'data_dir = "{data}"\n[mqtt]\nurl = "{broker.url}"\n[store]\nurl = "{server.url}"\n'
        config.write_text(text, encoding="utf-8")
        import_orgs(config, tmp_path)
        states = [{"ts": begin + i, "serial": i} | ({"taken": 1} if i in bad else {}) for i in range(5_000)]
        with running(config, data, only="ingest"):
            publish(broker.port, [states[at : at + 1_000] for at in range(0, 5_000, 1_000)])
            wait_until(lambda: lag(data) == 0, "every message done with", 60)
            wait_until(lambda: said(data)["metric_store"] is None, "the store is well", 20)
        assert {value for _t, _source, value in in_bucket(server)} == set(range(5_000)) - set(bad)
        kept = rows(data / "ioc.sqlite", "SELECT reason, detail, payload FROM quarantine ORDER BY seq")
        assert [json.loads(str(payload, "utf-8"))["serial"] for _reason, _detail, payload in kept] == list(bad)
        for reason, detail, _payload in kept:
            assert reason == "store_refused"
            assert 'input field "taken" on measurement "queue" is type float, already exists as type string' in str(
                detail
            )


def publish(port: int, payloads: list[list[dict[str, float]]]) -> None:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    sent = [client.publish("ioc/v1/hg/queue/kiosk-1/state", json.dumps(one), qos=1) for one in payloads]
    for one in sent:
        one.wait_for_publish(30)
    client.disconnect()
    client.loop_stop()


def said(data: Path) -> dict[str, object]:
    """What ingest says of itself, which is what `/readyz` tells."""
    found = rows(data / "ioc.sqlite", "SELECT detail FROM role_beat WHERE role = 'ingest'")
    return {"metric_store": None, "metrics_lag": None, **json.loads(str(found[0][0]) if found else "{}")}
