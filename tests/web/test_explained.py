"""What is behind a figure: the rows come to what the figure says, in calm and in a crisis."""

import json
from typing import Any, get_args

import pytest

from tests.web import crisis
from tests.web.conftest import NORTH, Province
from web.widgets.kpi import Figure

EXPLAIN = "/api/v1/explain"
OF_ORGS = {"dossiers_in_time", "dossiers_overdue"}
COUNTED = {"vc_online", "services_up", "links_up"}


def asked(province: Province, figure: str, who: str = "admin", **options: Any) -> Any:
    answer = province.client().get(
        EXPLAIN,
        query_string={"widget": "kpi", "options": json.dumps({"figure": figure, **options})},
        headers={"Authorization": f"Bearer {province.tokens[who]}"},
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


def shown(province: Province, figure: str) -> Any:
    widgets = json.dumps([{"id": "a", "kind": "kpi", "options": {"figure": figure}}])
    answer = province.client().get(
        "/api/v1/live",
        query_string={"widgets": widgets},
        headers={"Authorization": f"Bearer {province.tokens['admin']}"},
    )
    return answer.json["items"][0]["payload"]


@pytest.fixture(params=["calm", "crisis"])
def field(request: pytest.FixtureRequest, province: Province) -> Province:
    getattr(crisis, request.param)(province)
    return province


@pytest.mark.parametrize("figure", get_args(Figure))
def test_the_records_come_to_the_figure(field: Province, figure: str) -> None:
    kpi, told = shown(field, figure), asked(field, figure)
    assert told["value"] == kpi["value"]
    rows = told["rows"]
    whole = (sum(row["value"] for row in rows), sum(row["of"] or 0 for row in rows)) if figure in OF_ORGS else None
    if figure in COUNTED:
        assert (sum(row["counts"] for row in rows), len(rows)) == (kpi["value"], kpi["total"])
    elif figure == "dossiers_in_time":
        assert (told["numerator"], told["denominator"]) == whole
        if told["denominator"]:
            assert kpi["value"] == pytest.approx(100 * told["numerator"] / told["denominator"], abs=0.005)
    elif figure == "dossiers_overdue":
        assert whole == (kpi["value"] or 0, kpi["total"] or 0)
    elif figure == "queue_waiting":
        assert sum(row["value"] for row in rows if row["value"] is not None) == (kpi["value"] or 0)
    else:
        assert told["total"] == len(rows) == kpi["value"]
    assert told["as_of"] == kpi["as_of"]


def test_the_worst_stand_first(province: Province) -> None:
    crisis.crisis(province)
    states = [row["state"] for row in asked(province, "links_up")["rows"]]
    assert states == sorted(states, key=["offline", "critical", "stale", "unknown", "warning", "ok"].index)


def test_a_display_may_ask_and_sees_its_part_only(province: Province) -> None:
    everywhere = {row["org"] for row in asked(province, "vc_online")["rows"]}
    assert {row["org"] for row in asked(province, "vc_online", "wall", org=NORTH)["rows"]} < everywhere


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"widget": "trend", "options": '{"kind": "queue", "metric": "waiting"}'}, "not_explained"),
        ({"widget": "nonsense"}, "unknown_widget"),
        ({"widget": "kpi", "options": "{"}, "invalid_value"),
        ({"widget": "kpi", "options": '{"org": "nowhere"}'}, "unknown_org"),
    ],
)
def test_what_cannot_be_explained_is_said(province: Province, query: dict[str, str], code: str) -> None:
    answer = province.client().get(
        EXPLAIN, query_string=query, headers={"Authorization": f"Bearer {province.tokens['admin']}"}
    )
    assert (answer.status_code // 100, answer.json["error"]["code"]) == (4, code)
