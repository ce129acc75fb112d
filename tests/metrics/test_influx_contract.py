"""What we do when a server answers as 2.x did or as 3.x is documented to. It is a contract double, NOT InfluxDB."""

import json
from collections.abc import Callable

import pytest

from ioc.config.influx_address import StoreAddress, parse
from ioc.core.errors import IocError
from ioc.metrics import SamplesRefused
from ioc.metrics.influx.failures import said
from ioc.metrics.influx.store import PAUSE_S, InfluxStore
from tests.influx_double import Double, Heard, Said, double
from tests.metrics.stories import DAY, KEEP, NOON, ask, open_bucket, sample


def store_on(server: Double, query: str = "?org=tinh", **keys: str) -> InfluxStore:
    return open_bucket(f"influx+http://{server.place}/ioc{query}", **keys)


def answering(said: Said, *, only: Callable[[Heard], bool] = lambda heard: heard.path.endswith("write")):
    return lambda heard: said if only(heard) else Said()


def test_2_x_gets_a_token_an_organisation_and_milliseconds() -> None:
    with double("v2.7.6") as server:
        store = store_on(server, token="t0k")
        assert store.write([sample(NOON, 3)]) == 1
        written = server.writes()[-1]
        assert (written.path, written.authorization) == ("/api/v2/write", "Token t0k")
        assert written.asked == {"bucket": "ioc", "org": "tinh", "precision": "ms"}
        assert written.lines == [f"queue,org=HAG.H01,source=kiosk-1 waiting=3.0 {NOON}"]
        asked = next(heard for heard in server.heard if heard.path == "/query")
        assert asked.authorization.startswith("Basic "), "the query of 2.x knows no Bearer"
        assert asked.asked["db"] == "ioc"
        store.close()


@pytest.mark.parametrize("version", ["3.1.0", "v3.0.1-nightly"])
def test_3_x_is_asked_one_statement_at_a_time_and_never_to_delete(version: str) -> None:
    with double(version) as server:
        store = store_on(server, "", token="t0k")
        store.write([sample(NOON + i * 60_000, i) for i in range(10)])
        store.maintain(NOON + 400 * DAY, KEEP)
        ask(store, NOON, NOON + DAY)
        statements = [heard.asked["q"] for heard in server.heard if heard.path == "/query"]
        assert statements
        assert not [s for s in statements if ";" in s or not s.startswith(("SELECT ", "SHOW "))]
        assert server.writes()[-1].path == "/api/v2/write"
        store.close()


@pytest.mark.parametrize(
    ("status", "code", "transient"),
    [
        (401, "store_denied", False), (403, "store_denied", False), (404, "store_bucket_missing", False),
        (408, "store_unavailable", True), (429, "store_unavailable", True), (500, "store_unavailable", True),
        (503, "store_unavailable", True), (302, "store_failed", False),
    ],
)  # fmt: skip
def test_every_refusal_has_its_name_and_the_servers_words(status: int, code: str, transient: bool) -> None:
    with double() as server:
        server.answer = answering(Said(status, {"code": "x", "message": "words of the server"}))
        store = store_on(server, token="t")
        with pytest.raises(IocError, match="words of the server") as caught:
            store.write([sample(NOON, 1)])
        assert (caught.value.code, caught.value.transient) == (code, transient)
        assert not store.health().ok
        server.answer = lambda _heard: Said()
        assert store.write([sample(NOON, 1)]) == 1
        assert store.health().ok
        store.close()


@pytest.mark.parametrize(
    ("header", "least", "most"), [("7", 7, 7), ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0), ("x", 60, 60)]
)
def test_retry_after_is_read_in_both_forms(header: str, least: float, most: float) -> None:
    with double() as server:
        server.answer = answering(Said(429, {"message": "slowly"}, {"Retry-After": header}))
        store = store_on(server, token="t")
        with pytest.raises(IocError) as caught:
            store.write([sample(NOON, 1)])
        assert least <= caught.value.params["retry_after_s"] <= most
        store.close()


@pytest.mark.parametrize("status", [400, 422])
def test_the_one_bad_line_is_found(status: int) -> None:
    def answer(heard: Heard) -> Said:
        bad = any("waiting=666.0" in line for line in heard.lines)
        return Said(status, {"message": "a failure of line 3"}) if bad else Said()

    with double() as server:
        server.answer = answer
        store = store_on(server, token="t")
        with pytest.raises(SamplesRefused) as caught:
            store.write([sample(NOON + i, 666 if i in (3, 700) else i / 2) for i in range(1_000)])
        assert caught.value.stored == 998
        assert [one.sample.t - NOON for one in caught.value.refused] == [3, 700]
        assert caught.value.refused[0].words == "a failure of line 3"
        assert len(server.writes()) < 60, "bisected, not sent one by one"
        store.close()


def test_a_server_that_refuses_everything_does_not_empty_the_inbox() -> None:
    with double() as server:
        server.answer = answering(Said(400, {"message": "organization not found"}))
        store = store_on(server, token="t")
        with pytest.raises(IocError, match="organization not found") as caught:
            store.write([sample(NOON + i, i) for i in range(100)])
        assert not isinstance(caught.value, SamplesRefused)
        store.close()


@pytest.mark.parametrize(
    ("version", "query", "keys", "words"),
    [
        ("", "", {}, "does not say which InfluxDB it is"),
        ("v4.0", "", {}, "does not say which InfluxDB it is"),
        ("v2.7.6", "", {"token": "t"}, "needs ?org="),
        ("1.8.10", "", {"token": "t"}, "takes username and password"),
    ],
)
def test_what_does_not_fit_the_server_is_one_line(version: str, query: str, keys: dict[str, str], words: str) -> None:
    with double(version) as server:
        store = store_on(server, query, **keys)
        assert words in store.health().detail
        store.close()


def test_an_answer_of_200_that_is_an_error_is_one() -> None:
    limit = "Query would exceed file limit of 432 parquet files. Please specify a smaller time range for your query"
    with double("3.0.0") as server:
        store = store_on(server, "", token="t")
        store.write([sample(NOON, 1)])
        for body, code in (
            ({"results": [{"statement_id": 0, "error": limit}]}, "store_query_too_wide"),
            ({"error": limit}, "store_query_too_wide"),
            ({"results": [{"statement_id": 0, "partial": True, "series": []}]}, "store_partial"),
            (b"<html>", "store_failed"),
        ):
            server.answer = answering(Said(200, body), only=lambda heard: heard.path == "/query")
            with pytest.raises(IocError) as caught:
                ask(store, NOON, NOON + 1000)
            assert caught.value.code == code
        store.close()


def test_an_answer_in_pieces_is_one() -> None:
    """3.x ends a piece with CR LF and does not say that its series goes on; 1.x says so, and where the last one is."""

    def piece(*values: int, **more: bool) -> bytes:
        series = {"name": "queue", "tags": {"org": "o", "source": "s"}, "columns": ["time", "waiting"]} | more
        rows = [[NOON + value, value] for value in values]
        return json.dumps({"results": [{"statement_id": 0, "series": [series | {"values": rows}]} | more]}).encode()

    with double("3.1.0") as server:
        store = store_on(server, "", token="t")
        for body in (
            piece(1, 2) + b"\r\n" + piece(3) + b"\r\n",
            piece(1, 2, partial=True) + b"\n" + piece(3) + b"\n",
            piece(1, 2, 3) + b"\n",
        ):
            server.answer = lambda _heard, body=body: Said(200, body)
            (whole,) = store.server.query("SELECT")
            assert whole.values == [(NOON + 1, 1), (NOON + 2, 2), (NOON + 3, 3)]
        server.answer = lambda _heard: Said(200, piece(1, 2, partial=True))
        with pytest.raises(IocError, match="only part"):
            store.server.query("SELECT")
        store.close()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": "a"}', "a"),
        (b'{"code": "invalid", "message": "b\\nc"}', "b c"),
        (b'{"error": "partial write", "data": [{"error_message": "x", "line_number": 2}]}', "partial write; x"),
        (b"plain\n text", "plain text"),
        (b"\xff" * 1000, "\ufffd" * 300),
        (b"", ""),
    ],
)
def test_the_servers_words_are_found_in_every_generations_body(body: bytes, words: str) -> None:
    assert said(body) == words


def test_a_server_that_was_just_away_is_not_waited_for_again() -> None:
    clock = [0.0]
    with double() as server:
        access = StoreAddress(parse(f"influx+http://{server.place}/ioc?org=tinh"), token="t")
        store = InfluxStore(access, ["queue"], writer=False, now=lambda: NOON, monotonic=lambda: clock[0])
        server.answer = lambda _heard: Said(503, {"message": "later"})
        for seconds, reached in ((0.0, 1), (PAUSE_S - 0.1, 1), (PAUSE_S, 2)):
            clock[0] = seconds
            with pytest.raises(IocError, match="later") as caught:
                ask(store, NOON, NOON + DAY)
            assert caught.value.transient
            assert len(server.heard) == reached
        server.answer = lambda _heard: Said()
        clock[0] = 2 * PAUSE_S
        ask(store, NOON, NOON + DAY)
        clock[0] += 0.1
        ask(store, NOON, NOON + 2 * DAY)
        store.close()
