"""A wall at a real worker: an incident that fires takes it within two seconds, a name stands on it within one."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from ioc.core.model import SourceKey
from ioc.live.deltas import NOTICE_TOPIC, Notice
from ioc.platform.db import Database
from ioc.platform.db.tables import alert, incident, role_beat
from tests.databases import empty_records
from tests.servers import mosquitto
from tests.web.conftest import ORGS, SOURCES, SOUTH, _row, _tokens
from tests.web.serving import worker
from tests.web.test_realtime import House, latest, meta, org_table, source_table

LINE = SourceKey(SOUTH, "link", "cap-1")
TAKEN_OVER_S, NAMED_S = 2.0, 1.0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    db = empty_records(tmp_path / "ioc.sqlite")
    with db.write() as conn:
        conn.execute(org_table.insert(), [{"parent": None, **org} for org in ORGS])
        conn.execute(source_table.insert(), [_row(key) for key in SOURCES])
        conn.execute(latest.insert().values(source_id=1, metrics={}, texts={}))
        conn.execute(meta.insert(), [{"key": "live_epoch", "value": "life"}, {"key": "live_n", "value": "0"}])
        conn.execute(role_beat.insert().values(role="alerts", at=time.time_ns() // 1_000_000, ok=True, detail={}))
    tokens = _tokens(db)
    with mosquitto(tmp_path) as broker, worker(tmp_path, broker.port) as running:
        built = House(running, tmp_path, broker, tokens)
        yield built
        built.close()


@pytest.fixture
def wall(browser: Browser, house: House) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.goto(f"{house.url}/wall?token={house.tokens['wall']}")
    page.wait_for_selector("[data-link=live] [data-widget=incident]", timeout=20_000)
    yield page
    page.close()


def fire(db: Database) -> int:
    """As the engine does it: the incident and its alert in one transaction."""
    now = time.time_ns() // 1_000_000
    place = {"org": LINE.org, "kind": LINE.kind, "source": LINE.source, "severity": "critical", "since": now}
    with db.write() as conn:
        row = incident.insert().values(**place, state="open", detected_at=now, open=True)
        number = int(conn.execute(row).inserted_primary_key[0])
        raised = alert.insert().values(
            **place, fingerprint=f"link-down|{LINE}", rule="link-down", state="firing", title="alert.offline",
            params={}, fired_at=now, open=True, incident_id=number,
        )  # fmt: skip
        cause = conn.execute(raised).inserted_primary_key[0]
        conn.execute(sa.update(incident).where(incident.c.id == number).values(cause_alert=cause))
    return number


def end(house: House, wall: Page) -> None:
    with house.db.write() as conn:
        conn.execute(sa.update(alert).values(state="resolved", open=False))
        conn.execute(sa.update(incident).values(state="over", open=False))
    house.publish(NOTICE_TOPIC, Notice("alerts", 2))
    wall.wait_for_selector("[data-takeover]", state="detached", timeout=20_000)


def taken_over(house: House, wall: Page) -> tuple[int, float]:
    """The incident, and how many seconds after it fired it had the wall."""
    number = fire(house.db)
    began = time.monotonic()
    house.publish(NOTICE_TOPIC, Notice("alerts", 3))
    wall.wait_for_selector(f"[data-takeover='{number}']", timeout=20_000)
    return number, time.monotonic() - began


def named(house: House, wall: Page, number: int) -> float:
    """How many seconds after somebody took it the name stood there."""
    began = time.monotonic()
    headers = {"Authorization": f"Bearer {house.tokens['operator']}"}
    answer = httpx2.post(f"{house.url}/api/v1/incidents/{number}/acknowledge", headers=headers, json={}, timeout=20)
    assert answer.status_code == 200
    wall.wait_for_selector(f"[data-takeover='{number}'][data-owner='operator']", timeout=20_000)
    return time.monotonic() - began


def test_it_is_on_the_wall_at_once_and_so_is_who_takes_it(house: House, wall: Page) -> None:
    """The best of three: what a busy machine adds is not ours. The first brings the code of what is laid over."""
    taken_over(house, wall)
    end(house, wall)
    overs, names = [], []
    for _ in range(3):
        number, over = taken_over(house, wall)
        overs.append(over)
        names.append(named(house, wall, number))
        end(house, wall)
    sys.stdout.write(f"taken over after {overs} s, the name after {names} s\n")
    assert min(overs) < TAKEN_OVER_S
    assert min(names) < NAMED_S
