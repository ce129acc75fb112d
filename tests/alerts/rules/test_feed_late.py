"""A feed that does not come when its contract says: its owner is told, nobody else; not when it is us who are deaf."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from ioc.core.cadence import Cadence
from ioc.platform.db.tables import feed_delivery, source
from tests.alerts.conftest import ms

pytestmark = pytest.mark.slow

LATE = """
[[rule]]
id = "late"
kind = "feed_late"
grace_s = 600
[[receiver]]
name = "so-nv"
email = ["so-nv@example.vn"]
"""


def feed(s, cadence="wd", cut_off="07:00", owner="so-nv", valid_from=None):
    key = s.add("xm/dossier/mot-cua", interval_s=0)
    watched = s.world.inventory.sources[key]
    promise = {"cadence": Cadence.parse(cadence), "cut_off": cut_off, "owner": owner, "valid_from": valid_from}
    s.world.inventory.sources[key] = replace(watched, **promise)
    with s.db.write() as conn:
        conn.exec_driver_sql("PRAGMA foreign_keys=OFF")
        row = {"id": watched.id, "org": "xm", "kind": "dossier", "source": "mot-cua", "status": "active"}
        conn.execute(sa.text("PRAGMA defer_foreign_keys=ON"))
        conn.execute(sa.text("INSERT INTO org(code, name, kind) VALUES ('xm', 'Xín Mần', '') ON CONFLICT DO NOTHING"))
        conn.execute(sa.insert(source).values(**row, simulated=False))
    return key


def deliver(s, text):
    with s.db.write() as conn:
        (source_id,) = conn.scalars(sa.select(source.c.id))
        conn.execute(
            sa.insert(feed_delivery).values(source_id=source_id, at=ms(text), as_of=ms(text), told_until=ms(text))
        )


def test_the_owner_is_told_and_nobody_else(stage):
    s = stage(LATE)
    feed(s)
    deliver(s, "2026-11-20 02:00")
    s.until("2026-11-23 06:50", step=600)
    s.until("2026-11-23 07:09")
    assert s.states == []
    s.until("2026-11-23 07:12")
    assert s.states == ["firing"]
    (message,) = s.pocket.messages
    assert message.address == "so-nv@example.vn"
    assert "07:00 23/11/2026" in message.text
    deliver(s, "2026-11-23 07:12")
    s.run(60)
    assert s.states == ["resolved_unseen"]
    assert [message.address for message in s.pocket.messages] == ["so-nv@example.vn"] * 2


def test_an_owner_who_is_no_receiver_leaves_it_to_the_routes(stage):
    s = stage(LATE)
    feed(s, owner="Sở Nội vụ")
    deliver(s, "2026-11-20 02:00")
    s.until("2026-11-23 07:12", step=600)
    s.run(60)
    assert [message.address for message in s.pocket.messages] == ["truc@example.vn"]


def test_other_alerts_on_that_feed_are_the_operators(stage):
    s = stage(LATE + '[[rule]]\nid = "gone"\nkind = "offline"\n')
    key = feed(s)
    deliver(s, "2026-11-20 02:00")
    s.leaves(key)
    s.run(180)
    assert [message.address for message in s.pocket.messages] == ["truc@example.vn"]


def test_while_we_hear_nothing_nobody_is_late(stage):
    s = stage(LATE)
    feed(s)
    deliver(s, "2026-11-20 02:00")
    s.listening = False
    s.until("2026-11-23 08:00", step=600)
    assert s.states == []
    s.listening = True
    s.run(50)
    assert s.states == [], "what waited at the broker comes in first"
    s.run(60)
    assert s.states == ["firing"]


def test_what_never_delivered_is_late_from_the_day_its_contract_begins(stage):
    s = stage(LATE)
    feed(s, "m+5wd", "17:00")
    s.run(120)
    assert s.states == []
    feed_of_november = next(iter(s.world.inventory.sources.values()))
    s.world.inventory.sources[feed_of_november.key] = replace(feed_of_november, valid_from="2026-11-01")
    s.run(120)
    assert s.states == ["firing"]
    assert s.alerts[0].since == ms("2026-11-06 17:00")


def test_what_never_delivered_and_names_no_first_day_is_late_from_its_import_on(stage):
    s = stage(LATE)
    key = feed(s)
    watched = s.world.inventory.sources[key]
    s.world.inventory.sources[key] = replace(watched, agreed_at=s.clock.now_ms())
    s.until("2026-11-23 06:50", step=600)
    s.until("2026-11-23 07:09")
    assert s.states == []
    s.until("2026-11-23 07:12")
    assert s.states == ["firing"]
