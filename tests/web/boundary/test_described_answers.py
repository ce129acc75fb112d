"""Whatever is asked is answered as `openapi.json` says: no server error, no status and no shape beside it."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode, checks

from ioc.platform.db.tables import role_beat
from tests.long import size
from tests.web.conftest import KIOSKS, NORTH, SATURDAY, Province, raise_alert, tell_dossier

CASES = size("openapi", 6, 200)  # of each operation
# what there is in the province, by the name of the parameter: half of the cases ask for these
KNOWN: dict[str, Any] = {
    "org": NORTH, "kind": "queue", "source": "kiosk-1", "metric": "waiting", "code": "H22-1", "id": 1,
    "name": "toan-canh", "channel": "state", "widgets": "kpi,alert_feed,trend",
    "from": "2026-11-01", "to": "2026-11-21",
    "start": "2026-11-20T08:00:00+07:00", "value": "3", "unit": "day", "bucket": "received", "step": "60000",
}  # fmt: skip
IN_PATH: dict[str, dict[str, Any]] = {
    "/api/v1/orgs/{code}": {"code": NORTH},
    "/api/v1/indicators/{id}": {"id": "pct.in_time"},
}
BODIES: dict[str, dict[str, Any]] = {
    "/api/v1/session": {"username": "mai", "password": "mat-khau-dai"},
    "/api/v1/alerts/{id}/comment": {"comment": "đang xem"},
    "/api/v1/figures": {"org": NORTH, "source": "sipas", "period": "2025", "values": {"sipas": 81.5}},
}
checks.load_all_checks()
HELD_TO = checks.CHECKS.get_by_names([
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance",
])  # fmt: skip


@pytest.fixture
def peopled(province: Province) -> Province:
    """A province in which there is something of each sort, and every role is alive."""
    raise_alert(province, KIOSKS[NORTH])
    tell_dossier(province, "H22-1", due_at=SATURDAY + 86_400_000, procedure="1.001", fee=1000)
    with province.db.write() as conn:
        for role in ("ingest", "alerts", "web"):
            conn.execute(role_beat.insert().values(role=role, at=SATURDAY, ok=True, detail={}))
    return province


def test_every_answer_is_one_that_is_described(peopled: Province) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", peopled.app)
    asked: list[str] = []
    for found in schema.get_all_operations():
        _ask(peopled, found.ok(), asked)
    assert len(set(asked)) >= 52
    assert len(asked) >= 300


def _ask(province: Province, operation: APIOperation, asked: list[str]) -> None:
    """CASES of one operation: as described, not as described, and of what there is."""
    bearer = {"Authorization": f"Bearer {province.tokens['admin']}"}
    cases = st.one_of(operation.as_strategy(mode) for mode in GenerationMode)

    @settings(
        max_examples=CASES, derandomize=CASES < 10, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=cases, known=st.booleans())
    def ask(case: Case, known: bool) -> None:
        if known:
            _name_what_there_is(case)
        asked.append(operation.label)
        case.call_and_validate(headers=bearer, checks=HELD_TO)

    ask()


def _name_what_there_is(case: Case) -> None:
    """The same call with what there is in the place of everything that it names."""
    path = case.operation.path
    known = KNOWN | IN_PATH.get(path, {})
    case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
    required = {parameter.name for parameter in case.operation.query if parameter.is_required}
    case.query = {name: known[name] for name in (*case.query, *required) if name in known}
    if path in BODIES:
        case.body = BODIES[path]


def test_every_operation_describes_all_its_answers_and_errors(province: Province) -> None:
    operations = _operations(province)
    assert len(operations) >= 52
    for name, operation in operations.items():
        assert {"500", "503"} <= operation["responses"].keys(), name
        assert "default" not in operation["responses"], name
        for status, answer in operation["responses"].items():
            assert status == "204" or all(media["schema"] for media in answer["content"].values()), (name, status)


def test_what_nobody_answers_for_is_no_schema(province: Province) -> None:
    """An object of which nothing is said stands only where its members are somebody else's to name."""
    schemas = province.client().get("/api/v1/openapi.json").json["components"]["schemas"]
    assert [name for name, schema in schemas.items() if "properties" not in schema and "enum" not in schema] == []


def _operations(province: Province) -> dict[str, dict[str, Any]]:
    paths = province.client().get("/api/v1/openapi.json").json["paths"]
    return {f"{method} {path}": one for path, methods in paths.items() for method, one in methods.items()}
