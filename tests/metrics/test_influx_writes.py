"""What a real InfluxDB does with what it is sent: bad points, big bodies, hostile names, wrong credentials."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import urllib3

from ioc.core.errors import IocError
from ioc.core.model import Sample, SeriesKey, SourceKey
from ioc.metrics import Aggregate, Fill, RangeQuery, SamplesRefused
from ioc.metrics.influx.delivery import deliver
from ioc.metrics.influx.line import lines_of
from ioc.metrics.influx.store import InfluxStore
from tests.influx_disguise import Disguise
from tests.influx_servers import Influxd, influxd, nginx, victoria_metrics
from tests.metrics.stories import DAY, HOUR, KEEP, MINUTE, NOON, WAITING, ask, counted, open_bucket, sample, values

HOSTILE = [
    "a,b", "a b", "a=b", 'a"b', "a'b", "'; DROP DATABASE ioc; --", "$org", "a\\b", "a\\", "\\", "a\nb", "a\rb", "a\tb",
    "a\0b", "", " ", ",", "=", "#a", "_a", "time", "org", "source", "é", "Đồng Văn", "東京", "💡", "\u202e", "a" * 65,
    "x" * 300, "%00", "{}", "a,org=b", "a value=1 1\nqueue,org=b,source=c waiting=2", "true", "1i", "/.*/",
]  # fmt: skip


@pytest.fixture(params=["InfluxDB 1.6.7", "influxdb-client through nginx", "as InfluxDB 2.7"])
def bucket(
    request: pytest.FixtureRequest, influx_167: Influxd, influx_27: Disguise, tmp_path: Path
) -> Iterator[InfluxStore]:
    """A writer that posts to /write, and two whose influxdb-client posts to /api/v2/write."""
    url = (influx_27 if request.param == "as InfluxDB 2.7" else influx_167).new_database()
    if request.param != "influxdb-client through nginx":
        store = open_bucket(url)
        yield store
    else:
        with nginx(tmp_path, influx_167.port) as port:
            name = url.rpartition("/")[2].partition("?")[0]
            store = open_bucket(f"influx+http://127.0.0.1:{port}/{name}?org=any&flavour=v2")
            yield store
    store.close()


def test_three_bad_points_of_five_thousand(bucket: InfluxStore) -> None:
    assert bucket.write([sample(NOON, 0)]) == 1
    bucket.server.write(b'queue,org=o,source=s broken="text" %d' % NOON)
    samples = [sample(NOON + i, i) for i in range(5_000)]
    bad = {0, 2_499, 4_999}
    for at in bad:
        samples[at] = samples[at]._replace(values={"waiting": 1, "broken": 2})
    with pytest.raises(SamplesRefused) as caught:
        bucket.write(samples)
    assert caught.value.stored == 4_997
    assert {one.sample.t - NOON for one in caught.value.refused} == bad
    assert all("field type conflict" in one.words for one in caught.value.refused)
    assert counted(bucket) == 4_998, "beside them the very first, which lies at the instant of a bad one"


def test_a_reading_that_comes_again_is_one(bucket: InfluxStore) -> None:
    for _ in range(3):
        bucket.write([sample(NOON + i, i) for i in range(100)])
    bucket.write([sample(NOON, 1), sample(NOON, 2)])
    assert counted(bucket) == 100
    assert values(ask(bucket, NOON, NOON + 1, 1, Aggregate.LAST)) == [2.0]


def test_more_than_a_body_holds(bucket: InfluxStore) -> None:
    assert bucket.write([sample(NOON + i, i) for i in range(12_345)]) == 12_345
    assert counted(bucket) == 12_345


@pytest.mark.parametrize("place", ["org", "kind", "source", "metric"])
def test_hostile_names_are_read_back_as_they_were_or_refused(bucket: InfluxStore, place: str) -> None:
    stored: list[tuple[SeriesKey, float]] = []
    for number, text in enumerate(HOSTILE, 1):
        parts = {"org": "o", "kind": "queue", "source": "s", "metric": "m", place: text}
        key = SourceKey(parts["org"], parts["kind"], parts["source"])
        with suppress(SamplesRefused):
            bucket.write([Sample(key, NOON, {parts["metric"]: number})])
            stored.append((SeriesKey(key, parts["metric"]), float(number)))
    assert len(stored) >= 20
    for series, number in stored:
        found = bucket.range(RangeQuery(series, NOON, NOON + 1, 1, Aggregate.LAST, Fill.NULL))
        assert found == [(NOON, number)], series
    assert bucket.series() == sorted(series for series, _ in stored), "not one series more"
    (there,) = bucket.server.query("SHOW SERIES")
    foreign = [key for (key,) in there.values if not key.startswith("ioc_")]
    assert len(foreign) == len({series.source for series, _ in stored}), "nor under a name that nobody asks for"
    for text in HOSTILE:
        absent = SeriesKey(SourceKey("o", "queue", text), "absent")
        assert bucket.range(RangeQuery(absent, NOON, NOON + 1, 1, Aggregate.LAST, Fill.NULL)) == [(NOON, None)]


def test_a_body_the_server_finds_too_large_is_halved(tmp_path: Path) -> None:
    with influxd(tmp_path, most=20_000) as server:
        store = open_bucket(server.url)
        assert store.write([sample(NOON + i, i / 7) for i in range(5_000)]) == 5_000
        assert counted(store) == 5_000
        store.close()


def test_what_is_not_finite_never_leaves(influx: InfluxStore) -> None:
    with pytest.raises(SamplesRefused) as caught:
        influx.write([sample(NOON, 1), sample(NOON + 1, float("nan")), sample(NOON + 2, 10**400)])
    assert caught.value.stored == 1
    assert counted(influx) == 1


def test_sums_beyond_a_float_are_unknown(influx: InfluxStore) -> None:
    """InfluxDB 1.x cannot put such a sum into its answer."""
    influx.write([sample(NOON + i * 1000, 1.7e308) for i in range(10)] + [sample(NOON + MINUTE, 4)])
    for agg, expected in ((Aggregate.SUM, [None, 4]), (Aggregate.MEAN, [None, 4]), (Aggregate.COUNT, [10, 1])):
        assert values(ask(influx, NOON, NOON + 2 * MINUTE, MINUTE, agg)) == expected
    influx.write([sample(NOON + 2 * HOUR, 1)])
    influx.maintain(NOON + DAY, KEEP)
    assert values(ask(influx, NOON, NOON + HOUR, HOUR, Aggregate.SUM)) == [None]
    assert values(ask(influx, NOON, NOON + HOUR, HOUR, Aggregate.COUNT)) == [11]


def test_victoria_metrics_takes_the_same_bodies(tmp_path: Path) -> None:
    """A second implementation of the write of 2.x; it answers no InfluxQL, and is told so."""
    with victoria_metrics(tmp_path) as port:
        store = open_bucket(f"influx+http://127.0.0.1:{port}/ioc?org=any&flavour=v2")
        assert deliver(store.server, lines_of([sample(NOON + i * 1000, i) for i in range(1_000)]).lines) == []
        selector = '{__name__="queue_waiting"}'
        url = f"http://127.0.0.1:{port}/api/v1/export?match[]={selector}"
        wanted = list(map(float, range(1_000)))
        for _ in range(50):  # it shows what it took a moment later
            urllib3.request("GET", f"http://127.0.0.1:{port}/internal/force_flush")
            found = [row["values"] for row in map(json.loads, urllib3.request("GET", url).data.splitlines())]
            if found and found[0] == wanted:
                break
        assert found == [wanted]
        with pytest.raises(IocError, match="is this InfluxDB"):
            store.write([sample(NOON, 1)])
        store.close()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    with influxd(tmp_path_factory.mktemp("guarded"), auth=True) as server:
        server.ask("CREATE USER admin WITH PASSWORD 'a' WITH ALL PRIVILEGES")
        for statement in (
            "CREATE DATABASE ioc", "CREATE USER ioc WITH PASSWORD 'secret'", "GRANT ALL ON ioc TO ioc",
            "CREATE USER reader WITH PASSWORD 'r'", "GRANT READ ON ioc TO reader",
        ):  # fmt: skip
            assert "error" not in server.ask(statement, u="admin", p="a")
        yield server


def test_the_right_credentials_read_and_write(guarded: Influxd) -> None:
    store = open_bucket(guarded.url, username="ioc", password="secret")
    assert store.health().ok
    store.write([sample(NOON, 1)])
    assert store.series() == [WAITING]
    store.close()


def test_the_client_of_2_x_gives_credentials_too(guarded: Influxd, tmp_path: Path) -> None:
    with nginx(tmp_path, guarded.port) as port:
        url = f"influx+http://127.0.0.1:{port}/ioc?org=any&flavour=v2"
        store = open_bucket(url, username="ioc", password="secret")
        assert store.write([sample(NOON + 5, 1)]) == 1
        wrong = open_bucket(url, username="ioc", password="wrong")
        with pytest.raises(IocError, match="credentials are not accepted"):
            wrong.write([sample(NOON, 1)])
        store.close()
        wrong.close()


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"username": "ioc", "password": "wrong"}, "credentials are not accepted"),
        ({}, "credentials are not accepted"),
        ({"username": "reader", "password": "r"}, "read and write are needed"),
    ],
)
def test_wrong_credentials_are_one_line(guarded: Influxd, keys: dict[str, str], words: str) -> None:
    store = open_bucket(guarded.url, **keys)
    health = store.health()
    assert not health.ok
    assert words in health.detail
    assert "\n" not in health.detail
    with pytest.raises(IocError, match=words) as caught:
        store.write([sample(NOON, 1)])
    assert caught.value.code == "store_denied"
    store.close()


def test_a_missing_bucket_and_a_missing_server_are_one_line(influx_server: Influxd | Disguise) -> None:
    store = open_bucket(influx_server.url.replace("/ioc?", "/nowhere?"))
    assert "has no bucket 'nowhere'" in store.health().detail
    reader = open_bucket(influx_server.url.replace("/ioc?", "/nowhere?"), writer=False)
    assert "has no bucket 'nowhere'" in reader.health().detail, "as the doctor and the screens look"
    reader.close()
    with pytest.raises(IocError) as caught:
        store.write([sample(NOON, 1)])
    assert caught.value.code == "store_bucket_missing"
    away = open_bucket("influx+http://127.0.0.1:9/ioc")
    with pytest.raises(IocError, match="not reached") as caught:
        away.write([sample(NOON, 1)])
    assert caught.value.transient
    store.close()


def test_it_is_asked_which_one_it_is(influx_server: Influxd | Disguise) -> None:
    url, _, flavour = influx_server.new_database().replace("&", "?").rpartition("?")
    store = open_bucket(url, **influx_server.keys)
    assert store.write([sample(NOON, 1)]) == 1
    assert ("InfluxDB 1.6.7" if flavour == "flavour=v1" else "InfluxDB dev") in store.health().detail
    assert f"flavour={store.server.version.flavour}" == flavour
    store.close()
