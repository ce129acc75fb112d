"""An API module is one file: dropped into the folder it is served; one that is malformed stops the start."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import web.api
from ioc.core.errors import UsageError
from tests.web.conftest import Province
from web import app as application
from web.auth import LoginBrake, Sessions
from web.boundary.folder import routes

PLUG_IN = '''"""Greetings."""

from typing import Protocol

from msgspec import Struct

from ioc.core.model import Role
from web.boundary.route import V1, Call, Route


class Query(Struct, frozen=True):
    name: str = "you"


class Built(Protocol):
    @property
    def build(self) -> str: ...


def greet(call: Call, built: Built) -> dict[str, str]:
    return {"greeting": f"hello {call.query.name}", "build": built.build}


ROUTES = (Route("GET", f"{V1}/greeting", Role.LEADER, greet, "A greeting", Query),)
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose modules are API modules like those of `web/api`."""
    monkeypatch.setattr(web.api, "__path__", [*web.api.__path__, str(tmp_path)])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("web.api."):
            del sys.modules[name]


def test_a_new_file_is_a_new_group_of_calls_without_another_edit(province: Province, folder: Path) -> None:
    (folder / "greeting.py").write_text(PLUG_IN, encoding="utf-8")
    app = application.build(province.site, routes(), Sessions(b"s" * 32, 12), LoginBrake(5))
    client, bearer = app.test_client(), {"Authorization": f"Bearer {province.tokens['leader']}"}
    answer = client.get("/api/v1/greeting?name=Mai", headers=bearer)
    assert answer.json == {"greeting": "hello Mai", "build": "build-1"}
    assert client.get("/api/v1/greeting").status_code == 401
    described = client.get("/api/v1/openapi.json").json["paths"]["/api/v1/greeting"]["get"]
    assert [one["name"] for one in described["parameters"]] == ["name"]


@pytest.mark.parametrize(("name", "text", "told"), [
    ("no_routes", "", "web.api.no_routes: must set `ROUTES = (Route(…), …)`"),
    ("no_route", "ROUTES = (1,)", "web.api.no_route: ROUTES holds 1, which is no Route"),
    ("no_type", PLUG_IN.replace("built: Built", "built"), "GET /api/v1/greeting: the handler's parameter built has no"),
    ("no_call", PLUG_IN.replace("call: Call, ", ""), "the handler greet must take `call: Call` first"),
    ("twice", PLUG_IN.replace("/greeting", "/orgs"), "GET /api/v1/orgs is also in web.api.orgs"),
])  # fmt: skip
def test_a_malformed_module_stops_the_start_with_what_is_missing(folder: Path, name: str, text: str, told: str) -> None:
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        routes()
    assert told in str(caught.value)


def test_a_port_nobody_offers_is_named(province: Province, folder: Path) -> None:
    (folder / "wants.py").write_text(PLUG_IN.replace("def build", "def brewed"), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        application.build(province.site, routes(), Sessions(b"s" * 32, 12), LoginBrake(5))
    assert "web.api.wants.greet: nothing here is of the type of `built` (Built)" in str(caught.value)
