"""Each of 69 answers of a real InfluxDB 2.7.11: the double gives it word for word, and we take it as it is meant."""

import gzip
from collections.abc import Iterator

import pytest
import urllib3

from ioc.config.influx_address import Flavour
from ioc.core.errors import IocError
from ioc.metrics import SamplesRefused
from ioc.metrics.influx.failures import Unacceptable
from ioc.metrics.influx.store import InfluxStore
from tests.influx_answers import REPLACED, Captured, Who, captured, who_asks
from tests.influx_double import DEV, Answer, Double, Heard, Said, as_captured, double
from tests.metrics.stories import DAY, KEEP, KIOSK, NOON, open_bucket, sample

# the two bodies that are no text: what was captured of them is what they look like as text
_PACKED = {
    "write gzip": gzip.compress(b"cap,org=a,source=g v=1 1796058193846", mtime=1_796_058_193),
    "write broken gzip": b"\x1f\x8bbroken",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Double]:
    with double(DEV, "OSS") as made:
        yield made


@pytest.fixture
def store(server: Double) -> Iterator[InfluxStore]:
    """A writer on the double, which answers as usual again."""
    server.answer = lambda _heard: Said()
    server.heard.clear()
    opened = open_bucket(f"influx+http://{server.place}/ioc?org=hg", token=Who.ALL)
    yield opened
    opened.close()


def test_there_are_69() -> None:
    assert len(captured()) == len({one.name for one in captured()}) == 69


@pytest.mark.parametrize("one", captured(), ids=[one.name for one in captured()])
def test_the_double_answers_as_the_real_one_did(server: Double, one: Captured) -> None:
    body = _PACKED.get(one.name, one.body.encode())
    assert body.decode("utf-8", "replace") == one.body
    headers = one.who.headers() | ({"Content-Encoding": "gzip"} if one.name in _PACKED else {})
    if one.target.startswith("/query"):
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    answer = urllib3.request(one.method, f"http://{server.place}{one.target}", body=body or None, headers=headers)
    told = {name: text for name, text in answer.headers.items() if name not in ("Server", "Date")}
    expected = dict(one.headers)
    if one.name == REPLACED:
        expected["Content-Length"] = str(len(one.answer))
    assert (answer.status, answer.data, told) == (one.status, one.answer, expected)


def test_a_build_of_ones_own_is_told_by_its_build(store: InfluxStore, server: Double) -> None:
    assert store.server.ping().flavour is Flavour.V2
    store.write([sample(NOON, 3)])
    assert server.writes()[-1].path == "/api/v2/write"
    with double(DEV) as silent, pytest.raises(IocError, match="does not say which InfluxDB it is"):
        open_bucket(f"influx+http://{silent.place}/ioc?org=hg", token=Who.ALL).server.ping()


def test_what_deletes_is_answered_with_nothing(store: InfluxStore, server: Double) -> None:
    """Retention, check-store's clean-up and the levels of a bucket that became empty all delete."""
    assert store.server.query('DELETE FROM "queue" WHERE time < 10') == []
    assert "deleted" in store.remove(KIOSK)
    store.write([sample(NOON, 1)])
    store.maintain(NOON + 400 * DAY, KEEP)
    assert len([words for words in server.statements() if words.startswith("DELETE")]) > 5


@pytest.mark.parametrize("body", [b"", b"{}\n", b'{"results":[]}\n'])
@pytest.mark.parametrize("statement", ['SELECT * FROM "queue"', 'SHOW FIELD KEYS FROM "queue"'])
def test_what_asks_is_not_answered_with_nothing(
    store: InfluxStore, server: Double, statement: str, body: bytes
) -> None:
    """No rows are said with a result that has none; an answer that ended early is not the same."""
    assert store.server.query(statement) == []
    server.answer = lambda heard: Said(200, body) if heard.path == "/query" else Said()
    with pytest.raises(IocError, match="the answer is empty"):
        store.server.query(statement)


def only(name: str, path: str) -> Answer:
    return lambda heard: as_captured(name) if heard.path.endswith(path) else Said()


@pytest.mark.parametrize(
    ("name", "code", "transient", "words"),
    [
        ("write wrong token", "store_denied", False, "the credentials are not accepted: check store.token"),
        ("write no token", "store_denied", False, "the credentials are not accepted: check store.token"),
        ("write with a read-only token", "store_denied", False, "read and write are needed"),
        ("write missing bucket", "store_bucket_missing", False, "has no bucket 'ioc': create it"),
        ("write missing org", "store_org_unknown", False, "has no organisation 'hg': mend org"),
        ("write v1 path missing db", "store_bucket_missing", False, "map it to one (DBRP), or set flavour=v2"),
        ("write broken gzip", "store_unavailable", True, "An internal error has occurred"),
        ("write unknown precision", "store_failed", False, "refuses even our own notes: invalid precision"),
    ],
)
def test_what_a_writer_is_refused(
    store: InfluxStore, server: Double, name: str, code: str, transient: bool, words: str
) -> None:
    """Nothing goes to quarantine: the readings wait, the health says why, and all is well once it is mended."""
    server.answer = only(name, "write")
    with pytest.raises(IocError) as caught:
        store.write([sample(NOON + i, i) for i in range(3)])
    assert not isinstance(caught.value, SamplesRefused)
    assert (caught.value.code, caught.value.transient) == (code, transient)
    assert words in caught.value.message
    assert words in store.health().detail
    server.answer = lambda _heard: Said()
    assert store.write([sample(NOON, 1)]) == 1
    assert store.health().ok


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("query wrong token", "store_denied", "the credentials are not accepted"),
        ("query bearer", "store_denied", "the credentials are not accepted"),
        ("query no token", "store_denied", "the credentials are not accepted"),
        ("delete with a read-only token", "store_denied", "read and write are needed (insufficient permissions)"),
        ("select with a write-only token", "store_denied", "read and write are needed (it may be written"),
        ("parse error chunked", "store_rejected", "failed to parse query"),
        ("two statements", "store_rejected", "expected FROM"),
        ("drop series chunked", "store_query_failed", "not implemented: DROP SERIES"),
        ("create database", "store_query_failed", "not implemented: CREATE DATABASE"),
    ],
)
def test_what_a_reader_is_refused(store: InfluxStore, server: Double, name: str, code: str, words: str) -> None:
    server.answer = only(name, "/query")
    with pytest.raises(IocError) as caught:
        store.series()
    assert (caught.value.code, caught.value.transient) == (code, False)
    assert words in caught.value.message
    assert isinstance(caught.value, Unacceptable) == code.startswith(("store_rejected", "store_query"))


def test_a_bucket_that_is_not_there_is_told_from_one_that_may_not_be_read(store: InfluxStore, server: Double) -> None:
    def answer(heard: Heard) -> Said:
        return as_captured("query missing bucket" if heard.path == "/query" else "write missing bucket")

    server.answer = answer
    with pytest.raises(IocError, match="has no bucket 'ioc': create it") as caught:
        store.series()
    assert caught.value.code == "store_bucket_missing"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("write bad line among good", "unable to parse 'cap,org=a,source=s v=': missing field value"),
        ("write type conflict among good", 'input field "v" on measurement "cap" is type string'),
        ("write overflow float", "invalid float"),
        ("write NaN", "invalid number"),
        ("write instant out of range", "time outside range"),
    ],
)
def test_a_line_that_is_refused_costs_no_other(store: InfluxStore, server: Double, name: str, words: str) -> None:
    """422 has stored the good lines, 400 none of them: sent again until the bad one is alone, both come to the same."""
    kept: set[str] = set()

    def answer(heard: Heard) -> Said:
        if not heard.path.endswith("write"):
            return Said()
        bad = [line for line in heard.lines if "waiting=7.0" in line]
        said = as_captured(name) if bad else as_captured("write ok")
        kept.update(line for line in heard.lines if line not in bad and said.status != 400)
        return said

    server.answer = answer
    samples = [sample(NOON + i, i) for i in range(20)]
    with pytest.raises(SamplesRefused) as caught:
        store.write(samples)
    (refused,) = caught.value.refused
    assert (refused.sample, caught.value.stored) == (samples[7], 19)
    assert words in refused.words
    assert {f"{NOON + i}" for i in range(20) if i != 7} <= {line.split()[-1] for line in kept}


def test_rows_in_pieces_and_bound_values(store: InfluxStore, server: Double) -> None:
    rows = {
        "g": [(1_796_058_193_846, 1)],
        "s": [(1_796_058_193_846, 1), (1_796_058_194_846, 2), (1_796_058_197_846, 5)],
    }
    server.answer = only("select chunked", "/query")
    assert {one.tags["source"]: one.values for one in store.server.query("SELECT")} == rows
    server.answer = only("max select", "/query")
    (whole,) = store.server.query("SELECT")
    assert [value for _t, value in whole.values] == [1, 1, 2, 5]
    server.answer = only("bound parameters", "/query")
    assert store.server.query("SELECT", {"s": "s"})[0].values == rows["s"]


def test_the_token_is_the_password_of_anybody(store: InfluxStore, server: Double) -> None:
    """2.x answers 401 to a Bearer on /query."""
    store.server.query("SHOW MEASUREMENTS")
    assert server.heard[-1].authorization.startswith("Basic ")
    assert who_asks(server.heard[-1].authorization) is Who.ALL
