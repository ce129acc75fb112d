"""Moving from one store to another: every answer stays, also about what is only rolled up; a cut copy goes on."""

from collections.abc import Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest

from ioc import cli
from ioc.core.errors import Code, IocError
from ioc.core.model import Sample, SeriesKey, SourceKey
from ioc.metrics import Aggregate, Fill, MetricStore, RangeQuery, Retention
from ioc.metrics.embedded import EmbeddedStore
from ioc.metrics.influx.store import InfluxStore
from ioc.metrics.port import CopyCursor, Port, copy
from tests.influx_disguise import Disguise
from tests.influx_servers import Influxd
from tests.metrics.questions import alike
from tests.metrics.stories import DAY, HOUR, KIOSK, MINUTE, NOON, WAITING, open_bucket, sample, settle

NOW = NOON + 5 * DAY
KEPT = Retention(1, 3, 1830)
OTHER = SourceKey("HAG.H02", "queue", "kiosk-2")


def fill_store(store: MetricStore) -> None:
    """Five days: hours only, then minutes, then readings."""
    store.write([sample(NOON + i * 17 * MINUTE + i % 60_000, i % 91 - 7.5) for i in range(420)])
    store.write([Sample(OTHER, NOON + i * HOUR, {"waiting": i, "paper": True}) for i in range(118)])


def same(ours: MetricStore, theirs: MetricStore) -> None:
    assert ours.series() == theirs.series()
    for series, agg in product([WAITING, SeriesKey(OTHER, "paper")], Aggregate):
        for start, end, step in (
            (NOON, NOW, HOUR),
            (NOON, NOW, DAY),
            (NOW - 2 * DAY, NOW, 5 * MINUTE),
            (NOW - DAY, NOW, 90_000),
        ):
            query = RangeQuery(series, start, end, step, agg, Fill.NULL)
            points = theirs.range(query)
            alike(ours.range(query), points, query, [1e4] * len(points))


@pytest.fixture
def full(store: EmbeddedStore) -> EmbeddedStore:
    fill_store(store)
    settle(store, NOW, KEPT)
    assert store.port().floors().minute > NOON
    store.write([sample(NOON + 3, 1000)])  # late, not folded in yet
    return store


def test_embedded_into_influxdb_and_back(full: EmbeddedStore, influx: InfluxStore, tmp_path: Path) -> None:
    heard = []
    done = copy(full.port(), influx.port(), None, heard.append)
    assert done.done == 1.0
    assert [progress.done for progress in heard] == sorted(progress.done for progress in heard)
    same(influx, full)
    influx.maintain(NOW, KEPT)
    same(influx, full)
    again = EmbeddedStore(tmp_path / "again.sqlite", writer=True)
    copy(influx.port(), again.port(), None, lambda _progress: None)
    same(again, full)
    settle(again, NOW, KEPT)
    same(again, full)
    again.close()


def test_readings_already_in_the_new_store_stay(full: EmbeddedStore, influx: InfluxStore) -> None:
    influx.write([sample(NOW + HOUR, 77)])
    influx.maintain(NOW + 2 * HOUR, KEPT)
    copy(full.port(), influx.port(), None, lambda _progress: None)
    same(influx, full)
    assert influx.range(RangeQuery(WAITING, NOW + HOUR, NOW + HOUR + 1, 1, Aggregate.LAST, Fill.NULL)) == [
        (NOW + HOUR, 77)
    ]


class Cut:
    """A port that fails after so many writes of a sort."""

    def __init__(self, port: Port, after: int) -> None:
        self._port, self._left = port, after

    def __getattr__(self, name: str) -> object:
        return getattr(self._port, name)

    def write(self, samples: Sequence[Sample]) -> int:
        self._count()
        return self._port.write(samples)

    def put(self, level: int, rows: Sequence[object]) -> None:
        self._count()
        self._port.put(level, rows)

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise IocError(Code.STORE_UNAVAILABLE, "gone")


@pytest.mark.parametrize("after", [0, 3, 20, 60])
def test_cut_off_it_goes_on_where_it_was(full: EmbeddedStore, influx: InfluxStore, after: int) -> None:
    places: list[CopyCursor] = []
    with suppress(IocError):
        copy(full.port(), Cut(influx.port(), after), None, lambda progress: places.append(progress.place))
    before = len(places)
    done = copy(
        full.port(), influx.port(), places[-1] if places else None, lambda progress: places.append(progress.place)
    )
    assert done.points > 0
    assert sorted(places, key=lambda place: (-place.level, place.at)) == places, "nothing is done twice"
    assert before == 0 or len(places) > before
    same(influx, full)


@pytest.fixture
def service(tmp_path: Path) -> Path:
    store = EmbeddedStore(tmp_path / "metrics.sqlite", writer=True)
    fill_store(store)
    store.close()
    return tmp_path


def test_the_command(
    service: Path,
    influx_server: Influxd | Disguise,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = influx_server.new_database()
    here = ["--data-dir", str(service)]
    for name, secret in influx_server.keys.items():
        monkeypatch.setenv("SECRET", secret)
        here += [f"--{name}-env", "SECRET"]
    assert cli.main(["store", "copy", "--from", "embedded:", "--to", url, *here]) == 0
    said = capsys.readouterr()
    assert "656 points copied; set store.url to influx+http://" in said.out
    assert "100 %" in said.err
    assert not (service / "store-copy.json").exists()
    bucket, embedded = open_bucket(url), EmbeddedStore(service / "metrics.sqlite", writer=False)
    assert bucket.series(KIOSK) == embedded.series(KIOSK) == [WAITING]
    same(bucket, embedded)
    bucket.close()
    for wrong, words in (
        (["--from", "embedded:", "--to", "embedded:"], "are the same store"),
        (["--from", "embedded:", "--to", "influx+http://x"], "expected one bucket"),
        (["--from", "embedded:", "--to", url.replace("/ioc", "/absent")], "has no bucket"),
        (["--from", "embedded:", "--to", url, "--token-env", "ABSENT"], "the environment has no 'ABSENT'"),
    ):
        assert cli.main(["store", "copy", *here, *wrong]) != 0
        assert words in capsys.readouterr().err
