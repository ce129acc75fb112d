"""What ingest keeps of feeds: each delivery once, and how clean what came was, through the real decoder."""

import json
from datetime import datetime

import pytest
import sqlalchemy as sa

from ioc.core.model import SourceKey
from ioc.ingest.decode import Decoder
from ioc.ingest.inbox import Received, Run
from ioc.ingest.sinks.contract import Commit
from ioc.ingest.sinks.feed_deliveries import DAY_MS, FeedDeliveries
from ioc.messages.kinds import delivering
from ioc.platform.db.tables import feed_day, feed_delivery, org, source
from tests.databases import empty_records
from tests.live import worlds

NOW = 1_795_140_000_000
NIGHT, YEARLY = SourceKey("hg", "dossier", "dem"), SourceKey("hg", "feed", "par")
IDS = {NIGHT: 7, YEARLY: 8}


def at(day):
    return round(datetime.fromisoformat(f"{day}T00:00:00+07:00").timestamp() * 1000)


@pytest.fixture
def db(tmp_path):
    database = empty_records(tmp_path / "ioc.sqlite")
    yield database
    database.close()


def hear(db, *messages, received=NOW):
    """Messages of one transaction: topic below `ioc/v1/`, payload, and whether it is retained."""
    known = worlds.inventory(worlds.source(NIGHT, 7), worlds.source(YEARLY, 8))
    run = [
        Received(received + n, f"ioc/v1/{topic}", json.dumps(payload).encode(), bool(retained))
        for n, (topic, payload, *retained) in enumerate(messages)
    ]
    sink = FeedDeliveries(delivering(worlds.kinds()))
    sink.take(Decoder(worlds.kinds(), known).batch(Run(1, run)))
    with db.write() as conn:
        conn.execute(db.upsert(org).values(code="hg", name="Hà Giang", kind="").on_conflict_do_nothing())
        for key, source_id in IDS.items():
            row = {**key._asdict(), "id": source_id, "status": "active", "simulated": False}
            conn.execute(db.upsert(source).values(**row).on_conflict_do_nothing())
        sink.write(Commit(db, conn, received, known))


def rows(db, table):
    with db.read() as conn:
        return [tuple(row) for row in conn.execute(sa.select(table))]


def test_a_delivery_is_kept_with_what_it_says_of_itself(db):
    said = {"as_of": NOW - 5, "complete": True, "rows": 100, "changed": 3, "bad_rows": 1, "vanished": 2}
    hear(db, (f"{NIGHT}/state", {"ts": NOW, **said}))
    assert rows(db, feed_delivery) == [(7, NOW, NOW - 5, 100, 3, 1, 2, NOW - 5)]


def test_a_period_is_a_delivery_and_what_is_not_complete_is_none(db):
    hear(
        db,
        (f"{YEARLY}/state", {"ts": NOW, "period": "2025", "values": {"par": 87.4}}),
        (f"{NIGHT}/state", {"ts": NOW, "as_of": NOW, "complete": False}),
        (f"{NIGHT}/state", {"ts": NOW, "delivered": False}),
    )
    assert rows(db, feed_delivery) == [(8, NOW, None, None, None, None, None, at("2026-01-01"))]


def test_what_the_broker_kept_is_no_new_delivery(db):
    hear(db, (f"{NIGHT}/state", {"ts": NOW, "as_of": NOW, "complete": True}, True))
    assert rows(db, feed_delivery) == []


def test_what_came_is_counted_by_day_and_kiosks_are_nobodys_feed(db):
    good = {"event_id": "1", "ts": NOW, "code": "H-1", "status": 4}
    messages = (
        (f"{NIGHT}/event", [good, {**good, "event_id": "2", "ts": str(NOW)}, {**good, "status": "nowhere"}]),
        ("hg/queue/kiosk-9/state", {"ts": NOW, "waiting": "many"}),
        ("hg/dossier/nobody/event", {"event_id": "3"}),
    )
    hear(db, *messages)
    assert rows(db, feed_day) == [(7, NOW // DAY_MS, 2, 1, 1)]
    hear(db, *messages, received=NOW + 1_000)
    assert rows(db, feed_day) == [(7, NOW // DAY_MS, 4, 2, 2)]
