"""Contract, REST: shapes, errors, series, the life of an alert, roles, scope and sessions on a real installation."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx2
import pytest

from tests.flow.conftest import House, command, until
from tests.running import ioc, rows

ZONE = timezone(timedelta(hours=7))
HEALTHS = {"ok", "warning", "critical", "offline", "stale", "closed", "maintenance", "pending", "unknown"}
LISTS = (
    "/orgs",
    "/sources",
    "/dossiers",
    "/alerts",
    "/rules",
    "/notifications",
    "/audit",
    "/quarantine",
    "/silences",
    "/maintenances",
)


def test_liveness_is_open_and_the_rest_needs_any_token(house: House) -> None:
    assert house.call("GET", "/healthz", who=None).status_code == 200
    for path in ("/readyz", "/metrics"):
        assert house.call("GET", path, who=None).status_code == 401
        assert house.call("GET", path, who="wall").status_code == 200


def test_readiness_has_a_line_a_role(house: House) -> None:
    lines = house.call("GET", "/readyz").text.splitlines()
    assert {line.split()[0] for line in lines} >= {"ingest", "alerts", "web"}


def test_metrics_are_prometheus_text(house: House) -> None:
    text = house.call("GET", "/metrics").text
    for line in text.splitlines():
        assert line.startswith("# ") or float(line.rpartition(" ")[2]) >= 0
    for name in ("ioc_messages_total", "ioc_ingest_records_lag", "ioc_ingest_metrics_lag", "ioc_alerts", "ioc_role_up"):
        assert name in text


@pytest.mark.parametrize("path", LISTS)
def test_lists_answer_items_and_total(house: House, path: str) -> None:
    answer = house.get(path)
    assert isinstance(answer["items"], list)
    assert answer["total"] >= len(answer["items"])
    assert {"page", "per_page"} <= answer.keys()
    assert house.get(path, page=2, per_page=3)["page"] == 2


@pytest.mark.parametrize(("method", "path", "who", "status", "code"), [
    ("GET", "/sources", None, 401, "unauthenticated"),
    ("GET", "/audit", "operator", 403, "forbidden"),
    ("GET", "/sources?org=khong-co", "admin", 404, "unknown_org"),
    ("GET", "/sources?health=sick", "admin", 422, "invalid_value"),
    ("GET", "/sources?per_pages=5", "admin", 422, "unknown_key"),
    ("GET", "/sources/hg/queue/none", "admin", 404, "unknown_source"),
    ("GET", "/alerts/999999", "admin", 404, "unknown_alert"),
    ("GET", "/dossiers/khong%20co", "admin", 404, "unknown_dossier"),
    ("GET", "/nowhere", "admin", 404, "not_found"),
    ("PUT", "/sources", "admin", 405, "method_not_allowed"),
    ("GET", "/live?widgets=nothing", "admin", 422, "unknown_widget"),
])  # fmt: skip
def test_an_error_has_one_shape_and_the_readers_language(
    house: House, method: str, path: str, who: str | None, status: int, code: str
) -> None:
    said = {}
    for lang in ("vi", "en"):
        answer = house.call(method, path, who=who, headers={"Accept-Language": lang})
        assert answer.status_code == status
        error = answer.json()["error"]
        assert error.keys() == {"code", "message", "details"}
        assert error["code"] == code
        assert "Traceback" not in answer.text
        said[lang] = error["message"]
    assert said["vi"] != said["en"]


def test_a_body_that_is_no_json_is_named(house: House) -> None:
    answer = house.call("POST", "/quarantine/replay", content=b"{")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")


def test_the_description_is_true(house: House) -> None:
    paths = house.get("/openapi.json", who=None)["paths"]
    for path in (
        "/healthz",
        "/api/v1/sources",
        "/api/v1/series",
        "/api/v1/alerts/{id}/acknowledge",
        "/api/v1/live",
        "/api/v1/deadline",
        "/api/v1/reports/form06",
        "/api/v1/index766",
        "/api/v1/silences",
        "/api/v1/silences/{id}",
        "/api/v1/maintenances",
    ):
        assert path in paths
    for later in ("petitions", "oidc"):
        assert not any(f"/{later}" in path for path in paths), "what is not there yet is not described"


def test_orgs_are_a_tree_with_counts(house: House) -> None:
    listed = {org["code"]: org for org in house.get("/orgs")["items"]}
    assert listed["hg.dong-van"]["parent"] == "hg"
    assert set(listed["hg"]["counts"]) == HEALTHS
    assert sum(listed["hg"]["counts"].values()) >= sum(listed["hg.meo-vac"]["counts"].values())
    one = house.get("/orgs/hg.dong-van")
    assert one["head_name"] == "Vừ Mí Kẻ"
    assert [child["code"] for child in one["children"]] == ["hg.dong-van.lung-cu"]


def test_sources_are_filtered_by_subtree_kind_and_health(house: House) -> None:
    everything = house.get("/sources")["items"]
    assert {item["health"] for item in everything} <= HEALTHS
    below = house.get("/sources", org="hg.dong-van", kind="vc")["items"]
    assert [item["source"] for item in below] == ["cau-1"]
    silent = house.get("/sources/hg.meo-vac/queue/silent")
    assert (silent["health"], silent["as_of"], silent["age_s"], silent["online"]) == ("unknown", None, None, None)
    assert silent["metrics"] == {}
    assert silent["availability"]["pct"] is None
    assert silent["availability"]["reason"]["code"] == "never_heard"
    listened = rows(house.data / "ioc.sqlite", "SELECT role, until - since FROM observed")
    assert [role for role, _ in listened if role != "connectors"] == ["ingest"]


@pytest.fixture(scope="module")
def measured(house: House) -> int:
    """Ten readings, one every 10 s from a whole hour on; the hour as epoch ms."""
    hour = round(time.time() * 1000) // 3_600_000 * 3_600_000 - 2 * 3_600_000
    readings = [{"ts": hour + i * 10_000, "waiting": i} for i in range(10)]
    house.publish("hg.dong-van/queue/series/state", readings)
    house.publish("hg.dong-van/queue/series/state", {"waiting": 42})
    until(lambda: len([p for p in points(house, hour, step=10_000) if p[1] is not None]) == 10, "ten points")
    return hour


def points(house: House, hour: int, **more: Any) -> list[list[Any]]:
    query = {"org": "hg.dong-van", "kind": "queue", "source": "series", "metric": "waiting"}
    query |= {"from": hour, "to": hour + 100_000, **more}
    found: list[list[Any]] = house.get("/series", **query)["points"]
    return found


@pytest.mark.parametrize(("agg", "first", "second"), [
    ("mean", 2.5, 7.0), ("min", 0, 6), ("max", 5, 8), ("last", 5, 8), ("sum", 15, 21), ("count", 6, 3),
])  # fmt: skip
def test_series_aggregate_from_inclusive_to_exclusive(
    house: House, measured: int, agg: str, first: float, second: float
) -> None:
    found = points(house, measured, to=measured + 90_000, step=60_000, agg=agg)
    assert found == [[measured, first], [measured + 60_000, second]]


@pytest.mark.parametrize(("fill", "expected"), [
    ("null", [9, None, None]), ("previous", [9, 9, 9]), ("0", [9, 0, 0]), ("linear", [9, None, None]),
])  # fmt: skip
def test_series_fill_what_is_missing(house: House, measured: int, fill: str, expected: list[float | None]) -> None:
    start = measured + 90_000
    found = points(house, measured, **{"from": start, "to": start + 30_000}, step=10_000, fill=fill)
    assert [value for _, value in found] == expected


def test_linear_is_drawn_between_two_readings(house: House, measured: int) -> None:
    found = points(house, measured, **{"to": measured + 20_000}, step=5_000, fill="linear")
    assert [value for _, value in found] == [0, 0.5, 1, None]


def test_days_are_aligned_in_the_orgs_own_time(house: House, measured: int) -> None:
    day = points(house, measured, step=86_400_000)
    begins = datetime.fromtimestamp(day[0][0] / 1000, ZONE)
    assert (begins.hour, begins.minute) == (0, 0)


def test_the_newest_minute_is_in(house: House, measured: int) -> None:
    """A bucket is named by its beginning, so the range begins before what was just said."""
    at = round(time.time() * 1000)
    found = points(house, measured, **{"from": at - 120_000, "to": at + 60_000}, step=60_000, agg="last")
    assert [value for _, value in found if value is not None] == [42]


def test_instants_are_read_in_both_spellings(house: House, measured: int) -> None:
    text = {
        name: datetime.fromtimestamp(at / 1000, ZONE).isoformat()
        for name, at in (("from", measured), ("to", measured + 60_000))
    }
    assert points(house, measured, **text, step=60_000) == [[measured, 2.5]]


def test_too_many_buckets_are_refused(house: House, measured: int) -> None:
    query = {"org": "hg.dong-van", "kind": "queue", "source": "series", "metric": "waiting", "step": 1_000}
    for seconds, status in ((5_000, 200), (5_001, 422)):
        asked = query | {"from": measured, "to": measured + seconds * 1_000}
        answer = house.call("GET", "/series", params=asked)
        assert answer.status_code == status
    assert answer.json()["error"]["code"] == "too_many_buckets"


def say(house: House, wait_s: float, source: str = "levels") -> None:
    house.publish(f"hg.dong-van/queue/{source}/state", {"waiting": 1, "longest_wait_s": wait_s})


def alert_of(house: House, source: str, state: str) -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        items = house.get("/alerts", state=state, org="hg.dong-van")["items"]
        return next((item for item in items if item["source"] == source), None)

    alert: dict[str, Any] = until(found, f"an alert on {source} that is {state}")
    return alert


def test_an_alert_from_its_beginning_to_its_end(house: House) -> None:
    say(house, 2_000)
    alert = alert_of(house, "levels", "firing")
    expected = {"id", "rule", "severity", "state", "org", "kind", "source", "title", "since", "owner", "due_at",
                "accountable", "result"}  # fmt: skip
    assert expected <= alert.keys()
    assert (alert["rule"], alert["severity"], alert["accountable"]) == ("long-wait", "warning", "Vừ Mí Kẻ")
    assert alert["since"].endswith("+07:00")
    path = f"/alerts/{alert['id']}"
    assert house.post(f"{path}/acknowledge", who="leader").status_code == 403
    for _ in range(2):
        answer = house.post(f"{path}/acknowledge", who="operator", comment="Đã cử người xuống")
        assert (answer.status_code, answer.json()["state"]) == (200, "acknowledged")
    say(house, 1_600)  # below the level, above where it recovers
    time.sleep(1)
    assert house.get(path)["state"] == "acknowledged"
    say(house, 100)
    until(lambda: house.get(path)["state"] == "resolved", "resolved")
    history = house.get(path)["history"]
    assert [entry["actor"] for entry in history if entry["what"] == "acknowledged"] == ["operator"]
    assert [entry["comment"] for entry in history if entry["comment"]] == ["Đã cử người xuống"]
    audited = [row for row in house.get("/audit")["items"] if row["action"] == "alert.acknowledged"]
    assert [(row["actor"], row["subject"]) for row in audited] == [("operator", str(alert["id"]))]


def test_an_alert_nobody_saw_waits_until_somebody_has(house: House) -> None:
    say(house, 2_500, "unseen-kiosk")
    house.source("hg.dong-van/queue/unseen-kiosk", health="pending")
    assert house.get("/alerts", state="firing,pending", org="hg.dong-van")["total"] == 0, "no rule watches newcomers"
    assert house.post("/sources/hg.dong-van/queue/unseen-kiosk/confirm").status_code == 200
    open_always(house)
    say(house, 2_500, "unseen-kiosk")
    alert = alert_of(house, "unseen-kiosk", "firing")
    say(house, 10, "unseen-kiosk")
    path = f"/alerts/{alert['id']}"
    until(lambda: house.get(path)["state"] == "resolved_unseen", "returned unseen")
    assert house.post(f"{path}/comment", who="operator", comment="Đã xem").status_code == 200
    for _ in range(2):
        assert house.post(f"{path}/seen", who="leader").json()["state"] == "resolved"
    whats = [entry["what"] for entry in house.get(path)["history"]]
    assert whats.count("seen") == 1


def open_always(house: House) -> None:
    """A newcomer keeps office hours; the story must hold at night too."""
    path = house.config.parent / "hours.csv"
    path.write_text("org,kind,source,hours\nhg.dong-van,queue,unseen-kiosk,always\n", encoding="utf-8")
    ioc("source", "import", str(path), "--config", str(house.config))
    until(lambda: house.get("/sources/hg.dong-van/queue/unseen-kiosk")["hours"] == "always", "its hours")


def test_a_source_that_is_silenced_by_name_is_in_maintenance_until_that_ends(house: House) -> None:
    source = next(item for item in house.get("/sources")["items"] if item["health"] not in ("closed", "pending"))
    match = {name: source[name] for name in ("org", "kind", "source")}

    def health() -> str:
        return str(house.get(f"/sources/{'/'.join(match.values())}")["health"])

    ends_at = (datetime.now(ZONE) + timedelta(hours=1)).isoformat()
    made = house.post("/silences", match=match, ends_at=ends_at, reason="thay giấy")
    assert (made.status_code, made.json()["state"]) == (201, "active")
    until(lambda: health() == "maintenance", "maintenance")
    assert house.call("DELETE", f"/silences/{made.json()['id']}").status_code == 204
    until(lambda: health() != "maintenance", "its end")


def test_a_last_will_shows_at_once_and_a_return_inside_the_hold_is_a_flap(house: House) -> None:
    topic = "hg.dong-van/queue/leaving"
    house.publish(f"{topic}/status", {"online": True}, retain=True)
    house.publish(f"{topic}/state", {"waiting": 0})
    house.source(topic, health="ok", online=True)
    went = time.monotonic()
    house.publish(f"{topic}/status", {"online": False}, retain=True)
    house.source(topic, health="offline")
    assert time.monotonic() - went < 2
    house.publish(f"{topic}/status", {"online": True}, retain=True)
    house.source(topic, health="ok")
    time.sleep(2.5)
    states = {"firing", "acknowledged", "resolved_unseen", "resolved"}
    fired = [a for a in house.get("/alerts", state=",".join(states))["items"] if a["source"] == "leaving"]
    assert fired == []
    house.publish(f"{topic}/status", {"online": False}, retain=True)
    alert = alert_of(house, "leaving", "firing")
    assert (alert["rule"], alert["severity"]) == ("gone", "critical")
    house.publish(f"{topic}/status", {"online": True}, retain=True)
    until(lambda: house.get(f"/alerts/{alert['id']}")["state"] == "resolved_unseen", "returned")


def test_a_token_bound_to_one_district_sees_no_other(house: House) -> None:
    house.publish("hg.meo-vac/queue/k1/state", {"waiting": 1})
    assert {org["code"] for org in house.get("/orgs", who="bound")["items"]} == {"hg.meo-vac"}
    assert {item["org"] for item in house.get("/sources", who="bound")["items"]} == {"hg.meo-vac"}
    for path in ("/sources?org=hg", "/sources/hg.dong-van/queue/k1", "/orgs/hg", "/alerts?org=hg.dong-van"):
        assert house.call("GET", path, who="bound").status_code == 404
    assert {a["org"] for a in house.get("/alerts", who="bound")["items"]} <= {"hg.meo-vac"}
    kinds = "queue_board,vc_grid,service_status,alert_feed,trend,freshness,kpi"
    assert "dong-van" not in house.call("GET", f"/live?widgets={kinds}", who="bound").text
    assert house.get("/me", who="bound")["org"] == "hg.meo-vac"


def test_a_wall_reads_scenes_and_nothing_of_the_lists(house: House) -> None:
    assert house.get("/scenes", who="wall")["total"] >= 4
    assert house.get("/scenes/toan-canh", who="wall")["widgets"]
    assert house.get("/live", who="wall", widgets="kpi")["total"] == 1
    for path in ("/sources", "/orgs", "/alerts", "/audit", "/dossiers"):
        assert house.call("GET", path, who="wall").status_code == 403


def test_live_takes_kinds_or_what_a_socket_would_watch(house: House) -> None:
    kinds = ["kpi", "queue_board", "vc_grid", "service_status", "alert_feed", "trend", "freshness"]
    found = house.get("/live", widgets=",".join(kinds))
    assert [item["id"] for item in found["items"]] == kinds
    for item in found["items"]:
        assert item["as_of"].endswith("+07:00")
        assert {"org", "state", "simulated", "as_of"} <= item["payload"].keys()
    wanted = '[{"id":"mine","kind":"kpi","options":{"figure":"queue_waiting","org":"hg.meo-vac"}}]'
    (one,) = house.get("/live", widgets=wanted)["items"]
    assert (one["id"], one["payload"]["org"]["code"]) == ("mine", "hg.meo-vac")


@pytest.fixture
def browser(house: House) -> Iterator[httpx2.Client]:
    """Somebody who logged in, as a browser would."""
    command("user", "add", "mai", "--role", "operator", "--config", str(house.config), IOC_PASSWORD="mot-mat-khau-dai")
    with httpx2.Client(base_url=f"{house.url}/api/v1", timeout=10) as client:
        login = client.post("/session", json={"username": "mai", "password": "mot-mat-khau-dai"})
        assert login.status_code == 200
        yield client


def test_a_session_writes_only_with_its_csrf_value(house: House, browser: httpx2.Client) -> None:
    say(house, 3_000)
    alert = alert_of(house, "levels", "firing")
    me = browser.get("/me").json()
    assert (me["name"], me["role"]) == ("mai", "operator")
    path = f"/alerts/{alert['id']}/acknowledge"
    for headers in ({}, {"X-CSRF-Token": "guessed"}):
        refused = browser.post(path, json={}, headers=headers)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "csrf")
    assert browser.post(path, json={}, headers={"X-CSRF-Token": me["csrf"]}).status_code == 200
    say(house, 1)


def test_the_cookie_is_out_of_reach_of_scripts_and_ends_with_the_session(house: House, browser: httpx2.Client) -> None:
    answer = browser.post("/session", json={"username": "mai", "password": "mot-mat-khau-dai"})
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=Lax" in answer.headers["set-cookie"]
    assert browser.delete("/session").status_code == 204
    assert browser.get("/me").status_code == 401
    wrong = browser.post("/session", json={"username": "mai", "password": "sai"})
    nobody = browser.post("/session", json={"username": "khong-ai", "password": "sai"})
    assert (wrong.status_code, wrong.json()) == (401, nobody.json())


def test_a_revoked_token_is_nobody(house: House) -> None:
    token = ioc("token", "create", "--name", "brief", "--role", "leader", "--config", str(house.config)).strip()
    bearer = {"Authorization": f"Bearer {token}"}
    assert house.call("GET", "/me", who=None, headers=bearer).status_code == 200
    ioc("token", "revoke", "brief", "--config", str(house.config))
    assert house.call("GET", "/me", who=None, headers=bearer).status_code == 401
