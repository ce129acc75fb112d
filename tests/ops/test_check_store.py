"""`ioc check-store` against real servers: what works is told step by step, what does not in one line."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ioc import cli
from ioc.config.influx_address import parse
from ioc.metrics import Aggregate
from tests.influx_answers import Who
from tests.influx_disguise import Disguise, disguised
from tests.influx_double import Heard, Said, double
from tests.influx_servers import Influxd, influxd
from tests.metrics.stories import HOUR, KEEP, MINUTE, NOON, WAITING, ask, open_bucket, sample, values

Check = Callable[..., tuple[int, list[str]]]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    with influxd(tmp_path_factory.mktemp("influxdb")) as server:
        yield server


@pytest.fixture(scope="module", params=["1.6.7", "as 2.7"])
def server(request: pytest.FixtureRequest, running: Influxd) -> Iterator[Influxd | Disguise]:
    if request.param == "1.6.7":
        yield running
    else:
        with disguised(running) as made:
            yield made


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


def test_a_good_server_passes_and_is_left_as_it_was(check: Check, server: Influxd | Disguise) -> None:
    url = server.new_database()
    code, lines = check(url.replace("?flavour=v1", "").replace("&flavour=v2", ""), **server.keys)
    assert code == 0, lines
    steps = [line[5:].partition(":")[0] for line in lines if line.startswith("ok   ")]
    assert steps == [
        "open", "server", "may write", "may read, clock", "retention", "write", "write again", "read", "clean up",
    ]  # fmt: skip
    assert ("InfluxDB dev, spoken to as v2" if server.keys else "InfluxDB 1.6.7~rc0, spoken to as v1") in lines[1]
    assert lines[3].endswith("the server's clock is ours")
    assert "for ever" in lines[4]
    assert json.loads(server.ask("SHOW SERIES", db=parse(url).bucket)) == {"results": [{"statement_id": 0}]}


def test_a_bucket_in_use_keeps_what_is_in_it(check: Check, server: Influxd | Disguise) -> None:
    url = server.new_database()
    store = open_bucket(url)
    store.write([sample(NOON + i * MINUTE, i) for i in range(10)])
    store.maintain(NOON + HOUR, KEEP)
    levels = store.writer.levels()
    assert check(url, **server.keys)[0] == 0
    again = open_bucket(url)
    assert again.writer.levels() == levels
    assert values(ask(again, NOON, NOON + HOUR, HOUR, Aggregate.COUNT)) == [10]
    assert again.series() == [WAITING]
    store.close()
    again.close()


def test_a_short_retention_is_told(check: Check, server: Influxd | Disguise) -> None:
    url = server.new_database()
    server.ask(f"CREATE RETENTION POLICY week ON {parse(url).bucket} DURATION 1w REPLICATION 1 DEFAULT")
    code, lines = check(url, **server.keys)
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
def test_what_is_wrong_is_one_line(check: Check, running: Influxd, change: Callable[[str], str], words: str) -> None:
    code, lines = check(change(running.url))
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


@pytest.mark.parametrize(
    ("change", "token", "words"),
    [
        (str, Who.READER, "may not do this on bucket 'ioc': read and write are needed (insufficient permissions for"),
        (str, Who.WRITER, "may not do this on bucket 'ioc': read and write are needed (it may be written"),
        (str, Who.WRONG, "the credentials are not accepted: check store.token"),
        (lambda url: url.replace("/ioc?", "/absent?"), Who.ALL, "has no bucket 'absent': create it"),
        (lambda url: url.replace("org=hg", "org=nix"), Who.ALL, "has no organisation 'nix': mend org in store.url"),
        (lambda url: url.replace("=v2", "=v1"), "", "the credentials are not accepted"),
    ],
)
def test_what_2_x_refuses_is_one_line(
    check: Check, running: Influxd, change: Callable[[str], str], token: str, words: str
) -> None:
    with disguised(running) as server:
        code, lines = check(change(server.url), **({"token": token} if token else {}))
    assert code == 1
    (failed,) = [line for line in lines if line.startswith("FAIL")]
    assert words in failed


def test_3_core_refuses_wide_queries_and_it_is_said(check: Check) -> None:
    """The server is a contract double, NOT InfluxDB; the words are those of the real one."""
    limit = (
        "error while planning query: External error: Query would exceed file limit of 432 parquet files. Please"
        " specify a smaller time range for your query. You can increase the file limit with the `--query-file-limit`"
        " option in the serve command"
    )
    full = {"queue"}

    def answer(heard: Heard) -> Said:
        statement = heard.asked.get("q", "")
        if statement.startswith("SHOW MEASUREMENTS"):
            series = {"name": "measurements", "columns": ["name"], "values": [["link"], ["queue"]]}
            return Said(200, {"results": [{"statement_id": 0, "series": [series]}]})
        if "ioc_check" in statement:
            series = {"name": "ioc_check", "columns": ["time", "ok"], "values": [[round(time.time() * 1000), 1.0]]}
            return Said(200, {"results": [{"statement_id": 0, "series": [series]}]})
        return Said(500, {"error": limit}) if any(f'FROM "{name}"' in statement for name in full) else Said()

    with double("3.1.0", "Core") as server:
        server.answer = answer
        url = f"influx+http://{server.place}/ioc"
        code, lines = check(url, token="t")
        assert code == 1
        (failed,) = [line for line in lines if line.startswith("FAIL wide queries")]
        assert "queue: " in failed
        assert "start it with a higher --query-file-limit" in failed
        full.clear()
        _code, lines = check(url, token="t")
        (told,) = [line for line in lines if "wide queries" in line]
        assert told.startswith("ok   wide queries: answered for now, but InfluxDB 3 Core refuses them")
        full.add("ioc_levels")
        code, lines = check(url, token="t")
        assert code == 1
        assert lines[-1].startswith("FAIL open")
        assert "432" in lines[-1]


def test_a_url_that_is_none_is_named_before_anything_starts(check: Check) -> None:
    code, lines = check("influx+http://db:8086")
    assert code == 2
    assert "store: url: 'influx+http://db:8086': expected one bucket" in lines[-1]
