"""A wall at a real worker, a real broker and an engine's hand: incidents begin, are taken, and end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from ioc.core.model import SourceKey
from ioc.live.deltas import NOTICE_TOPIC, Notice
from ioc.platform.db.tables import alert, incident, role_beat
from tests.databases import empty_records
from tests.servers import mosquitto
from tests.web.conftest import ORGS, SOURCES, SOUTH, _row, _tokens
from tests.web.serving import worker
from tests.web.test_realtime import House, latest, meta, org_table, source_table

LINE = SourceKey(SOUTH, "link", "cap-1")


@contextmanager
def serving(folder: Path) -> Iterator[House]:
    db = empty_records(folder / "ioc.sqlite")
    with db.write() as conn:
        conn.execute(org_table.insert(), [{"parent": None, **org} for org in ORGS])
        conn.execute(source_table.insert(), [_row(key) for key in SOURCES])
        conn.execute(latest.insert().values(source_id=1, metrics={}, texts={}))
        conn.execute(meta.insert(), [{"key": "live_epoch", "value": "life"}, {"key": "live_n", "value": "0"}])
        conn.execute(role_beat.insert().values(role="alerts", at=time.time_ns() // 1_000_000, ok=True, detail={}))
    tokens = _tokens(db)
    with mosquitto(folder) as broker, worker(folder, broker.port) as running:
        built = House(running, folder, broker, tokens)
        yield built
        built.close()


def wall(browser: Browser, house: House) -> Page:
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.goto(f"{house.url}/wall?token={house.tokens['wall']}")
    page.wait_for_selector("[data-link=live] [data-widget=incident]", timeout=20_000)
    return page


def fire(house: House) -> int:
    """As the engine does it: the incident and its alert in one transaction, then the notice."""
    now = time.time_ns() // 1_000_000
    place = {"org": LINE.org, "kind": LINE.kind, "source": LINE.source, "severity": "critical", "since": now}
    with house.db.write() as conn:
        row = incident.insert().values(**place, state="open", detected_at=now, open=True)
        number = int(conn.execute(row).inserted_primary_key[0])
        raised = alert.insert().values(
            **place, fingerprint=f"link-down|{LINE}", rule="link-down", state="firing", title="alert.offline",
            params={}, fired_at=now, open=True, incident_id=number,
        )  # fmt: skip
        cause = conn.execute(raised).inserted_primary_key[0]
        conn.execute(sa.update(incident).where(incident.c.id == number).values(cause_alert=cause))
    house.publish(NOTICE_TOPIC, Notice("alerts", 3))
    return number


def take(house: House, number: int) -> None:
    headers = {"Authorization": f"Bearer {house.tokens['operator']}"}
    answer = httpx2.post(f"{house.url}/api/v1/incidents/{number}/acknowledge", headers=headers, json={}, timeout=20)
    assert answer.status_code == 200


def end(house: House) -> None:
    with house.db.write() as conn:
        conn.execute(sa.update(alert).values(state="resolved", open=False))
        conn.execute(sa.update(incident).values(state="over", open=False))
    house.publish(NOTICE_TOPIC, Notice("alerts", 2))
