"""Screens on a real InfluxDB: many read at a time, and one that stops answering holds up nothing but its own charts."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from tests.influx_servers import Influxd, influxd
from tests.running import import_orgs, ioc, rows, running, wait_until
from tests.servers import free_port

SOURCES = 300  # more than one statement asks for
SCREENS = 8
HELD_UP_S = 4.0  # far below the ten seconds a chart waits for
CONFIG = """data_dir = "{data}"
[http]
port = {http}
[mqtt]
port = {mqtt}
[store]
url = "{store}"
"""


class Site:
    """The installation as a screen meets it."""

    def __init__(self, url: str, token: str, server: Influxd) -> None:
        self.server = server
        self._http = httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=40)

    def say(self) -> None:
        for i in range(SOURCES):
            answer = self._http.post(f"/api/v1/ingest/hg/queue/kiosk-{i}/state", json={"waiting": 3})
            assert answer.is_success, answer.text

    def call(self, path: str, **query: str) -> httpx2.Response:
        return self._http.get(f"/api/v1{path}", params=query)

    def series(self, i: int) -> httpx2.Response:
        return self.call("/series", org="hg", kind="queue", source=f"kiosk-{i}", metric="waiting", agg="last")

    def trend(self) -> httpx2.Response:
        options = {"org": "hg", "kind": "queue", "metric": "waiting", "hours": 1, "compare": "week"}
        return self.call("/live", widgets=json.dumps([{"id": "a", "kind": "trend", "options": options}]))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    data, config, http = tmp_path / "data", tmp_path / "ioc.toml", free_port()
    with influxd(tmp_path) as server:
        text = CONFIG.format(data=data, http=http, mqtt=free_port(), store=server.url)
        config.write_text(text, encoding="utf-8")
        import_orgs(config, tmp_path)
        known = "".join(f"hg,queue,kiosk-{i},Kiosk {i},60\n" for i in range(SOURCES))
        (tmp_path / "sources.csv").write_text(f"org,kind,source,name,interval_s\n{known}", encoding="utf-8")
        ioc("source", "import", str(tmp_path / "sources.csv"), "--config", str(config))
        token = ioc("token", "create", "--name", "t", "--role", "admin", "--config", str(config)).strip()
        with running(config, data):
            found = Site(f"http://127.0.0.1:{http}", token, server)
            found.say()
            done = "SELECT seq FROM cursor WHERE name = 'metrics' AND seq >= ?"
            wait_until(lambda: rows(data / "inbox.sqlite", done, [SOURCES]), "every reading stored")
            yield found


def test_many_screens_read_at_a_time_and_a_server_that_hangs_holds_up_nobody(site: Site) -> None:
    with ThreadPoolExecutor(SCREENS) as screens:
        for _ in range(2):
            trends = [screens.submit(site.trend) for _ in range(SCREENS)]
            charts = [screens.submit(site.series, i) for i in range(3 * SCREENS)]
            for one in trends:
                payload = one.result().json()["items"][0]["payload"]
                assert payload["sources"] > 200
                assert [value for _t, value in payload["points"] if value is not None], "what was said is in it"
            for chart in charts:
                assert [value for _t, value in chart.result().json()["points"] if value is not None] == [3.0]

        site.server.pause()
        hanging = [screens.submit(site.series, i) for i in range(3 * SCREENS)]
        time.sleep(1)
        for path in ("/alerts", "/sources", "/me"):
            began = time.monotonic()
            assert site.call(path).status_code == 200
            assert time.monotonic() - began < HELD_UP_S, path
        refused = [one.result() for one in hanging]
        assert {one.status_code for one in refused} == {503}
        assert {one.json()["error"]["code"] for one in refused} == {"store_unavailable"}
        kiosk = site.call("/sources/hg/queue/kiosk-0")
        assert kiosk.status_code == 200, "all but its availability is live"
        assert (kiosk.json()["metrics"], kiosk.json()["availability"]["pct"]) == ({"waiting": 3}, None)
        assert kiosk.json()["availability"]["reason"]["code"] == "store_unavailable"

        site.server.resume()
        wait_until(lambda: site.series(1).status_code == 200, "charts are back", 30)
