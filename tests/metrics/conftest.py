"""A store on a new file, and the days the stories of it happen on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ioc.metrics.embedded import EmbeddedStore
from ioc.metrics.influx.store import InfluxStore
from tests.influx_disguise import Disguise, disguised
from tests.influx_servers import Influxd, influxd
from tests.metrics.stories import open_bucket
from tests.suite.folders import lasting


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metrics.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[EmbeddedStore]:
    opened = EmbeddedStore(path, writer=True)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def influx_167(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Influxd:
    """One InfluxDB 1.6.7 for all stories that do not kill it."""
    return lasting(request, lambda: influxd(tmp_path_factory.mktemp("influxdb")))


@pytest.fixture(scope="module")
def influx_27(request: pytest.FixtureRequest, influx_167: Influxd) -> Disguise:
    """The same server, looking like a 2.7."""
    return lasting(request, lambda: disguised(influx_167))


@pytest.fixture(scope="module", params=["influx_167", "influx_27"])
def influx_server(request: pytest.FixtureRequest) -> Influxd | Disguise:
    """Either of them."""
    server: Influxd | Disguise = request.getfixturevalue(request.param)
    return server


@pytest.fixture
def influx(influx_server: Influxd | Disguise) -> Iterator[InfluxStore]:
    """A writer on a new, empty database."""
    opened = open_bucket(influx_server.new_database())
    yield opened
    opened.close()
