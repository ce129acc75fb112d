"""Dossiers from an interface that answers page after page, held against a server that counts."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.connectors.fetching import NOW, House, fetcher
from tests.connectors.probing import problems

PER_PAGE = 3


def dossier(n, status="Đang xử lý"):
    return {"maHoSo": f"H-{n}", "trangThai": status, "ngayTiepNhan": "02/11/2026 08:15", "nguoiNop": "Không ai đọc"}


class Interface:
    """Pages of dossiers by number, token or address, whoever knows the token `let-me-in`."""

    def __init__(self):
        self.dossiers = [dossier(n) for n in range(7)]
        self.asked = []
        self.answer = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                outer.asked.append((time.monotonic(), parts.path, query))
                status, body = outer.reply(parts.path, query, self.headers)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def reply(self, path, query, headers):
        basic = "Basic " + base64.b64encode(b"ioc:secret").decode()
        if headers.get("Authorization") not in ("Bearer let-me-in", basic):
            return 401, {}
        if self.answer is not None:
            return self.answer
        page = int(query.get("page") or query.get("cursor") or 1)
        here = self.dossiers[(page - 1) * PER_PAGE : page * PER_PAGE]
        more = page * PER_PAGE < len(self.dossiers)
        following = {"/tokens": str(page + 1), "/links": f"/links?page={page + 1}"}.get(path)
        return 200, {"data": here, "paging": {"next": following if more else None}}


@pytest.fixture
def interface():
    made = Interface()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def house(tmp_path):
    return House(tmp_path / "data")


def rest(interface, path, **keys):
    columns = {"maHoSo": "code", "trangThai": "status", "ngayTiepNhan": "received_at"}
    given = {"items": "data", "token": "let-me-in", "per_second": 100, "columns": columns, **keys}
    return fetcher("rest", url=f"{interface.url}{path}", **given)


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/numbers", {"page_param": "page"}),
        ("/tokens", {"next": "paging.next", "next_param": "cursor"}),
        ("/links", {"next": "paging.next"}),
    ],
)
def test_every_page_is_read_and_then_only_what_changed(interface, house, path, keys):
    (first,), events, (state,) = house.turn(rest(interface, path, **keys))
    assert (first.error, [event["code"] for event in events]) == (None, [f"H-{n}" for n in range(7)])
    assert events[0]["received_at"] == 1_793_582_100_000
    assert "nguoiNop" not in events[0]
    assert (state["as_of"], state["complete"]) == (NOW + 60_000, True)
    interface.dossiers[4] = dossier(4, "Đã trả kết quả")
    del interface.dossiers[6]
    (second,), (event,), _states = house.turn(rest(interface, path, **keys))
    assert (event["code"], event["status"], second.vanished) == ("H-4", 10, 1)


def test_a_delta_asks_from_where_the_last_turn_began(interface, house):
    delta = rest(
        interface, "/numbers", page_param="page", full=False, params={"tu": "{since}"}, since_format="%d/%m/%Y %H:%M",
        begin="2025-07-01T00:00:00+07:00", username="ioc", password="secret", token=None,
    )  # fmt: skip
    house.turn(delta)
    assert interface.asked[0][2]["tu"] == "01/07/2025 00:00"
    interface.asked.clear()
    (outcome,), events, _states = house.turn(delta)
    assert interface.asked[0][2] == {"tu": "20/11/2026 08:56", "page": "1"}, "the last turn's 09:01 less five minutes"
    assert (outcome.rows, events, outcome.vanished) == (7, [], 0)


def test_requests_are_no_more_frequent_than_agreed(interface, house):
    house.turn(rest(interface, "/numbers", page_param="page", per_second=20))
    times = [at for at, _path, _query in interface.asked]
    assert len(times) == 4
    assert times[-1] - times[0] >= 0.1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((503, {}), "HTTP 503"),
        ((200, b'{"data": ['), "the answer is not JSON"),
        ((200, {"rows": []}), "items 'data': there is no array in the answer"),
        ((200, {"data": [], "paging": {"next": "http://evil.example/x"}}), "next leads to another host: evil.example"),
    ],
)
def test_an_answer_that_cannot_be_used_takes_nothing_back(interface, house, answer, words):
    links = rest(interface, "/links", next="paging.next")
    house.turn(links)
    interface.answer = answer
    (outcome,), events, (state,) = house.turn(links)
    assert words in outcome.error
    assert (events, state["delivered"], "as_of" in state) == ([], False, False)
    interface.answer = None
    assert house.turn(links)[0][0].changed == 0


def circling(interface, pages):
    """Answers with these pages for ever, each naming a next one; how many were asked for."""
    interface.reply = lambda _path, query, _headers: (200, pages(int(query.get("n") or query.get("page") or 1)))


CIRCLES = {
    "the same page whatever number is asked for": (
        {"page_param": "page"}, lambda n: {"data": [dossier(1), dossier(2)]}, 2, "page 2 holds what page 1 held"),
    "the last page for every number beyond it": (
        {"page_param": "page"}, lambda n: {"data": [dossier(min(n, 3))]}, 4, "page 4 holds what page 3 held"),
    "the same page with the time of answering in each row": (
        {"page_param": "page"}, lambda n: {"data": [{**dossier(1), "luc": n}]}, 2, "page 2 holds what page 1 held"),
    "the same token": (
        {"next": "next", "next_param": "n"}, lambda n: {"data": [dossier(n)], "next": "2"}, 2, "was asked for before"),
    "two tokens in turn": (
        {"next": "next", "next_param": "n"}, lambda n: {"data": [dossier(n)], "next": 3 if n == 2 else 2}, 3,
        "was asked for before"),
    "an address that leads to itself": (
        {"next": "next"}, lambda n: {"data": [dossier(n)], "next": f"?n={min(n + 1, 4)}"}, 4, "was asked for before"),
    "ever new tokens for one page": (
        {"next": "next", "next_param": "n"}, lambda n: {"data": [dossier(1)], "next": n + 1}, 2,
        "page 2 holds what page 1 held"),
    "ever new tokens for nothing": (
        {"next": "next", "next_param": "n"}, lambda n: {"data": [], "next": n + 1}, 21, "pages in a row hold nothing"),
}  # fmt: skip


@pytest.mark.parametrize("circle", CIRCLES)
def test_a_server_that_leads_in_circles_is_left_at_once(interface, house, circle):
    keys, pages, requests, words = CIRCLES[circle]
    circling(interface, pages)
    (outcome,), events, (state,) = house.turn(rest(interface, "/x", **keys))
    assert words in outcome.error
    assert (len(interface.asked), events, state["delivered"]) == (requests, [], False)


def good(**keys):
    return {"success_path": "code", "success_values": ["0", "true"], "full": False, "params": {"tu": "{since}"}, **keys}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"code": 500, "message": "Lỗi hệ thống", "data": []}, "not a good answer: code is '500'; good is 0, true"),
        ({"message": "token hết hạn", "data": []}, "not a good answer: code is 'null'"),
        ({"code": False, "data": None}, "not a good answer: code is 'false'"),
        ({"code": 0, "data": {}}, "there is no array in the answer"),
    ],
)
def test_an_error_in_the_clothes_of_an_answer_is_no_delivery(interface, house, answer, words):
    interface.answer = 200, answer
    (outcome,), events, (state,) = house.turn(rest(interface, "/x", **good()))
    assert words in outcome.error
    assert (events, state["delivered"], "as_of" in state) == ([], False, False)


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (good(), (200, {"code": 0, "data": []})),
        (good(), (200, {"code": "true", "data": None})),
        (good(), (200, {"code": 0})),
        (good(success_path=None, success_values=[]), (200, {"data": None})),
        (good(success_path=None, success_values=[], items="data.rows[].{maHoSo: ma}"), (200, {"data": {"rows": None}})),
        (good(success_path=None, success_values=[], items="@"), (200, None)),
        (good(success_path=None, success_values=[]), (204, b"")),
    ],
)
def test_null_for_none_is_a_delivery_without_changes(interface, house, keys, answer):
    interface.answer = answer
    (outcome,), events, (state,) = house.turn(rest(interface, "/x", **keys))
    assert (outcome.error, outcome.rows, events) == (None, 0, [])
    assert (state["delivered"], state["as_of"]) == (True, NOW + 60_000)


def test_who_is_not_let_in_says_so(interface, house):
    (outcome,), _events, _states = house.turn(rest(interface, "/links", token="wrong"))
    assert outcome.error == "HTTP 401"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"items": "data["}, "path 'data[' is no JMESPath"),
        ({"full": False}, "needs a parameter that holds {since}"),
        ({"next": "n", "page_param": "p"}, "give next or page_param"),
        ({"success_path": "code"}, "success_path and success_values go together"),
        ({"success_path": "a[", "success_values": ["0"]}, "path 'a[' is no JMESPath"),
        ({"begin": "2025-07-01"}, "expected an instant with its offset"),
    ],
)
def test_wrong_options_are_refused_at_the_start(keys, words):
    assert words in problems(kind="rest", publish="hg/dossier/x", url="http://a/", **keys)
