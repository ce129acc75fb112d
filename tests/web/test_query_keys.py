"""What an address asks is answered or refused: no key goes unread, and no page of a list passes for the whole."""

import re
from typing import Any

import sqlalchemy as sa

from ioc.core.model import SourceKey
from ioc.core.registry import Plugins
from ioc.domain.dossiers.importing.rejudge import settle
from ioc.platform import meta
from ioc.platform.db.tables import dossier
from ioc.platform.meta import Fact
from tests.web.boards import define
from tests.web.conftest import KIOSKS, NORTH, Province, add_source, raise_alert, tell_dossier
from web.boundary.answers import PER_PAGE
from web.boundary.route import Open, Route
from web.openapi import spelled
from web.routes import routes

TABLE = [route for route in routes(Plugins()) if not route.foreign]
# a postbox is there in a demonstration only: tests/web/test_outbox.py
LISTS = [route for route in TABLE if route.is_list and route.path != "/api/v1/outbox"]
NEEDED = {"/api/v1/live": "widgets=alert_feed"}
MISSPELT = "khong_co"


def address(route: Route) -> str:
    """With something in the place of every part of its path."""
    path = route.path.replace("<root>", "hg").replace("/scenes/<name>", "/scenes/toan-canh")
    return re.sub(r"<int:\w+>", "1", re.sub(r"<(path:)?\w+>", "x", path))


def ask(province: Province, route: Route, question: str) -> Any:
    call: Any = {"GET": province.client().get, "POST": province.client().post, "DELETE": province.client().delete}
    bearer = {} if route.role is Open.TO_ALL else {"Authorization": f"Bearer {province.tokens['admin']}"}
    return call[route.method](f"{address(route)}?{question}", headers=bearer)


def test_a_key_nobody_reads_is_refused_by_name_and_the_allowed_ones_are_those_described(province: Province) -> None:
    spec = province.client().get("/api/v1/openapi.json").json["paths"]
    for route in TABLE:
        described = spec[spelled(route.path)][route.method.lower()]["parameters"]
        keys = [one["name"] for one in described if one["in"] == "query"]
        answer = ask(province, route, f"{MISSPELT}=1")
        error = answer.json["error"]
        assert (answer.status_code, error["code"]) == (422, "unknown_key"), route.path
        assert error["details"] == {"name": MISSPELT, "allowed": ", ".join(keys) or "–"}, route.path
        assert MISSPELT in error["message"]


def test_who_may_not_ask_learns_no_keys(province: Province) -> None:
    assert province.get(f"/api/v1/audit?{MISSPELT}=1", "operator").status_code == 403
    assert province.client().get(f"/api/v1/sources?{MISSPELT}=1").status_code == 401


def test_the_description_itself_takes_no_key(province: Province) -> None:
    assert province.client().get("/api/v1/openapi.json?x=1").json["error"]["details"]["name"] == "x"


def test_a_key_given_twice_is_not_half_read(province: Province) -> None:
    error = province.get(f"/api/v1/sources?org=hg&org={NORTH}").json["error"]
    assert (error["code"], error["details"]["name"]) == ("invalid_value", "org")


def test_every_list_comes_in_pages(province: Province) -> None:
    raise_alert(province, KIOSKS[NORTH])
    define(province, id="x")
    for route in LISTS:
        question = NEEDED.get(route.path, "")
        whole = ask(province, route, question)
        assert whole.status_code == 200, route.path
        assert (whole.json["page"], whole.json["per_page"]) == (1, PER_PAGE)
        assert len(whole.json["items"]) == whole.json["total"]
        assert "Link" not in whole.headers
        for wrong in ("page=0", "per_page=0", f"per_page={PER_PAGE + 1}", "page=-1", "per_page=all"):
            answer = ask(province, route, f"{question}&{wrong}")
            name = wrong.partition("=")[0]
            assert (answer.status_code, answer.json["error"]["details"]["name"]) == (422, name), (route.path, wrong)


def test_more_widgets_than_one_answer_holds_are_refused_not_cut(province: Province) -> None:
    kinds = ",".join(["alert_feed"] * 65)
    whole = "[" + ",".join(['{"id":"a","kind":"alert_feed"}'] * 65) + "]"
    for widgets in (kinds, whole):
        assert province.get(f"/api/v1/live?widgets={widgets}").json["error"]["code"] == "too_many_widgets"


def test_the_link_leads_from_page_to_page_through_the_whole(province: Province) -> None:
    for n in range(7):
        add_source(province, SourceKey(NORTH, "queue", f"quay {n}"))
        tell_dossier(province, f"H22-{n}")
        raise_alert(province, SourceKey(NORTH, "queue", f"quay {n}"))
    for path in ("sources?kind=queue&org=hg", "dossiers?q=h22&sort=code", "alerts?state=firing", "orgs"):
        join = "&" if "?" in path else "?"
        whole = province.get(f"/api/v1/{path}").json
        found: list[Any] = []
        link, pages = f"/api/v1/{path}{join}per_page=3", 0
        while link:
            answer = province.get(link)
            found += answer.json["items"]
            pages += 1
            assert answer.json["total"] == whole["total"]
            ahead = answer.headers.get("Link", "")
            link = ahead.partition(">")[0].lstrip("<")
            assert not ahead or ahead.endswith('; rel="next"')
        assert found == whole["items"], path
        assert pages == -(-whole["total"] // 3)
    beyond = province.get("/api/v1/sources?page=99")
    assert (beyond.json["items"], "Link" in beyond.headers) == ([], False)
    assert beyond.json["total"] > 0


def test_dossiers_are_found_by_the_way_they_were_handed_in(province: Province) -> None:
    for n, way in enumerate(("direct", "online", "online", "post", None)):
        tell_dossier(province, f"H22-{n}", **({} if way is None else {"submission": way}))
    found = {
        way: [one["code"] for one in province.get(f"/api/v1/dossiers?submission={way}&sort=code").json["items"]]
        for way in ("direct", "online", "post")
    }
    assert found == {"direct": ["H22-0"], "online": ["H22-1", "H22-2"], "post": ["H22-3"]}
    received = province.get("/api/v1/dossiers?bucket=received&submission=online").json["total"]
    assert received == province.get("/api/v1/dossiers/summary").json["received_online"] == 2
    for path, name in (("dossiers?submission=boat", "submission"), ("dossiers/summary?submission=post", "submission")):
        error = province.get(f"/api/v1/{path}").json["error"]
        assert error["details"]["name"] == name, path


def test_dossiers_told_before_that_was_kept_are_found_too(province: Province) -> None:
    tell_dossier(province, "H22-old", submission="post")
    with province.db.write() as conn:
        conn.execute(sa.update(dossier).values(submission=None))
        meta.put(province.db, conn, Fact.DOSSIER_RULES, "3 2 8 True")
    policy = province.site.context.settings.dossiers
    assert settle(province.db, province.site.world.inventory, policy, 1) == 0, "no due date moves"
    assert [one["code"] for one in province.get("/api/v1/dossiers?submission=post").json["items"]] == ["H22-old"]
