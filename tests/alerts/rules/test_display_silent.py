"""A wall that stops showing is missed within its hours; a guest, a revoked one and our own absence are not."""

import pytest
import sqlalchemy as sa

from ioc.core.model import Role
from ioc.domain.access import create_token, revoke_token
from ioc.platform import displays
from ioc.platform.db.tables import org, role_beat
from tests.alerts.conftest import ms

SILENT = """
[[rule]]
id = "wall"
kind = "display_silent"
after_s = 180
settled_h = 24
"""
DAY = 86_400_000


@pytest.fixture
def walls(stage):
    """Two walls of the district and a guest, all seen until now; it is Friday 09:00."""
    s = stage(SILENT)
    now = s.clock.now_ms()
    with s.db.write() as conn:
        conn.execute(sa.insert(org), [{"code": o.code, "name": o.name} for o in s.world.inventory.orgs])
    for name in ("sanh", "phong-hop", "khach"):
        create_token(s.db, name, Role.WALL, "xm", now)
    displays.note(s.db, ["sanh", "phong-hop"], now - 3 * DAY)
    displays.note(s.db, ["khach"], now - 3_600_000)
    displays.note(s.db, ["sanh", "phong-hop", "khach"], now)
    return s


def beat(s, *names, web=True):
    def each():
        displays.note(s.db, names, s.clock.now_ms())
        if web:
            row = {"role": "web", "at": s.clock.now_ms(), "ok": True, "detail": {}}
            insert = s.db.upsert(role_beat).values(row)
            with s.db.write() as conn:
                conn.execute(insert.on_conflict_do_update(index_elements=["role"], set_=row))

    return each


def test_one_that_stops_is_missed_by_name_with_n_of_n(walls):
    s = walls
    s.run(240, 15, beat(s, "sanh"))
    assert s.states == ["pending"]
    s.run(150, 15, beat(s, "sanh"))
    assert [(alert.state, alert.org) for alert in s.alerts] == [("firing", "xm")]
    assert "1/2 màn hình không còn hiển thị: phong-hop" in s.pocket.messages[0].text
    s.run(30, 15, beat(s, "sanh", "phong-hop"))
    assert s.states == ["resolved_unseen"]


def test_all_that_go_on_showing_and_a_guest_that_leaves_are_no_alarm(walls):
    s = walls
    s.run(900, 15, beat(s, "sanh", "phong-hop"))
    assert s.alerts == []


def test_a_revoked_one_is_expected_no_more(walls):
    s = walls
    revoke_token(s.db, "phong-hop", s.clock.now_ms())
    s.run(600, 15, beat(s, "sanh"))
    assert s.alerts == []


def test_a_wall_that_is_switched_off_at_night_is_missed_in_the_morning_only(walls):
    s = walls
    s.clock.advance((ms("2026-11-20 16:56") - s.clock.now_ms()) / 1000)
    beat(s, "sanh", "phong-hop")()
    s.until("2026-11-20 17:10", 60, beat(s))
    s.until("2026-11-23 07:29", 7_200, beat(s))
    assert s.pocket.messages == []
    s.until("2026-11-23 07:40", 30, beat(s, "sanh"))
    assert s.states == ["firing"]
    assert s.alerts[0].since == ms("2026-11-23 07:30")


def test_when_it_is_us_who_show_nothing_no_display_is_blamed(walls):
    s = walls
    s.run(900, 15, beat(s, web=False))
    assert s.alerts == []
