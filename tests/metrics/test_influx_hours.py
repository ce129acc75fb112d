"""An hour's roll-up is made of all its minutes, whether they were made in one life of the service or in several."""

from collections.abc import Iterator

import pytest

from ioc.metrics import Aggregate
from ioc.metrics.influx.store import InfluxStore
from tests.influx_disguise import Disguise
from tests.influx_servers import Influxd
from tests.metrics.stories import HOUR, KEEP, MINUTE, NOON, ask, open_bucket, sample, values


@pytest.fixture
def url(influx_server: Influxd | Disguise) -> str:
    return influx_server.new_database()


def lives(url: str, *until: int) -> Iterator[InfluxStore]:
    """A service a life: what is known of the hour under way ends with it."""
    for now in until:
        store = open_bucket(url)
        store.maintain(now, KEEP)
        yield store
        store.maintain(now, KEEP)
        store.close()


def hour_row(store: InfluxStore) -> list[float]:
    """As it lies in the bucket: readings, their sum, the last."""
    (series,) = store.server.query('SELECT "waiting_n", "waiting_sum", "waiting_last" FROM "queue_1h"')
    (row,) = series.values
    assert row[0] == NOON
    return list(row[1:])


def test_a_restart_within_the_hour(url: str) -> None:
    first = open_bucket(url)
    first.write([sample(NOON + i * MINUTE, i) for i in range(90)])
    first.close()
    for store in lives(url, NOON + 20 * MINUTE, NOON + 50 * MINUTE, NOON + 85 * MINUTE):
        assert values(ask(store, NOON, NOON + HOUR, HOUR, Aggregate.COUNT)) == [60]
    assert hour_row(open_bucket(url, writer=False)) == [60, sum(range(60)), 59]


def test_a_reading_that_comes_late_for_the_hour_under_way(url: str) -> None:
    store = open_bucket(url)
    store.write([sample(NOON + i * MINUTE, i) for i in range(90)])
    store.maintain(NOON + 40 * MINUTE, KEEP)
    store.write([sample(NOON + 10 * MINUTE + 5, 1000)])
    store.maintain(NOON + 45 * MINUTE, KEEP)
    store.maintain(NOON + 85 * MINUTE, KEEP)
    assert hour_row(store) == [61, sum(range(60)) + 1000, 59]
    store.write([sample(NOON + 11 * MINUTE + 5, 2000)])
    store.maintain(NOON + 85 * MINUTE, KEEP)
    assert hour_row(store) == [62, sum(range(60)) + 3000, 59]
    store.close()


def test_hours_in_which_nothing_was_said_have_no_row(url: str) -> None:
    store = open_bucket(url)
    store.write([sample(NOON, 1), sample(NOON + 30 * HOUR, 2)])
    store.maintain(NOON + 40 * HOUR, KEEP)
    rows = store.server.query('SELECT "waiting_n" FROM "queue_1h"')
    assert [row[0] for series in rows for row in series.values] == [NOON]
    assert store.writer.levels().hours == NOON + 29 * HOUR, "an hour is over once somebody spoke after it"
    store.close()
