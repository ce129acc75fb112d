"""Indicators for the stories of the board: defined, entered by one, signed by another."""

from typing import Any

from tests.web.conftest import Province


def define(province: Province, **table: Any) -> None:
    body = {"name": table["id"], "unit": "%", "cadence": "month", "better": "higher", **table}
    answer = province.post("/api/v1/indicators", "admin", body)
    assert answer.status_code == 200, answer.json


def enter(province: Province, indicator: str, who: str = "operator", **body: Any) -> Any:
    return province.post(f"/api/v1/board/{indicator}/values", who, {"org": "hg", "period": "2026-10", **body})


def signed(province: Province, indicator: str, **body: Any) -> dict[str, Any]:
    entry = enter(province, indicator, **body)
    assert entry.status_code == 201, entry.json
    answer = province.post(f"/api/v1/board/{indicator}/values/{entry.json['id']}/sign", "leader")
    assert answer.status_code == 200, answer.json
    return answer.json


def board(province: Province, query: str = "", who: str = "leader") -> dict[str, dict[str, Any]]:
    """By indicator; with `by=org` by org."""
    answer = province.get(f"/api/v1/board?{query}", who)
    assert answer.status_code == 200, answer.json
    key = "org" if "by=org" in query else "id"
    return {item[key]: item for item in answer.json["items"]}
