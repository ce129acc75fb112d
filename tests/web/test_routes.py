"""An API module is one file: dropped into the folder it is served; one that is malformed stops the start."""

from pathlib import Path

import pytest

from ioc.core.errors import UsageError
from ioc.core.registry import Plugins
from tests.web.conftest import Province
from web import app as application
from web.auth import Sessions
from web.boundary.route import Route
from web.login_brake import LoginBrake
from web.routes import routes

PLUG_IN = '''"""Greetings."""

from typing import Protocol

from msgspec import Struct

from ioc.core.model import Role
from web.boundary.call import Call
from web.boundary.route import V1, Route


class Query(Struct, frozen=True):
    name: str = "you"


class Greeting(Struct, frozen=True):
    greeting: str
    build: str


class Built(Protocol):
    @property
    def build(self) -> str: ...


def greet(call: Call, query: Query, built: Built) -> Greeting:
    return Greeting(f"hello {query.name}", built.build)


ROUTES = (Route("GET", f"{V1}/greeting", Role.LEADER, greet, "A greeting"),)
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a site's API modules lie."""
    (tmp_path / "api").mkdir()
    return tmp_path / "api"


def served(folder: Path) -> tuple[Route, ...]:
    return routes(Plugins(folder.parent))


def test_a_new_file_is_a_new_group_of_calls_without_another_edit(province: Province, folder: Path) -> None:
    (folder / "greeting.py").write_text(PLUG_IN, encoding="utf-8")
    app = application.build(province.site, served(folder), Sessions(b"s" * 32, 12), LoginBrake(5))
    client, bearer = app.test_client(), {"Authorization": f"Bearer {province.tokens['leader']}"}
    answer = client.get("/api/v1/greeting?name=Mai", headers=bearer)
    assert answer.json == {"greeting": "hello Mai", "build": "build-1"}
    assert client.get("/api/v1/greeting").status_code == 401
    described = client.get("/api/v1/openapi.json").json["paths"]["/api/v1/greeting"]["get"]
    assert [one["name"] for one in described["parameters"]] == ["name"]
    schema = described["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Greeting"}


@pytest.mark.parametrize(("name", "text", "told"), [
    ("no_routes", "", "api/no_routes.py: ROUTES is missing; needed: ROUTES: tuple[Route, ...], ROUTES = (Route(…), …)"),
    ("no_route", "ROUTES = (1,)", "api/no_route.py: ROUTES[0] = 1; allowed: Route"),
    ("no_type", PLUG_IN.replace("built: Built", "built"), "the handler greet has no type for `built`"),
    ("no_call", PLUG_IN.replace("call: Call, ", ""), "the handler greet must take `call: Call` first"),
    ("no_answer", PLUG_IN.replace(") -> Greeting:", "):"), "the handler greet has no type for `return`"),
    ("open_answer", PLUG_IN.replace("-> Greeting", "-> dict[str, str]"), "must answer with structs, not dict"),
    ("silent", PLUG_IN.replace("-> Greeting", "-> None"), "the handler greet must answer with a struct"),
    ("no_struct", PLUG_IN.replace("query: Query", "query: str"), "`query` of the handler greet is no struct"),
    ("twice", PLUG_IN.replace("/greeting", "/orgs"), "GET /api/v1/orgs is also in web.api.orgs"),
])  # fmt: skip
def test_a_malformed_module_stops_the_start_with_what_is_missing(folder: Path, name: str, text: str, told: str) -> None:
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        served(folder)
    assert told in str(caught.value)


def test_a_port_nobody_offers_is_named(folder: Path) -> None:
    (folder / "wants.py").write_text(PLUG_IN.replace("def build", "def brewed"), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        served(folder)
    assert "api/wants.py: GET /api/v1/greeting: nothing here is of the type of the handler's parameter built" in str(
        caught.value
    )
