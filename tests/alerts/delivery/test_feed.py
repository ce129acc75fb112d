"""The event feed: everything once at least and in order, nothing lost to a receiver that is away or a late commit."""

import pytest
import sqlalchemy as sa

from alerts.delivery.feed import SETTLED_MS, EventFeed
from ioc.core.errors import Code, IocError
from ioc.platform.db.tables import alert_entry
from ioc.platform.lease import Lease
from tests.alerts.answering.answering import Told
from tests.alerts.delivery.test_composer import TEXTS


class Receiver:
    """Keeps what it takes; is away as often as told."""

    def __init__(self):
        self.taken = []
        self.away = 0

    def __call__(self, ref, document):
        if self.away:
            self.away -= 1
            raise IocError(Code.GATEWAY_UNAVAILABLE, "away")
        self.taken.append((ref, document))

    @property
    def events(self):
        return [event["id"] for _, document in self.taken for event in document["events"]]


class Story(Told):
    def __init__(self, folder):
        super().__init__(folder)
        self.receiver = Receiver()
        self.about = self.alert(self.incident())
        self.lease = Lease(self.db, "alerts", "here", 6.0, self.clock)
        self.lease.keep()

    def feed(self):
        return EventFeed(self.db, self.clock, self.lease, TEXTS, "su-kien-" * 8, self.receiver)

    def happens(self, number, what="fired", age_ms=0):
        row = {
            "id": number,
            "alert_id": self.about,
            "at": self.clock.now_ms() - age_ms,
            "what": what,
            "actor": "engine",
        }
        with self.db.write() as conn:
            conn.execute(sa.insert(alert_entry).values(row))

    def run(self, feed):
        while feed.step():
            pass


@pytest.fixture
def story(tmp_path):
    made = Story(tmp_path)
    yield made
    made.db.close()


def test_a_new_feed_begins_with_what_happens_from_now_on(story):
    story.happens(1)
    feed = story.feed()
    feed.begin()
    story.run(feed)
    assert story.receiver.taken == []
    story.happens(2, "acknowledged")
    story.run(feed)
    ((ref, document),) = story.receiver.taken
    assert (ref, document["schema"]) == ("events-2-2", "ioc.events/1")
    (event,) = document["events"]
    assert (event["id"], event["event"], event["actor"]) == (2, "acknowledged", "engine")
    assert (event["alert"]["text"], event["alert"]["source"]) == ("Ngừng hoạt động", "portal")
    assert event["incident"]["state"] == "open"


def test_a_receiver_that_is_away_gets_all_of_it_later_and_in_order(story):
    feed = story.feed()
    feed.begin()
    for number in range(1, 251):
        story.happens(number)
    story.receiver.away = 3
    for _ in range(3):
        with pytest.raises(IocError):
            feed.step()
    story.run(feed)
    assert story.receiver.events == list(range(1, 251))
    assert [ref for ref, _ in story.receiver.taken] == ["events-1-100", "events-101-200", "events-201-250"]


def test_a_feed_goes_on_where_it_stood(story):
    feed = story.feed()
    feed.begin()
    story.happens(1)
    story.run(feed)
    again = story.feed()
    again.begin()
    story.happens(2)
    story.run(again)
    assert story.receiver.events == [1, 2]


def test_what_is_committed_late_is_waited_for(story):
    feed = story.feed()
    feed.begin()
    story.happens(1)
    story.happens(3)
    story.run(feed)
    assert story.receiver.events == [1]
    story.happens(2)
    story.run(feed)
    assert story.receiver.events == [1, 2, 3]
    story.happens(5, age_ms=SETTLED_MS)
    story.run(feed)
    assert story.receiver.events == [1, 2, 3, 5], "a number that never came is no reason to wait for ever"


def test_who_has_lost_the_duty_gives_nothing(story):
    feed = story.feed()
    feed.begin()
    story.happens(1)
    story.clock.advance(20)
    other = Lease(story.db, "alerts", "there", 6.0, story.clock)
    other.keep()
    story.clock.advance(20)
    assert other.keep()
    with pytest.raises(IocError) as lost:
        feed.step()
    assert (lost.value.code, story.receiver.taken) == (Code.LEASE_LOST, [])
