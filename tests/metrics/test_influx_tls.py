"""InfluxDB behind TLS: readings go in and out under a certificate that is trusted, and nowhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ioc.core.errors import IocError
from tests.authority import Authority, Pair
from tests.influx_servers import Influxd
from tests.metrics.stories import NOON, ask, open_bucket, sample, values


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@contextmanager
def serving(folder: Path, pair: Pair) -> Iterator[Influxd]:
    server = Influxd(folder, tls=pair)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def test_a_trusted_certificate_opens_both_ways(tmp_path: Path, authority: Authority) -> None:
    with serving(tmp_path, authority.issue(30)) as server:
        store = open_bucket(server.url, ca=str(authority.ca))
        store.server.query('CREATE DATABASE "ioc"')
        assert store.write([sample(NOON, 7)]) == 1
        assert values(ask(store, NOON, NOON + 1, 1)) == [7.0]
        assert store.health().ok
        store.close()


@pytest.mark.parametrize(
    ("days", "trusted", "words"),
    [(30, False, "certificate verify failed"), (-1, True, "certificate has expired")],
    ids=["unknown authority", "expired"],
)
def test_any_other_is_one_line(tmp_path: Path, authority: Authority, days: int, trusted: bool, words: str) -> None:
    with serving(tmp_path, authority.issue(days)) as server:
        store = open_bucket(server.url, **({"ca": str(authority.ca)} if trusted else {}))
        with pytest.raises(IocError, match=words) as caught:
            store.write([sample(NOON, 7)])
        assert caught.value.transient, "a certificate can be mended, and nothing is lost meanwhile"
        assert "\n" not in store.health().detail
        store.close()
