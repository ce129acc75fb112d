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


def test_who_is_not_let_in_says_so(interface, house):
    (outcome,), _events, _states = house.turn(rest(interface, "/links", token="wrong"))
    assert outcome.error == "HTTP 401"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"items": "data["}, "path 'data[' is no JMESPath"),
        ({"full": False}, "needs a parameter that holds {since}"),
        ({"next": "n", "page_param": "p"}, "give next or page_param"),
        ({"begin": "2025-07-01"}, "expected an instant with its offset"),
    ],
)
def test_wrong_options_are_refused_at_the_start(keys, words):
    assert words in problems(kind="rest", publish="hg/dossier/x", url="http://a/", **keys)
