"""Input made to hurt: endless nesting and endless numbers are the caller's fault everywhere, and no page of the log."""

import json
import re
from urllib.parse import quote

import pytest

from tests.web.conftest import PLUGINS, Province
from web.boundary.route import Route
from web.private.packets import PacketJson
from web.routes import routes

ROUTES = routes(PLUGINS)
_PART = re.compile(r"<(?:\w+:)?\w+>")


def _readers() -> list[Route]:
    return [route for route in ROUTES if route.body is not None or route.foreign]


@pytest.mark.parametrize("body", ["[" * 10_000, '{"a":' * 2_000, '{"a": "\udcff"}'], ids=["lists", "objects", "bytes"])
def test_a_body_nested_without_end_is_a_bad_request(
    province: Province, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(_readers()) > 40
    for route in _readers():
        answer = province.client().open(
            _PART.sub("1", route.path),
            method=route.method,
            data=body.encode("utf-8", "surrogateescape"),
            content_type="application/json",
            headers={"Authorization": f"Bearer {province.tokens['admin']}"},
        )
        assert answer.status_code in ((400, 404) if route.foreign else (400,)), f"{route.method} {route.path}"
    assert caplog.records == []


@pytest.mark.parametrize("number", [2**63, 2**64, int("9" * 40)])
def test_a_number_in_a_path_is_as_unknown_as_any_other(province: Province, number: int) -> None:
    for path in ("alerts", "incidents"):
        for digits in (str(number), f"{number}" * 100):
            assert province.get(f"/api/v1/{path}/{digits}").status_code == 404
    headers = {"Authorization": f"Bearer {province.tokens['admin']}"}
    assert province.client().delete(f"/api/v1/silences/{number}", headers=headers).status_code == 404


def test_a_number_in_a_body_or_an_option_is_refused_by_its_name(province: Province) -> None:
    bulk = province.post("/api/v1/alerts/bulk", json={"ids": [2**64], "action": "seen"})
    assert (bulk.status_code, bulk.json["error"]["details"]["name"]) == (422, "ids")
    step = province.post("/api/v1/alerts/1/guide", json={"step": 2**70, "done": True})
    assert (step.status_code, step.json["error"]["details"]["name"]) == (422, "step")
    asked = [{"id": "a", "kind": "queue_board", "options": {"n": 2**64}}]
    shown = province.get(f"/api/v1/live?widgets={quote(json.dumps(asked))}")
    assert (shown.status_code, shown.json["error"]["details"]["name"]) == (422, "options")


def test_a_packet_of_the_socket_that_is_nested_without_end_is_an_event_nobody_listens_for() -> None:
    assert PacketJson.loads('["watch",' + "[" * 10_000) == ["unreadable"]
    assert PacketJson.loads('["watch",{"widgets":[]}]') == ["watch", {"widgets": []}]
