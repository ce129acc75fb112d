"""The API of silences: who may mute what, what is refused, and what each holds back."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from ioc.core.clock import rfc3339
from ioc.platform.db.tables import audit
from tests.web.conftest import KIOSKS, NORTH, SATURDAY, SOUTH, Province, raise_alert

SILENCES = "/api/v1/silences"
HOUR = 3_600_000
UTC = ZoneInfo("UTC")


def at(province: Province, after_ms: int) -> str:
    return rfc3339(province.clock.now_ms() + after_ms, province.site.zone(None))


def add(province: Province, who: str = "operator", hours: float = 2, **body: Any) -> Any:
    wanted = {"match": {"kind": "queue"}, "ends_at": at(province, round(hours * HOUR)), "reason": "thay cáp"} | body
    return province.post(SILENCES, who, wanted)


def listed(province: Province, who: str = "operator", query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = province.get(f"{SILENCES}{query}", who).json["items"]
    return items


def delete(province: Province, number: int, who: str = "operator") -> Any:
    bearer = {"Authorization": f"Bearer {province.tokens[who]}"}
    return province.client().delete(f"{SILENCES}/{number}", headers=bearer)


def test_from_now_until_an_instant_with_author_and_reason(province: Province) -> None:
    made = add(province)
    assert made.status_code == 201
    assert made.json == listed(province)[0]
    shown = {name: made.json[name] for name in ("match", "author", "reason", "state", "muted")}
    assert shown == {
        "match": {"kind": "queue"}, "author": "operator", "reason": "thay cáp", "state": "active", "muted": 0,
    }  # fmt: skip
    assert made.json["starts_at"] == at(province, 0)
    with province.db.read() as conn:
        row = conn.execute(sa.select(audit).where(audit.c.action == "silence.added")).one()
    assert (row.actor, row.detail["match"]) == ("operator", {"kind": "queue"})


def test_the_same_sent_twice_is_one(province: Province) -> None:
    until = at(province, HOUR)
    assert add(province, ends_at=until).json["id"] == add(province, ends_at=until).json["id"]
    assert len(listed(province)) == 1


def test_pending_active_ended(province: Province) -> None:
    number = add(province, starts_at=at(province, HOUR)).json["id"]
    states = []
    for hours in (0, 1, 1):
        province.clock.advance(hours * 3_600)
        states.append(listed(province)[0]["state"])
    assert states == ["pending", "active", "ended"]
    assert listed(province, query="?state=ended")[0]["id"] == number
    assert listed(province, query="?state=pending,active") == []
    assert province.get(f"{SILENCES}?state=over", "operator").status_code == 422


def test_ended_early_and_once_more(province: Province) -> None:
    number = add(province).json["id"]
    assert [delete(province, number).status_code for _ in range(2)] == [204, 204]
    assert (listed(province)[0]["state"], listed(province)[0]["ends_at"]) == ("ended", at(province, 0))
    assert delete(province, 99).json["error"]["code"] == "unknown_silence"
    assert delete(province, number, "leader").status_code == 403


def test_it_counts_what_it_holds_back(province: Province) -> None:
    number = add(province, match={"org": NORTH}).json["id"]
    for org in (NORTH, SOUTH):
        raise_alert(province, KIOSKS[org], state="suppressed", held_by=f"silence:{number}")
    assert listed(province)[0]["muted"] == 1
    delete(province, number)
    assert listed(province)[0]["muted"] == 0


@pytest.mark.parametrize(
    ("body", "code", "told"),
    [
        ({"match": {}}, "invalid_value", "match"),
        ({"match": {"sevrity": "critical"}}, "invalid_value", "sevrity"),
        ({"match": {"severity": "grave"}}, "invalid_value", "severity"),
        ({"match": {"kind": "kiosk"}}, "invalid_value", "match.kind"),
        ({"match": {"rule": "gone-for-good"}}, "invalid_value", "match.rule"),
        ({"match": {"source": "kiosk-9"}}, "invalid_value", "match.source"),
        ({"match": {"org": "hn"}}, "unknown_org", "hn"),
        ({"reason": "  "}, "bad_comment", ""),
        ({"ends_at": "tomorrow"}, "invalid_value", "ends_at"),
        ({"ends_at": rfc3339(SATURDAY - 1000, UTC)}, "invalid_value", "ends_at"),
        ({"until": "2027-01-01T00:00:00Z"}, "invalid_value", "until"),
    ],
)
def test_what_cannot_be_is_refused_with_the_key(province: Province, body: dict[str, Any], code: str, told: str) -> None:
    answer = add(province, **body)
    assert answer.json["error"]["code"] == code
    assert told in str(answer.json["error"])
    assert listed(province) == []


@pytest.mark.parametrize("missing", ["match", "ends_at", "reason"])
def test_what_is_missing_is_named(province: Province, missing: str) -> None:
    body = {"match": {"kind": "vc"}, "ends_at": at(province, HOUR), "reason": "họp"}
    answer = province.post(SILENCES, "operator", {name: value for name, value in body.items() if name != missing})
    assert (answer.status_code, answer.json["error"]["details"]["name"]) == (422, missing)


def test_who_is_bound_mutes_his_own_part_only(province: Province) -> None:
    made = add(province, "operator-north").json
    assert made["match"] == {"org": NORTH, "kind": "queue"}
    assert add(province, "operator-north", match={"org": SOUTH}).json["error"]["code"] == "unknown_org"
    everywhere = add(province, match={"kind": "queue"}).json["id"]
    seen = {one["id"]: one["yours"] for one in listed(province, "operator-north")}
    assert seen == {made["id"]: True, everywhere: False}
    assert delete(province, everywhere, "operator-north").status_code == 403
    south = add(province, match={"org": SOUTH}).json["id"]
    assert south not in {one["id"] for one in listed(province, "operator-north")}
    assert delete(province, south, "operator-north").status_code == 404
    assert delete(province, made["id"], "operator-north").status_code == 204


def test_a_leader_reads_and_does_not_mute(province: Province) -> None:
    add(province)
    assert len(listed(province, "leader")) == 1
    assert add(province, "leader").status_code == 403
    assert province.get(SILENCES, "wall").status_code == 403
