"""Receivers, rotas, ladders and routes over the API: created, replaced, taken away, refused with place and reason."""

from typing import Any

import pytest
from msgspec.structs import force_setattr

from alerts.configured.seed import sync
from ioc.config.alerting import Channel
from tests.web.conftest import NORTH, SATURDAY, SOUTH, Province

V1 = "/api/v1"
LAN = {"name": "lan", "phone": ["0912345678"], "email": ["lan@example.vn"]}
HUNG = {"name": "hung", "phone": ["0912345679"]}
HOA = {"name": "hoa", "phone": ["0912345680"], "quiet": "22:00-06:00", "per_hour": 10}
ROTA = {
    "name": "truc-ioc", "org": "hg",
    "shifts": [{"days": "mon-fri", "hours": "07:00-19:00", "who": ["lan"]},
               {"days": "mon-sun", "hours": "19:00-07:00", "who": ["hung"]}],
    "dates": [{"date": "2027-02-06", "who": ["hoa"]}],
}  # fmt: skip
LADDER = {
    "name": "su-co", "clock": "always", "repeat_min": 30,
    "steps": [{"after_min": 0, "receivers": ["truc-ioc"], "channels": ["sms"]},
              {"after_min": 15, "receivers": ["hoa"], "channels": ["sms"], "keep": True}],
}  # fmt: skip
ROUTE = {"name": "hg-nang", "org": "hg", "severity": ["critical"], "escalation": "su-co"}


@pytest.fixture(autouse=True)
def channels(province: Province) -> None:
    settings = province.site.context.settings
    force_setattr(settings, "channel", (Channel(name="sms", kind="sms_http"), Channel(name="mail", kind="email")))
    sync(province.db, settings, SATURDAY)


def post(province: Province, path: str, body: dict[str, Any], who: str = "admin") -> Any:
    return province.post(f"{V1}/{path}", who, json=body)


def delete(province: Province, path: str, who: str = "admin") -> Any:
    bearer = {"Authorization": f"Bearer {province.tokens[who]}"}
    return province.client().delete(f"{V1}/{path}", headers=bearer)


def fill(province: Province) -> None:
    for path, body in (*(("receivers", each) for each in (LAN, HUNG, HOA)), ("rotas", ROTA), ("escalations", LADDER),
                       ("routes", ROUTE)):  # fmt: skip
        answer = post(province, path, body)
        assert answer.status_code == 200, answer.json


def items(province: Province, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = province.get(f"{V1}/{path}").json["items"]
    return found


def test_what_is_written_is_what_is_read(province: Province) -> None:
    fill(province)
    assert [item["name"] for item in items(province, "receivers")] == ["lan", "hung", "hoa"]
    assert items(province, "receivers")[2]["quiet"] == "22:00-06:00"
    ladder = items(province, "escalations")[0]
    assert [step["keep"] for step in ladder["steps"]] == [False, True]
    assert ladder["routes"] == ["hg-nang"]
    route = items(province, "routes")[0]
    assert (route["severity"], route["escalation"], route["continue"]) == (["critical"], "su-co", False)


@pytest.mark.parametrize(
    ("at", "who", "until", "following"),
    [
        ("2027-01-18T10:00:00+07:00", ["lan"], "2027-01-18T19:00:00+07:00", ["hung"]),
        ("2027-02-06T03:00:00+07:00", ["hung"], "2027-02-06T07:00:00+07:00", ["hoa"]),
        ("2027-02-06T20:00:00+07:00", ["hoa"], "2027-02-07T07:00:00+07:00", []),
        ("2027-01-23T12:00:00+07:00", [], "2027-01-23T19:00:00+07:00", ["hung"]),
    ],
)
def test_who_is_on_duty(province: Province, at: str, who: list[str], until: str, following: list[str]) -> None:
    fill(province)
    answer = province.get(f"{V1}/rotas/truc-ioc/on?at={at.replace('+', '%2B')}", "leader").json
    assert (answer["who"], answer["until"], answer["following"]) == (who, until, following)


def test_a_rota_shows_who_is_on_now_and_where_nobody_is(province: Province) -> None:
    fill(province)
    rota = items(province, "rotas")[0]
    assert rota["now"]["who"] == [], "a Saturday morning"
    assert rota["holes"][0] == {"from": "2026-11-21T10:00:00+07:00", "to": "2026-11-21T19:00:00+07:00"}
    assert province.get(f"{V1}/rotas/truc-ioc/on", "leader").json["following"] == ["hung"]
    assert province.get(f"{V1}/rotas/who/on", "leader").status_code == 404
    assert province.get(f"{V1}/rotas/truc-ioc/on?at=soon", "leader").status_code == 422


def test_a_route_stands_where_it_is_put(province: Province) -> None:
    fill(province)
    post(province, "routes", ROUTE | {"name": "first", "before": "hg-nang"})
    assert [route["name"] for route in items(province, "routes")] == ["first", "hg-nang"]


def test_a_route_without_a_name_is_a_new_one(province: Province) -> None:
    fill(province)
    nameless = {key: value for key, value in ROUTE.items() if key != "name"}
    assert post(province, "routes", nameless).json["name"] == "route-2"
    assert post(province, "routes", nameless | {"before": "hg-nang"}).json["name"] == "route-3"
    assert [route["name"] for route in items(province, "routes")] == ["route-3", "hg-nang", "route-2"]


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("receivers", {"name": "x"}, "receiver 'x': no address; expected email, phone, members or rota"),
        ("receivers", {"name": "x", "email": ["a@b.vn, c@d.vn"]}, "receiver 'x'.email[0]: 'a@b.vn, c@d.vn': expected"),
        ("receivers", {"name": "truc-ioc", "phone": ["0912345678"]}, "'truc-ioc' is a receiver too"),
        ("rotas", ROTA | {"org": "hg.khong-co"}, "rota.org: 'hg.khong-co' is not in the tree"),
        ("rotas", ROTA | {"shifts": ROTA["shifts"][:1]}, "rota 'truc-ioc'.shifts: nobody on sat, sun; fill the hole"),
        ("rotas", {"name": "x", "ics": "/khong/co.ics"}, "rota 'x'.ics: '/khong/co.ics' cannot be read"),
        ("escalations", LADDER | {"steps": []}, "escalation: steps: a ladder without a step tells nobody"),
        ("escalations", LADDER | {"clock": "tet"}, "escalation.clock: 'tet'"),
        ("routes", ROUTE | {"escalation": "x"}, "route 'hg-nang'.escalation: 'x' is not defined; allowed: su-co"),
        ("routes", {"name": "x", "receivers": ["hung"], "channels": ["mail"]},
         "route 'x': nobody gets it: hung cannot be reached; mail needs email"),
        ("routes", ROUTE | {"before": "x"}, "before: 'x' is not defined; allowed: none is defined"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(province: Province, path: str, body: dict[str, Any], told: str) -> None:
    fill(province)
    before = items(province, path)
    answer = post(province, path, body)
    assert answer.status_code == 422
    assert told in "\n".join(answer.json["error"]["details"]["problems"])
    assert items(province, path) == before


def test_what_others_need_stays_and_what_nobody_needs_goes(province: Province) -> None:
    fill(province)
    refused = delete(province, "receivers/hoa")
    assert refused.status_code == 422
    assert "escalation 'su-co'.steps[1].receivers: 'hoa' is not defined" in refused.json["error"]["message"]
    for path in ("routes/hg-nang?force=true", "escalations/su-co", "rotas/truc-ioc", "receivers/hoa"):
        assert delete(province, path).status_code == 204
        assert delete(province, path).status_code == 404
    acts = [row["action"] for row in province.get(f"{V1}/audit").json["items"][:4]]
    assert acts == ["receiver.removed", "rota.removed", "escalation.removed", "route.removed"]


def test_only_who_may_see_all_changes_what_is_for_all(province: Province) -> None:
    fill(province)
    assert post(province, "receivers", LAN, "operator").status_code == 403
    assert post(province, "receivers", LAN, "admin-north").status_code == 403
    assert province.get(f"{V1}/receivers", "admin-north").json["items"] == []
    own = {"name": "bac", "org": NORTH, "receivers": ["lan"], "channels": ["sms"]}
    assert post(province, "routes", own, "admin-north").status_code == 200
    assert post(province, "routes", own | {"name": "nam", "org": SOUTH}, "admin-north").status_code == 422
    assert delete(province, "routes/hg-nang", "admin-north").status_code == 404


def test_a_change_that_leaves_somebody_untold_is_refused_until_it_is_meant(province: Province) -> None:
    fill(province)
    assert post(province, "routes", ROUTE | {"severity": ["warning", "critical"], "name": "tat-ca"}).status_code == 200
    assert post(province, "routes", ROUTE).status_code == 200
    assert delete(province, "routes/hg-nang").status_code == 204, "the other route still tells"
    refused = delete(province, "routes/tat-ca")
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "leaves_untold")
    assert "Tỉnh Hà Giang (critical)" in refused.json["error"]["message"]
    narrowed = post(province, "routes", ROUTE | {"name": "tat-ca", "org": SOUTH})
    assert narrowed.json["error"]["code"] == "leaves_untold"
    assert items(province, "routes")[-1]["org"] == "hg"
    assert delete(province, "routes/tat-ca?force=true").status_code == 204
    assert items(province, "routes") == []
