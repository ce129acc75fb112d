"""The queries that the documentation hands to users of Grafana, asked of a real InfluxDB."""

import json
import re
import time
from pathlib import Path

from ioc.config.influx_address import parse
from ioc.core.model import Sample, SourceKey
from tests.influx_disguise import Disguise
from tests.influx_servers import Influxd
from tests.metrics.stories import HOUR, KEEP, MINUTE, open_bucket

PAGE = Path(__file__).parents[2] / "docs" / "influxdb.md"
KIOSK = SourceKey("hg.dong-van", "queue", "kiosk-1")
PORTAL = SourceKey("hg", "service", "portal")


def test_three_ready_queries_answer(influx_server: Influxd | Disguise) -> None:
    url = influx_server.new_database()
    now = round(time.time() * 1000)
    store = open_bucket(url, now=now)
    ages = range(0, 3 * HOUR, 5 * MINUTE)
    store.write([Sample(KIOSK, now - age, {"waiting": age // MINUTE, "avg_wait_s": 60}) for age in ages])
    store.write([Sample(PORTAL, now - age, {"up": age % (10 * MINUTE) == 0}) for age in ages])
    for _ in range(3):
        store.maintain(now, KEEP)
    store.close()
    queries = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    waiting, mean_wait, up = (
        json.loads(influx_server.ask(query, db=parse(url).bucket, epoch="ms"))["results"][0]["series"]
        for query in queries
    )
    assert (waiting[0]["tags"], waiting[0]["values"][0]) == ({"source": "kiosk-1"}, [now, 0])
    assert {value for _t, value in mean_wait[0]["values"]} == {60}
    assert 40 <= up[0]["values"][0][1] <= 60
