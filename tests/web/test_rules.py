"""Rules from the API: one book with the file, refused with the place and the reason, audited before and after."""

from typing import Any

import pytest

from alerts.configured.seed import sync
from tests.web.conftest import NORTH, SATURDAY, SOUTH, Province

RULES = "/api/v1/rules"
WAIT = {
    "id": "long-wait",
    "kind": "threshold",
    "on": {"kind": "queue", "metric": "longest_wait_s"},
    "above": 1800,
    "guide": ["Gọi bộ phận một cửa", "Mở thêm quầy"],
    "contacts": [{"name": "Đường dây nóng", "phone": "1800 0000", "contract": "HD-01/2026"}],
}


@pytest.fixture(autouse=True)
def book(province: Province) -> None:
    sync(province.db, province.site.context.settings, SATURDAY)


def items(province: Province, who: str = "leader") -> dict[str, Any]:
    return {item["id"]: item for item in province.get(RULES, who).json["items"]}


def delete(province: Province, rule: str, who: str = "admin") -> Any:
    bearer = {"Authorization": f"Bearer {province.tokens[who]}"}
    return province.client().delete(f"{RULES}/{rule}", headers=bearer)


def test_a_rule_is_created_replaced_and_taken_away_with_both_sides_in_the_audit(province: Province) -> None:
    assert province.post(RULES, json=WAIT).status_code == 200
    kept = items(province)["long-wait"]
    assert (kept["options"]["above"], kept["guide"]) == (1800, WAIT["guide"])
    assert kept["contacts"] == WAIT["contacts"]
    assert (kept["duty"], province.post(RULES, json=WAIT | {"duty": True}).json["duty"]) == (False, True)
    assert province.post(RULES, json=WAIT | {"above": 2400}).json["options"]["above"] == 2400
    assert delete(province, "long-wait").status_code == 204
    assert set(items(province)) == {"gone"}
    acts = [(row["action"], row["detail"]) for row in province.get("/api/v1/audit").json["items"][:3]]
    assert [act for act, _ in acts] == ["rule.removed", "rule.put", "rule.put"]
    assert (acts[1][1]["before"]["above"], acts[1][1]["after"]["above"]) == (1800, 2400)
    assert delete(province, "long-wait").status_code == 404


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"on": {"kind": "queue", "metric": "longest_wait"}}, "rule.on.metric: 'longest_wait' is no metric of queue"),
        ({"on": {"kind": "quue", "metric": "waiting"}}, "rule.on.kind: 'quue'; allowed: dossier, feed, link"),
        ({"on": {"kind": "queue", "metric": "paper"}, "above": None, "equals": "empty"}, "no word of paper; allowed"),
        ({"kind": "guess"}, "rule.kind: 'guess'; allowed: "),
        ({"org": "hg.khong-co"}, "rule.org: 'hg.khong-co' is not in the tree"),
        ({"colour": "red"}, "rule.colour: unknown key; allowed: "),
        ({"severity": "loud"}, "rule.severity: 'loud'"),
        ({"recover_below": 9000}, "rule: recover_below needs an above"),
        ({"guide": ["Gọi", "Gọi"]}, "guide: a step stands twice"),
        ({"contacts": [{"name": "VNPT", "phone": "gọi VNPT"}]}, "rule.contacts[0].phone: 'gọi VNPT'"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(province: Province, change: Any, told: str) -> None:
    table = {name: value for name, value in (WAIT | change).items() if value is not None}
    answer = province.post(RULES, json=table)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "bad_config")
    assert told in str(answer.json["error"])
    assert set(items(province)) == {"gone"}


def test_a_metric_of_its_own_is_allowed_where_the_kind_has_such(province: Province) -> None:
    own = WAIT | {"id": "own", "on": {"kind": "service", "metric": "so_phien"}}
    assert province.post(RULES, json=own).status_code == 200


def test_an_admin_of_a_district_rules_there_and_nowhere_else(province: Province) -> None:
    province.post(RULES, json=WAIT)
    assert "rule.org: missing" in str(province.post(RULES, "admin-north", WAIT | {"id": "mine"}).json["error"])
    assert province.post(RULES, "admin-north", WAIT | {"id": "mine", "org": NORTH}).status_code == 200
    assert province.post(RULES, "admin-north", WAIT | {"org": NORTH}).status_code == 404, "the province's own"
    assert delete(province, "long-wait", "admin-north").status_code == 404
    assert delete(province, "mine", "admin-north").status_code == 204
    assert province.post(RULES, "operator", WAIT).status_code == 403


BUSY = {"id": "busy", "kind": "threshold", "on": {"kind": "queue", "metric": "waiting"}, "above": 0.5, "hold_s": 300}


def tried(province: Province, rule: Any, who: str = "admin", **more: Any) -> Any:
    return province.post(f"{RULES}/try", who, {"rule": rule, **more})


def test_a_rule_is_tried_on_what_was_stored_before_it_is_saved(province: Province) -> None:
    answer = tried(province, BUSY, days=2).json
    assert [(one["org"], one["kind"], one["until"]) for one in answer["would_fire"]] == [
        (SOUTH, "queue", None),
        (NORTH, "queue", None),
    ]
    assert (answer["total"], answer["used"]["step_s"], answer["used"]["sources"]) == (2, 60, 2)
    assert answer["used"]["readings"] == 2 * 2 * 1440
    assert set(items(province)) == {"gone"}, "nothing was saved"
    assert tried(province, BUSY | {"above": 2}).json["total"] == 0
    assert len(tried(province, BUSY | {"org": NORTH}, "admin-north").json["would_fire"]) == 1


@pytest.mark.parametrize(
    ("rule", "more", "code"),
    [
        (BUSY, {"days": 31}, "invalid_value"),
        (BUSY | {"on": {"kind": "queue", "metric": "waitin"}}, {}, "bad_config"),
        ({"id": "s", "kind": "system"}, {}, "not_replayable"),
        ({"id": "p", "kind": "threshold", "on": {"kind": "queue", "metric": "paper"}, "equals": "out"}, {},
         "trial_refused"),
    ],
)  # fmt: skip
def test_what_cannot_be_tried_says_why(province: Province, rule: Any, more: Any, code: str) -> None:
    answer = tried(province, rule, **more)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, code)
