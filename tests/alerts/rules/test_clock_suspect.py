"""A clock that is wrong again and again is told; a single old message is not."""

import sqlalchemy as sa

from ioc.core.model import Leniency, SourceStatus
from ioc.platform.db.tables import leniency, org, source

SUSPECT = """
[[rule]]
id = "clock"
kind = "clock_suspect"
times = 3
within_min = 30
"""


def forgive(s, key, name, n):
    """As ingest counts them: in runs."""
    row = {"source_id": s.world.inventory.sources[key].id, "name": name, "last_at": s.clock.now_ms(), "n": 99}
    with s.db.write() as conn:
        conn.execute(sa.delete(leniency).where(leniency.c.source_id == row["source_id"]))
        conn.execute(sa.insert(leniency).values(**row, run_n=n, run_since=s.clock.now_ms() - 600_000))


def two(s):
    keys = s.add("xm/queue/k1"), s.add("mv/queue/k2")
    with s.db.write() as conn:
        conn.execute(sa.insert(org), [{"code": "xm", "name": "Xín Mần"}, {"code": "mv", "name": "Mèo Vạc"}])
        rows = [{"id": n + 1, **key._asdict(), "status": SourceStatus.ACTIVE} for n, key in enumerate(keys)]
        conn.execute(sa.insert(source), rows)
    return keys


def test_a_run_of_wrong_times_is_told_and_ends_when_it_is_over(stage):
    s = stage(SUSPECT)
    kiosk, calm = two(s)

    def hear():
        s.hear(kiosk, waiting=1)
        s.hear(calm, waiting=1)

    forgive(s, kiosk, Leniency.CLOCK_AHEAD, 3)
    forgive(s, calm, Leniency.CLOCK_BEHIND, 2)
    since = s.clock.now_ms() - 600_000
    s.run(60, 10, hear)
    assert [(alert.state, alert.org, alert.since) for alert in s.alerts] == [("firing", "xm", since)]
    assert "Đồng hồ của nguồn chạy nhanh hơn thực tế (3 bản tin liên tiếp)" in s.pocket.messages[0].text
    s.run(1_800, 30, hear)
    assert s.states == ["resolved_unseen"]


def test_what_the_broker_kept_of_one_that_is_gone_says_nothing_of_its_clock(stage):
    s = stage(SUSPECT)
    kiosk, _ = two(s)
    s.hear(kiosk, waiting=1)
    s.leaves(kiosk)
    forgive(s, kiosk, Leniency.CLOCK_BEHIND, 40)
    s.run(120, 10)
    assert s.alerts == []


def test_what_is_forgiven_otherwise_is_no_matter_of_the_clock(stage):
    s = stage(SUSPECT)
    kiosk, _ = two(s)
    forgive(s, kiosk, Leniency.NUMBER_AS_TEXT, 400)
    s.run(120, 10, lambda: s.hear(kiosk, waiting=1))
    assert s.alerts == []
