"""An alert shows what to do about it and whom to call; each step is ticked by somebody, once."""

from typing import Any

import pytest
import sqlalchemy as sa

from alerts.configured.seed import sync
from ioc.platform.db.tables import org, source
from tests.web.conftest import KIOSKS, NORTH, SATURDAY, Province, raise_alert

STEPS = ["Gọi đơn vị", "Báo nhà mạng"]
RULE = {
    "id": "lost",
    "kind": "offline",
    "guide": STEPS,
    "contacts": [{"name": "Nhà mạng", "phone": "0912345678", "contract": "HD-01/2026"}],
}


@pytest.fixture
def alert(province: Province) -> int:
    sync(province.db, province.site.context.settings, SATURDAY)
    with province.db.write() as conn:
        head = {"head_name": "Bà Mai", "head_phone": "0987654321", "head_email": "mai@example.vn"}
        conn.execute(sa.update(org).where(org.c.code == NORTH).values(**head))
        words = "Anh Tú, phòng CNTT: 0912 345 679"
        conn.execute(sa.update(source).where(source.c.org == NORTH, source.c.kind == "queue").values(contact=words))
    province.reload()
    assert province.post("/api/v1/rules", json=RULE).status_code == 200
    return raise_alert(province, KIOSKS[NORTH], rule="lost")


def tick(province: Province, alert: int, step: int, who: str = "operator", **more: Any) -> Any:
    return province.post(f"/api/v1/alerts/{alert}/guide", who, {"step": step, **more})


def done(answer: Any) -> list[tuple[int, str | None]]:
    return [(step["step"], step["done_by"]) for step in answer.json["guide"]]


def test_whom_to_call_is_named_by_rule_source_and_org(province: Province, alert: int) -> None:
    shown = province.get(f"/api/v1/alerts/{alert}", "leader").json
    assert [(one["of"], one["name"], one["phone"], one["contract"]) for one in shown["contacts"]] == [
        ("rule", "Nhà mạng", "0912345678", "HD-01/2026"),
        ("source", "Anh Tú, phòng CNTT", "0912 345 679", None),
        ("org", "Bà Mai", "0987654321", None),
    ]
    assert [step["text"] for step in shown["guide"]] == STEPS


def test_a_step_is_ticked_once_and_can_be_taken_back(province: Province, alert: int) -> None:
    assert done(tick(province, alert, 2)) == [(1, None), (2, "operator")]
    assert done(tick(province, alert, 2, "admin")) == [(1, None), (2, "operator")], "it is ticked already"
    history = province.get(f"/api/v1/alerts/{alert}").json["history"]
    assert [(row["what"], row["comment"]) for row in history if "step" in row["what"]] == [("step_done", STEPS[1])]
    assert done(tick(province, alert, 2, done=False)) == [(1, None), (2, None)]


def test_a_step_keeps_its_tick_when_the_guide_is_reordered(province: Province, alert: int) -> None:
    tick(province, alert, 2)
    province.post("/api/v1/rules", json=RULE | {"guide": [STEPS[1], "Chuyển dự phòng", STEPS[0]]})
    shown = province.get(f"/api/v1/alerts/{alert}")
    assert done(shown) == [(1, "operator"), (2, None), (3, None)]


def test_what_is_no_step_and_who_has_no_part_in_it_are_refused(province: Province, alert: int) -> None:
    assert tick(province, alert, 3).json["error"]["code"] == "invalid_value"
    assert tick(province, alert, 1, "leader").status_code == 403
    province.post(f"/api/v1/alerts/{alert}/assign", "leader", {"owner": "leader"})
    assert done(tick(province, alert, 1, "leader"))[0] == (1, "leader"), "it is theirs now"
