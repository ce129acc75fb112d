"""A token bound to one district sees no other district: every readable route of the table is tried."""

import json
from urllib.parse import quote

import pytest

from ioc.model import Role
from tests.web.conftest import KIOSKS, NORTH, SATURDAY, SOUTH, Province, raise_alert, tell_dossier
from web.api.route import Method, Open, Route
from web.api.table import routes
from web.auth import RANK, LoginBrake, Sessions

TABLE = routes(Sessions(b"s" * 32, 12), LoginBrake(5))
GUARDED = [route for route in TABLE if route.role is not Open.TO_ALL]
FOREIGN = (SOUTH, "Bắc Quang", "Vĩnh Tuy", "bi-mat")
# what a caller could type to reach the other district, by the name of the parameter
ELSEWHERE = {"org": SOUTH, "code": SOUTH, "kind": "queue", "source": "kiosk-1", "name": "toan-canh", "id": "1"}
KINDS = ("queue_board", "vc_grid", "service_status", "alert_feed", "freshness")


def _url(route: Route, values: dict[str, str]) -> str:
    path = route.path.replace("<int:id>", values["id"]).replace("<path:code>", "bi-mat-1")
    for name, value in values.items():
        path = path.replace(f"<{name}>", value)
    return path


def _questions(route: Route) -> list[str]:
    """The query strings worth trying on a route: none at all, and one that asks for the other district."""
    asked = [("org", SOUTH), ("kind", "queue"), ("source", "kiosk-1"), ("metric", "waiting")]
    foreign = "&".join(f"{name}={value}" for name, value in asked)
    widgets = quote(json.dumps([{"id": "k", "kind": "queue_board", "options": {"org": SOUTH}}]))
    if "widgets" in route.query.__struct_fields__:
        return [f"?widgets={','.join(KINDS)}", f"?widgets={widgets}"]
    return ["", f"?{foreign}", f"?{foreign}&by=handling"]


@pytest.fixture
def watched(province: Province) -> Province:
    """Something of the other district in everything that can be read."""
    from ioc import audit
    from ioc.db.tables import quarantine

    raise_alert(province, KIOSKS[SOUTH])
    with province.db.write() as conn:
        audit.record(conn, 1, "bi-mat", "source_confirmed", f"{SOUTH}/queue/kiosk-1", {}, SOUTH)
        conn.execute(quarantine.insert().values(
            inbox="a", seq=1, element=0, received_at=1, topic=f"ioc/v1/{SOUTH}/queue/kiosk-1/state",
            payload=b"bi-mat", reason="bad_json", detail=""))  # fmt: skip
    tell_dossier(province, "bi-mat-1", receiving_org=SOUTH, due_at=SATURDAY - 1)
    province.reload()
    return province


@pytest.mark.parametrize("route", [r for r in GUARDED if r.method == "GET"], ids=lambda r: r.path)
@pytest.mark.parametrize("role", list(Role))
def test_no_answer_names_the_other_district(watched: Province, route: Route, role: Role) -> None:
    for question in _questions(route):
        answer = watched.get(_url(route, ELSEWHERE) + question, f"{role.value}-north")
        text = answer.get_data(as_text=True)
        allowed = RANK[role] >= RANK[Role(route.role)]
        assert allowed or answer.status_code == 403
        if answer.status_code == 200:
            assert not [word for word in FOREIGN if word in text], f"{route.path}{question}"


@pytest.mark.parametrize("route", [r for r in GUARDED if r.method != "GET" and "<" in r.path], ids=lambda r: r.path)
def test_nothing_of_the_other_district_can_be_changed(watched: Province, route: Route) -> None:
    answer = watched.post(_url(route, ELSEWHERE), "admin-north", {"comment": "xem"})
    assert answer.status_code == 404


@pytest.mark.parametrize("route", GUARDED, ids=lambda r: f"{r.method} {r.path}")
def test_every_route_refuses_strangers_and_lesser_roles(province: Province, route: Route) -> None:
    url, method = _url(route, ELSEWHERE), route.method
    assert _call(province, method, url, {}).status_code == 401
    for role in Role:
        bearer = {"Authorization": f"Bearer {province.tokens[role.value]}"}
        refused = _call(province, method, url, bearer).status_code == 403
        assert refused == (RANK[role] < RANK[Role(route.role)]), role


def test_the_same_reader_sees_its_own_district(watched: Province) -> None:
    items = watched.get("/api/v1/sources", "leader-north").json["items"]
    assert {item["org"] for item in items} == {NORTH, "hg.dong-van.lung-cu"}
    assert watched.get(f"/api/v1/orgs/{NORTH}", "leader-north").json["name"] == "Huyện Đồng Văn"


def _call(province: Province, method: Method, url: str, headers: dict[str, str]):
    return province.client().open(url, method=method, headers=headers, json={} if method == "POST" else None)
