"""A store that cannot be used from the start: ingest says so, keeps everything, and catches up once it can."""

import json
from pathlib import Path

from tests.faults.test_influx_killed import in_bucket, lag
from tests.faults.test_ingest_killed import Publisher
from tests.influx_servers import Influxd
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


def said(data: Path) -> dict[str, object]:
    """What ingest says of itself, which is what `/readyz` tells."""
    found = rows(data / "ioc.sqlite", "SELECT detail FROM role_beat WHERE role = 'ingest'")
    return {"metric_store": None, "metrics_lag": None, **json.loads(str(found[0][0]) if found else "{}")}
