"""The org tree of any day through the API; grants, sources and rules of a closed org under its successor."""

from typing import Any

import pytest
import sqlalchemy as sa

from ioc.core.model import Role, SourceKey
from ioc.domain.access import add_user, create_token
from ioc.domain.reform.concerned import concerned
from ioc.domain.reform.execution import carry_out
from ioc.domain.reform.plan import close, merge
from ioc.platform.db.tables import org, org_past
from tests.web.conftest import KIOSKS, NORTH, SATURDAY, SOUTH, Province, raise_alert

EVE, DAY, HEIR = "2025-06-30", "2025-07-01", "hg.dong-bac"


@pytest.fixture
def merged(province: Province) -> Province:
    """Both districts became one; what was below them hangs on it."""
    reform(province, lambda tree: merge(tree, [NORTH, SOUTH], HEIR, DAY, {"name": "Vùng Đông Bắc"}))
    return province


def reform(province: Province, plan: Any) -> None:
    def look(conn, tree, found):
        return concerned(province.site.context.settings, conn, tree, found)

    carry_out(province.db, plan, look, "reform", SATURDAY, dry_run=False)
    province.reload()


def codes(answer: Any) -> list[str]:
    return [item["code"] for item in answer.json["items"]]


def parents(answer: Any) -> dict[str, str | None]:
    return {item["code"]: item["parent"] for item in answer.json["items"]}


def test_the_tree_of_today_and_that_of_the_day_before(merged: Province) -> None:
    assert parents(merged.get("/api/v1/orgs")) == {
        "hg": None, HEIR: "hg", "hg.dong-van.lung-cu": HEIR, "hg.bac-quang.vinh-tuy": HEIR
    }  # fmt: skip
    assert parents(merged.get(f"/api/v1/orgs?on={EVE}")) == {
        "hg": None, NORTH: "hg", SOUTH: "hg", "hg.dong-van.lung-cu": NORTH, "hg.bac-quang.vinh-tuy": SOUTH
    }  # fmt: skip
    assert codes(merged.get(f"/api/v1/orgs?on={EVE}&org={NORTH}")) == [NORTH, "hg.dong-van.lung-cu"]


def test_one_org_says_whether_it_lives_and_for_whom_it_stands(merged: Province) -> None:
    heir = merged.get(f"/api/v1/orgs/{HEIR}").json
    assert (heir["closed"], heir["stands_for"]) == (False, [SOUTH, NORTH])
    assert sum(heir["counts"].values()) == 5
    gone = merged.get(f"/api/v1/orgs/{NORTH}").json
    assert (gone["closed"], gone["successor"], gone["valid_to"], gone["parent"]) == (True, HEIR, EVE, HEIR)
    was = merged.get(f"/api/v1/orgs/{NORTH}?on={EVE}").json
    assert (was["closed"], was["parent"]) == (False, "hg")
    assert [child["code"] for child in was["children"]] == ["hg.dong-van.lung-cu"]


def test_the_counts_of_both_trees_agree(merged: Province) -> None:
    def total(question: str) -> int:
        (root,) = [item for item in merged.get(f"/api/v1/orgs{question}").json["items"] if item["parent"] is None]
        return sum(root["counts"].values())

    assert total("") == total(f"?on={EVE}") == 6


@pytest.mark.parametrize(
    ("question", "status", "code"),
    [
        ("on=hom-nay", 422, "invalid_value"),
        ("on=2025-02-30", 422, "invalid_value"),
        (f"on={EVE}&org={HEIR}", 404, "org_not_yet"),
        (f"on={EVE}&org=mars", 404, "unknown_org"),
    ],
)
def test_a_day_or_an_org_that_is_none_is_refused_by_name(merged: Province, question: str, status: int, code: str):
    answer = merged.get(f"/api/v1/orgs?{question}")
    assert (answer.json["error"]["code"], answer.status_code) == (code, status)


def test_a_grant_follows_the_successor_and_says_so(merged: Province) -> None:
    me = merged.get("/api/v1/me", "leader-north").json
    assert (me["org"], me["org_name"], me["org_closed"]) == (HEIR, "Vùng Đông Bắc", True)
    assert merged.get("/api/v1/me").json["org_closed"] is False
    seen = {item["org"] for item in merged.get("/api/v1/sources", "leader-north").json["items"]}
    assert seen == {NORTH, SOUTH, "hg.dong-van.lung-cu"}
    assert merged.get("/api/v1/orgs/hg", "leader-north").status_code == 404


def test_a_grant_without_a_successor_keeps_what_it_had(province: Province) -> None:
    reform(province, lambda tree: close(tree, [NORTH], DAY))
    me = province.get("/api/v1/me", "leader-north").json
    assert (me["org"], me["org_closed"]) == (NORTH, True)
    seen = {item["org"] for item in province.get("/api/v1/sources", "leader-north").json["items"]}
    assert seen == {NORTH, "hg.dong-van.lung-cu"}
    above = {item["org"] for item in province.get("/api/v1/sources?org=hg").json["items"]}
    assert NORTH in above


def test_what_moved_elsewhere_stays_out_of_reach_of_who_has_the_successor(province: Province) -> None:
    """The north is closed into the south, but its commune had left for the province before."""
    with province.db.write() as conn:
        conn.execute(sa.update(org).where(org.c.code == "hg.dong-van.lung-cu").values(parent="hg"))
        was = {"name": "Xã Lũng Cú", "kind": "commune", "parent": NORTH}
        conn.execute(sa.insert(org_past).values(code="hg.dong-van.lung-cu", until=EVE, **was))
    reform(province, lambda tree: merge(tree, [NORTH], SOUTH, DAY, {}))
    for question in (f"?org={NORTH}", f"?org={SOUTH}", ""):
        seen = {item["org"] for item in province.get(f"/api/v1/sources{question}", "leader-north").json["items"]}
        assert "hg.dong-van.lung-cu" not in seen
    whole = {item["org"] for item in province.get(f"/api/v1/sources?org={NORTH}").json["items"]}
    assert whole == {NORTH, "hg.dong-van.lung-cu"}


def test_a_source_is_found_by_either_name_of_its_place_and_never_doubled(merged: Province) -> None:
    vc = SourceKey(SOUTH, "vc", "cau-2")
    for address in (vc, vc._replace(org=HEIR)):
        found = merged.get(f"/api/v1/sources/{address}").json
        assert (found["org"], found["org_closed"], found["metrics"]["waiting"]) == (SOUTH, True, 3)
        query = f"org={address.org}&kind=vc&source=cau-2&metric=waiting&step=3600000"
        assert merged.get(f"/api/v1/series?{query}").status_code == 200
    assert {query.series.source for query in merged.store.asked} == {vc}
    of_vc = [
        item for item in merged.get(f"/api/v1/sources?org={HEIR}&kind=vc").json["items"] if item["source"] == "cau-2"
    ]
    assert len(of_vc) == 1


def test_two_sources_of_one_id_are_not_guessed_between(merged: Province) -> None:
    assert merged.get(f"/api/v1/sources/{HEIR}/queue/kiosk-1").status_code == 404
    assert merged.get(f"/api/v1/sources/{KIOSKS[NORTH]}").json["org"] == NORTH


def test_an_alert_of_before_is_seen_under_the_successor(merged: Province) -> None:
    raise_alert(merged, KIOSKS[SOUTH])
    (alert,) = merged.get(f"/api/v1/alerts?org={HEIR}", "leader-north").json["items"]
    assert (alert["org"], alert["source"]) == (SOUTH, "kiosk-1")


def test_widgets_show_every_site_once(merged: Province) -> None:
    payload = merged.get('/api/v1/live?widgets=[{"id":"v","kind":"vc_grid","options":{"org":"hg"}}]').json
    (grid,) = payload["items"]
    sites = [site for area in grid["payload"]["areas"].values() for site in area["sites"]]
    assert sorted(sites) == ["hg.bac-quang.vinh-tuy", "hg.bac-quang/cau-2", "hg.dong-van.lung-cu/cau-1"]
    assert set(grid["payload"]["areas"]) == {HEIR}


def test_a_login_of_a_closed_org_comes_in(merged: Province) -> None:
    add_user(merged.db, "lan", Role.OPERATOR, NORTH, "mat-khau-dai", SATURDAY)
    client = merged.client()
    assert client.post("/api/v1/session", json={"username": "lan", "password": "mat-khau-dai"}).status_code == 200
    assert client.get("/api/v1/me").json["org"] == HEIR


def test_a_token_for_a_closed_org_can_still_be_made(merged: Province) -> None:
    merged.tokens["kiosk"] = create_token(merged.db, "kiosk", Role.LEADER, SOUTH, SATURDAY)
    assert merged.get("/api/v1/me", "kiosk").json["org"] == HEIR
