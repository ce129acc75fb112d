"""A chain of destinations: where one refuses or takes too long the next is told, and hears the end too."""

import pytest
import sqlalchemy as sa

from alerts.delivery.fallback import chain
from alerts.delivery.routing import Destination
from ioc.platform.db.tables import notification
from tests.alerts.conftest import ROUTES
from tests.alerts.delivery.test_outbox import AWAY, NOW, REFUSED, down, rows

NEXT = Destination("lan", "mail", "lan@example.vn", "vi")
LAST = Destination("hung", "mail", "hung@example.vn", "en")


def chained(s, *destinations):
    """A kiosk leaves, and the message about it has a chain."""
    kiosk = down(s)
    s.engine.tick()
    with s.db.write() as conn:
        conn.execute(sa.update(notification).values(fallback=chain(destinations)))
    return kiosk


def told(s):
    return [message.address for message in s.pocket.messages]


def test_where_all_is_well_the_rest_of_the_chain_hears_nothing(stage):
    s = stage(NOW)
    chained(s, NEXT, LAST)
    s.run(600, 10)
    assert told(s) == ["truc@example.vn"]


def test_who_is_refused_is_replaced_by_the_next_who_hears_the_end_too(stage):
    s = stage(NOW)
    kiosk = chained(s, NEXT, LAST)
    s.pocket.failures = [REFUSED, REFUSED]
    s.run(20)
    assert told(s) == ["hung@example.vn"]
    first, second, third = rows(s)
    assert (first["state"], first["replaced_by"]) == ("failed", second["id"])
    assert (second["state"], second["replaced_by"]) == ("failed", third["id"])
    assert third["payload"]["lang"] == "en"
    s.returns(kiosk)
    s.run(30, each=lambda: s.hear(kiosk))
    assert told(s) == ["hung@example.vn"] * 2


@pytest.mark.parametrize(("seconds", "addresses"), [(100, []), (180, ["lan@example.vn"])])
def test_who_cannot_be_reached_in_time_is_replaced_by_the_next(stage, seconds, addresses):
    s = stage(NOW)
    chained(s, NEXT)
    send = s.pocket.send

    def away(options, message):
        if message.address == "truc@example.vn":
            raise AWAY
        return send(options, message)

    s.pocket.send = away
    s.run(seconds, 5)
    assert told(s) == addresses


def test_the_end_of_a_chain_is_a_failure_like_any_other(stage):
    s = stage(NOW)
    chained(s, NEXT)
    s.pocket.failures = [REFUSED, REFUSED]
    s.run(60)
    assert told(s) == []
    assert [row["state"] for row in rows(s)] == ["failed", "failed"]


def test_a_chain_passes_over_a_channel_that_is_no_more(stage):
    s = stage(NOW)
    chained(s, Destination("lan", "gone", "0912345678", "vi"), LAST)
    s.pocket.failures = [REFUSED]
    s.run(20)
    assert told(s) == ["hung@example.vn"]


ALONE = ROUTES.partition("[[route]]")[0]
LADDER = """
[[receiver]]
name = "lan"
email = ["lan@example.vn"]
[[escalation]]
name = "su-co"
repeat_min = 10
steps = [
  { after_min = 0, receivers = ["truc-ban"], channels = ["mail"] },
  { after_min = 15, receivers = ["lan"], channels = ["mail"] },
]
[[route]]
escalation = "su-co"
"""


@pytest.mark.parametrize(("failures", "heard"), [([], "truc@example.vn"), ([REFUSED], "lan@example.vn")])
def test_where_a_whole_step_cannot_be_reached_the_next_is_told_at_once(stage, failures, heard):
    s = stage(NOW + LADDER, base=ALONE)
    s.pocket.failures = list(failures)
    down(s)
    s.run(40)
    assert told(s) == [heard]


def test_a_last_step_that_cannot_be_reached_is_tried_once_more_and_then_at_its_own_pace(stage):
    s = stage(NOW + LADDER, base=ALONE)
    s.pocket.failures = [REFUSED] * 100
    down(s)
    s.run(300, 5)
    assert [row["address"] for row in rows(s)] == ["truc@example.vn", "lan@example.vn", "lan@example.vn"]
    s.run(900, 10)
    assert len(rows(s)) <= 5
