"""`ioc check-store` against real servers: what works is told step by step, what does not in one line."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ioc import cli
from ioc.store import Aggregate
from tests.influx_double import double
from tests.influx_servers import Influxd, influxd
from tests.store.stories import HOUR, KEEP, MINUTE, NOON, WAITING, ask, open_bucket, sample, values

Check = Callable[..., tuple[int, list[str]]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    with influxd(tmp_path_factory.mktemp("influxdb")) as running:
        yield running


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Run the command against a URL; exit code and the lines it said."""

    def run(url: str, **keys: str) -> tuple[int, list[str]]:
        config = tmp_path / "ioc.toml"
        lines = [f'{name} = "{value}"' for name, value in {"url": url, **keys}.items()]
        config.write_text("\n".join([f'data_dir = "{tmp_path}/data"', "[store]", *lines]), encoding="utf-8")
        code = cli.main(["check-store", "--config", str(config)])
        said = capsys.readouterr()
        return code, (said.out + said.err).splitlines()

    return run


def test_a_good_server_passes_and_is_left_as_it_was(check: Check, server: Influxd) -> None:
    code, lines = check(server.new_database("good").replace("?flavour=v1", ""))
    assert code == 0, lines
    steps = [line[5:].partition(":")[0] for line in lines if line.startswith("ok   ")]
    assert steps == [
        "open", "server", "may write", "may read, clock", "retention", "write", "write again", "read", "clean up",
    ]  # fmt: skip
    assert "InfluxDB 1.6.7~rc0, spoken to as v1" in lines[1]
    assert lines[3].endswith("the server's clock is ours")
    assert "for ever" in lines[4]
    assert json.loads(server.ask("SHOW SERIES", db="good")) == {"results": [{"statement_id": 0}]}


def test_a_bucket_in_use_keeps_what_is_in_it(check: Check, server: Influxd) -> None:
    url = server.new_database("used")
    store = open_bucket(url)
    store.write([sample(NOON + i * MINUTE, i) for i in range(10)])
    store.maintain(NOON + HOUR, KEEP)
    levels = store.writer.levels()
    assert check(url)[0] == 0
    again = open_bucket(url)
    assert again.writer.levels() == levels
    assert values(ask(again, NOON, NOON + HOUR, HOUR, Aggregate.COUNT)) == [10]
    assert again.series() == [WAITING]
    store.close()
    again.close()


def test_a_short_retention_is_told(check: Check, server: Influxd) -> None:
    url = server.new_database("short")
    server.ask("CREATE RETENTION POLICY week ON short DURATION 1w REPLICATION 1 DEFAULT")
    code, lines = check(url)
    assert code == 0
    assert lines[4].endswith(
        "the bucket keeps 7 days: less than the 1830 of [retention], what is older is lost; a longer retention keeps it"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda url: url.replace("/ioc?", "/absent?"), "has no bucket 'absent': create it, or mend store.url"),
        (lambda url: "influx+http://127.0.0.1:9/ioc", "http://127.0.0.1:9: not reached"),
        (
            lambda url: url.replace("=v1", "=v2&org=x"),
            "has no such address (404 page not found): is this InfluxDB, and of the flavour that store.url names?",
        ),
    ],
)
def test_what_is_wrong_is_one_line(check: Check, server: Influxd, change: Callable[[str], str], words: str) -> None:
    code, lines = check(change(server.url))
    assert code == 1
    (failed,) = [line for line in lines if line.startswith("FAIL")]
    assert words in failed


def test_a_server_of_no_known_generation(check: Check) -> None:
    """The server is a contract double, NOT InfluxDB."""
    with double("") as unknown:
        code, lines = check(f"influx+http://{unknown.place}/ioc", token="t")
        assert code == 1
        assert lines[-1].startswith("FAIL open")
        assert "add flavour=v1|v2|v3 to store.url" in lines[-1]


def test_a_url_that_is_none_is_named_before_anything_starts(check: Check) -> None:
    code, lines = check("influx+http://db:8086")
    assert code == 2
    assert "store: url: 'influx+http://db:8086': expected one bucket" in lines[-1]
