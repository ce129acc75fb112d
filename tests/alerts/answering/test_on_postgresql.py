"""Answers and the event feed on PostgreSQL: the same queries, the same outcome."""

from contextlib import closing
from pathlib import Path

from alerts.answering.answers import AnswerDesk, AnswerOutcome
from alerts.answering.offers import Offers
from alerts.delivery.feed import EventFeed
from ioc.config.alerting import AlertOptions
from ioc.platform.db import Database
from ioc.platform.db.tables import metadata
from ioc.platform.lease import Lease
from tests.alerts.answering.answering import KEY, LAN, Told
from tests.alerts.delivery.test_composer import TEXTS
from tests.postgres_server import postgresql

PASSWORD = "mat-khau"


def test_a_text_a_link_and_the_feed_of_what_came_of_them(tmp_path: Path) -> None:
    with postgresql(PASSWORD) as url:
        told = Told(tmp_path)
        told.db.close()
        told.db = opened = Database(url.replace("postgresql://ioc@", f"postgresql+psycopg://ioc:{PASSWORD}@"))
        with closing(opened):
            metadata.create_all(told.db.engine)
            told.answers = AnswerDesk(told.db, told.clock, KEY, AlertOptions())
            lease = Lease(told.db, "alerts", "here", 6.0, told.clock)
            assert lease.keep()
            given = []
            feed = EventFeed(
                told.db, told.clock, lease, TEXTS, "su-kien", lambda _ref, said: given.extend(said["events"])
            )
            feed.begin()
            first, second = told.alert(told.incident()), told.alert(told.incident())
            rows = [told.tell(number) for number in (first, second)]
            offer = Offers({"sms": ""}, "https://ioc.example.vn", KEY).of(rows[1], rows[1]["payload"])
            assert told.answers.text("sms", LAN, f"{first}a") is AnswerOutcome.TAKEN
            assert told.answers.by_link(offer.link.rpartition("/")[2])[0] is AnswerOutcome.TAKEN
            assert told.by() == ["lan", "lan"]
            while feed.step():
                pass
            assert [(event["event"], event["alert"]["id"]) for event in given] == [
                ("acknowledged", first),
                ("acknowledged", second),
            ]
