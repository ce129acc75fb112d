"""The log of messages is kept for years, then forgotten; what is still owed never is."""

import sqlalchemy as sa

from alerts import old_log
from alerts.old_log import OldLog
from ioc.platform.db.tables import delivery, notification, notification_alert
from ioc.platform.lease import Lease
from tests.alerts.backlog import fill
from tests.clock import FakeClock
from tests.databases import empty_records

YEAR_MS = 365 * 86_400_000


def test_what_ended_years_ago_goes_with_its_attempts_and_what_is_owed_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(old_log, "BATCH", 2)
    db, clock = empty_records(tmp_path / "ioc.sqlite"), FakeClock()
    lease = Lease(db, "alerts", "here", 6.0, clock)
    lease.keep()
    fill(db, 5, ["a@example.vn"], channel="mail", at=clock.now_ms() - 6 * YEAR_MS)
    fill(db, 2, ["a@example.vn"], channel="mail", at=clock.now_ms() - YEAR_MS)
    with db.write() as conn:
        conn.execute(sa.update(notification).where(notification.c.id != 5).values(state="delivered"))
        attempts = [{"notification_id": n, "at": 0, "ok": True, "detail": ""} for n in range(1, 8)]
        conn.execute(sa.insert(delivery), attempts)
    assert OldLog(db, clock, lease, 5 * 365).forget() == 4
    with db.read() as conn:
        assert list(conn.scalars(sa.select(notification.c.id))) == [5, 6, 7]
        assert list(conn.scalars(sa.select(delivery.c.notification_id))) == [5, 6, 7]
        assert list(conn.scalars(sa.select(notification_alert.c.notification_id))) == [5, 6, 7]
    assert OldLog(db, clock, lease, 5 * 365).forget() == 0
    db.close()
