"""REST as the contract says: shapes, filters, times, errors, and a description that is true."""

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ioc.config.settings import Connector, Settings
from ioc.core.errors import Code, IocError
from ioc.core.model import SourceKey
from ioc.core.registry import Plugins
from ioc.platform.db.tables import counter, role_beat
from tests.web.conftest import KIOSKS, NORTH, SATURDAY, SOUTH, Province, raise_alert, tell_dossier
from web.api.health import needed
from web.openapi import spelled
from web.routes import routes

KIOSK = f"org={NORTH}&kind=queue&source=kiosk-1&metric=waiting"
DAY = 86_400_000


def test_a_source_has_the_shape_of_the_contract(province: Province) -> None:
    province.say(KIOSKS[NORTH], waiting=7, longest_wait_s=1900)
    province.clock.advance(12)
    item = province.get(f"/api/v1/sources/{NORTH}/queue/kiosk-1").json
    assert (item["org"], item["kind"], item["source"], item["health"]) == (NORTH, "queue", "kiosk-1", "warning")
    assert item["cause"] == "longest_wait_s"
    assert item["online"] is True
    assert item["as_of"] == "2026-11-21T10:00:00+07:00"
    assert item["age_s"] == 12
    assert item["metrics"]["waiting"] == 7
    assert (item["alerts"], item["leniencies"]) == ([], {})


def test_sources_are_filtered(province: Province) -> None:
    province.say(KIOSKS[SOUTH], longest_wait_s=5000)
    ask = "/api/v1/sources?"
    assert province.get(ask + "kind=queue").json["total"] == 2
    assert province.get(ask + f"org={NORTH}").json["total"] == 2
    assert [i["org"] for i in province.get(ask + "health=critical").json["items"]] == [SOUTH]
    assert province.get(ask + "health=purple").status_code == 422
    assert province.get(ask + "org=nowhere").status_code == 404


def test_orgs_are_counted_with_all_below_them(province: Province) -> None:
    orgs = {org["code"]: org for org in province.get("/api/v1/orgs").json["items"]}
    assert orgs["hg"]["counts"]["ok"] == 6
    assert orgs[NORTH]["counts"]["ok"] == 2
    one = province.get(f"/api/v1/orgs/{NORTH}").json
    assert [child["code"] for child in one["children"]] == ["hg.dong-van.lung-cu"]


def test_series_pass_times_in_both_spellings(province: Province) -> None:
    answer = province.get(f"/api/v1/series?{KIOSK}&from=2026-11-21T08:00:00+07:00&to={SATURDAY}&step=3600000&agg=max")
    assert answer.json["points"] == [[SATURDAY - 7_200_000, 1.0], [SATURDAY - 3_600_000, 1.0]]
    query = province.store.asked[-1]
    assert (query.agg, query.fill, query.offset_ms) == ("max", "null", 7 * 3_600_000)


@pytest.mark.parametrize(
    ("question", "status"),
    [
        (f"from={SATURDAY - DAY}&to={SATURDAY}&step=1000", 422),
        ("from=yesterday", 422),
        ("agg=median", 422),
        ("fill=0", 200),
        ("fill=null", 200),
        ("step=0", 422),
    ],
)
def test_series_refuse_what_they_cannot_mean(province: Province, question: str, status: int) -> None:
    assert province.get(f"/api/v1/series?{KIOSK}&{question}").status_code == status


def test_series_need_a_known_source(province: Province) -> None:
    assert province.get("/api/v1/series?org=hg&kind=queue&source=none&metric=x").status_code == 404
    assert province.get("/api/v1/series?org=hg").status_code == 422


def test_an_alert_is_taken_once_and_remembers_who(province: Province) -> None:
    alert = raise_alert(province, KIOSKS[NORTH])
    taken = province.post(f"/api/v1/alerts/{alert}/acknowledge", "operator", {"comment": "đang xem"}).json
    assert (taken["state"], taken["acknowledged_by"]) == ("acknowledged", "operator")
    again = province.post(f"/api/v1/alerts/{alert}/acknowledge", "admin").json
    assert again["acknowledged_by"] == "operator"
    assert [step["comment"] for step in taken["history"] if step["comment"]] == ["đang xem"]
    assert len(province.bus.sent) == 2
    assert province.get("/api/v1/alerts?state=firing").json["total"] == 0
    assert province.get("/api/v1/alerts?state=firing,acknowledged").json["total"] == 1
    assert province.get("/api/v1/alerts?state=asleep").status_code == 422


def test_an_alert_is_told_in_the_readers_language(province: Province) -> None:
    raise_alert(province, KIOSKS[NORTH])
    path = "/api/v1/alerts"
    vietnamese = province.get(path).json["items"][0]
    english = province.get(path, **{"Accept-Language": "en-GB,en;q=0.9"}).json["items"][0]
    assert vietnamese["title"] != english["title"]
    assert vietnamese["since"] == "2026-11-21T10:00:00+07:00"
    assert english["org_name"] == "Huyện Đồng Văn"


def test_errors_speak_the_readers_language_and_keep_their_code(province: Province) -> None:
    for language, word in (("vi", "Không có đơn vị"), ("en", "There is no org")):
        error = province.get("/api/v1/orgs/nowhere", **{"Accept-Language": language}).json["error"]
        assert error["code"] == "unknown_org"
        assert error["message"].startswith(word)
        assert error["details"] == {"org": "nowhere"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/nope", 404), ("PUT", "/api/v1/orgs", 405), ("POST", "/api/v1/session", 400)],
)
def test_what_is_not_there_is_a_json_error_too(province: Province, method: str, path: str, status: int) -> None:
    answer = province.client().open(path, method=method, data="{", headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert set(answer.json["error"]) == {"code", "message", "details"}


def test_a_failure_of_ours_shows_no_trace(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(province.site.context.texts, "render", lambda lang, key, params=None: key)
    raise_alert(province, KIOSKS[NORTH])
    monkeypatch.setattr("web.api.alerts.queries.alerts", lambda *_a, **_k: [][1])
    answer = province.get("/api/v1/alerts")
    assert answer.status_code == 500
    assert "Traceback" not in answer.get_data(as_text=True)
    assert answer.json["error"]["code"] == "internal"


def test_dossiers_by_due_state_org_and_text(province: Province) -> None:
    tell_dossier(province, "H22.001", due_at=SATURDAY - 1)
    tell_dossier(province, "H22.002", due_at=SATURDAY + DAY)
    tell_dossier(province, "K1/x y", status=9, finished_at=SATURDAY - DAY, due_at=SATURDAY, procedure="đất đai")
    tell_dossier(province, "H22.003")
    items = province.get("/api/v1/dossiers").json["items"]
    states = {item["code"]: item["due_state"] for item in items}
    assert states == {"H22.001": "open_overdue", "H22.002": "open_in_term", "K1/x y": "resolved_early",
                      "H22.003": "due_unconfirmed"}  # fmt: skip
    page = province.get("/api/v1/dossiers?q=h22&per_page=2&page=2").json
    assert (page["total"], len(page["items"]), page["page"], page["per_page"]) == (3, 1, 2, 2)
    assert province.get(f"/api/v1/dossiers?due_before={SATURDAY}").json["total"] == 1
    assert province.get(f"/api/v1/dossiers?org={SOUTH}").json["total"] == 0
    assert province.get(f"/api/v1/dossiers?org={SOUTH}&by=handling").json["total"] == 4
    assert province.get("/api/v1/dossiers?sort=code&order=desc").json["items"][0]["code"] == "K1/x y"
    one = province.get("/api/v1/dossiers/K1%2Fx%20y").json
    assert (one["procedure"], one["working_time_left_s"]) == ("đất đai", None)
    assert [step["due_at"] for step in one["history"] if step["field"] == "due_at"] == ["2026-11-21T10:00:00+07:00"]
    assert [hop["org"] for hop in one["hops"]] == [SOUTH]


def test_the_summary_counts_a_period_and_names_what_its_shares_are_of(province: Province) -> None:
    tell_dossier(province, "a", due_at=SATURDAY - 1)
    tell_dossier(province, "b", status=9, finished_at=SATURDAY - DAY, due_at=SATURDAY, submission="online")
    tell_dossier(province, "c", due_at=SATURDAY + DAY)
    answer = province.get("/api/v1/dossiers/summary?from=2026-11-01&to=2026-11-30").json
    assert {name: answer[name] for name in ("received", "resolved_early", "open_overdue", "open_in_term")} == {
        "received": 3, "resolved_early": 1, "open_overdue": 1, "open_in_term": 1,
    }  # fmt: skip
    assert answer["pct"]["early"] == {"value": 50.0, "numerator": 1, "denominator": 2}
    assert answer["pct"]["online"] == {"value": 33.33, "numerator": 1, "denominator": 3}
    assert answer["as_of"] == "2026-11-21T10:00:00+07:00"
    before = province.get("/api/v1/dossiers/summary?from=2026-10-01&to=2026-10-31").json
    assert before["pct"]["early"] == {"value": None, "numerator": 0, "denominator": 0}
    (listed,) = province.get("/api/v1/dossiers?bucket=open_overdue").json["items"]
    assert listed["code"] == "a"
    assert province.get("/api/v1/dossiers/summary?from=2026-11-03&to=2026-11-01").status_code == 422
    assert province.get("/api/v1/dossiers/summary?from=2026-13-01").status_code == 422


def test_readiness_has_a_line_a_role(province: Province) -> None:
    assert province.get("/readyz").status_code == 503
    with province.db.write() as conn:
        for role in ("ingest", "alerts", "web"):
            conn.execute(role_beat.insert().values(role=role, at=SATURDAY, ok=True, detail={"records_lag": 3}))
    answer = province.get("/readyz", "wall")
    assert answer.status_code == 200
    assert [line.split()[:2] for line in answer.text.splitlines()] == [
        ["alerts", "ok"], ["ingest", "ok"], ["web", "ok"],
    ]  # fmt: skip
    province.clock.advance(60)
    assert province.get("/readyz").status_code == 503


def test_readiness_needs_the_connectors_where_any_are_configured() -> None:
    one = Connector(name="x", kind="tcp", publish="hg/service/x")
    assert needed(Settings(data_dir="x", connector=(one,))) - needed(Settings(data_dir="x")) == {"connectors"}


def test_metrics_balance_by_outcome(province: Province) -> None:
    with province.db.write() as conn:
        rows = (
            ("received", "", 12_345_678),
            ("stored", "", 7),
            ("quarantined", "bad_json", 3),
            ("refused", 'has "quotes"\n', 1),
        )
        for name, label, n in rows:
            conn.execute(counter.insert().values(name=name, label=label, n=n))
    answer = province.get("/metrics")
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    messages = {(one.name, *one.labels.values()): one.value for one in families["ioc_messages"].samples}
    assert messages == {
        ("ioc_messages_total", "stored", ""): 7,
        ("ioc_messages_total", "quarantined", "bad_json"): 3,
        ("ioc_messages_total", "refused", 'has "quotes"\n'): 1,
    }
    assert families["ioc_messages"].type == "counter"
    assert 'ioc_messages_total{outcome="stored",reason=""} 7\n' in answer.text
    assert "ioc_messages_received_total 12345678\n" in answer.text
    assert families["ioc_live_clients"].type == "gauge"
    assert all(family.documentation for family in families.values())
    assert province.client().get("/metrics").status_code == 401


def test_live_answers_what_the_socket_would(province: Province) -> None:
    items = province.get('/api/v1/live?widgets=[{"id":"a","kind":"kpi","options":{"figure":"queue_waiting"}}]').json
    assert items["items"][0]["payload"]["value"] == 6
    kinds = province.get("/api/v1/live?widgets=vc_grid,freshness").json["items"]
    assert [item["id"] for item in kinds] == ["vc_grid", "freshness"]
    assert province.get("/api/v1/live?widgets=weather").json["error"]["code"] == "unknown_widget"
    assert province.get("/api/v1/live?widgets=[").status_code == 422


@pytest.mark.parametrize("code", [Code.STORE_UNAVAILABLE, Code.STORE_BUCKET_MISSING, Code.STORE_DENIED])
def test_a_metric_store_that_cannot_be_used_takes_nothing_else_with_it(province: Province, code: Code) -> None:
    province.store.trouble = IocError(code, "not now", bucket="ioc")
    answer = province.get(f"/api/v1/series?{KIOSK}")
    assert (answer.status_code, answer.json["error"]["code"]) == (503, code)
    shown = province.get("/api/v1/live?widgets=trend,vc_grid").json["items"]
    assert [item["payload"]["state"] for item in shown] == ["unknown", "live"]


def test_only_a_series_dies_of_a_metric_store_that_is_away(province: Province) -> None:
    """Every address, asked with the store there and with the store away."""
    sample = {
        "{code}": NORTH,
        "{org}": NORTH,
        "{kind}": "queue",
        "{source}": "kiosk-1",
        "{name}": "toan-canh",
        "{id}": "1",
        "{root}": "hg",
        "{secret}": "x",
        "{channel}": "sms",
        "{token}": "1-1-x",
    }
    asked = {
        "/api/v1/series": f"?{KIOSK}",
        "/api/v1/live": f"?widgets={','.join(sorted(province.site.widgets))}",
        "/api/v1/dossiers/{code}": "",
        "/api/v1/deadline": "?received_at=2026-11-20T08:00:00%2B07:00&working_days=3",
    }
    statuses: dict[str, list[int]] = {}
    for trouble in (None, IocError(Code.STORE_UNAVAILABLE, "away")):
        province.store.trouble = trouble
        for route in routes(Plugins()):
            if route.method == "GET":
                path = spelled(route.path)
                filled = re.sub(r"\{\w+\}", lambda found: sample[found[0]], path) + asked.get(path, "")
                statuses.setdefault(path, []).append(province.get(filled).status_code)
    assert len([path for path, (well, _away) in statuses.items() if well == 200]) >= 25, statuses
    assert [path for path, (well, away) in statuses.items() if well != away] == ["/api/v1/series"]
    assert statuses["/api/v1/series"] == [200, 503]


def test_the_scenes_of_every_installation_are_told_in_their_order(province: Province) -> None:
    scenes = province.get("/api/v1/scenes", "wall").json["items"]
    assert [scene["name"] for scene in scenes] == [
        "toan-canh",
        "hop-truc-tuyen",
        "mot-cua",
        "ho-so",
        "ha-tang",
        "su-co",
    ]
    province_wide = province.get("/api/v1/scenes/toan-canh", "wall").json
    assert province_wide["title"] == {"key": "ui.scene.toan-canh"}
    assert province.get("/api/v1/scenes/none", "wall").status_code == 404


def test_the_description_names_every_route_and_no_other(province: Province) -> None:
    table = routes(Plugins())
    spec = province.client().get("/api/v1/openapi.json").json
    described = {(method.upper(), path) for path, methods in spec["paths"].items() for method in methods}
    assert described == {(route.method, spelled(route.path)) for route in table}
    served = {(method, spelled(rule.rule)) for rule in province.app.url_map.iter_rules()
              for method in rule.methods or () if method in ("GET", "POST", "DELETE")}  # fmt: skip
    pages = {path for _, path in served - described}
    assert pages == {
        "/",
        "/wall",
        "/tablet",
        "/admin/displays",
        "/alerts",
        "/dossiers",
        "/sources",
        "/login",
        "/assets/{name}",
        "/start.js",
        "/sw.js",
        "/app.webmanifest",
        "/icon-192.png",
        "/icon-512.png",
        "/plugins/{kind}.js",
        "/api/v1/openapi.json",
    }
    step = next(p for p in spec["paths"]["/api/v1/series"]["get"]["parameters"] if p["name"] == "fill")
    assert sorted(step["schema"]["enum"]) == ["0", "linear", "null", "previous"]


def test_the_rules_in_force_are_listed(province: Province) -> None:
    assert [rule["id"] for rule in province.get("/api/v1/rules").json["items"]] == ["gone"]


def test_quarantine_is_listed_and_sent_again(province: Province) -> None:
    from ioc.platform.db.tables import quarantine

    with province.db.write() as conn:
        conn.execute(quarantine.insert().values(
            inbox="a", seq=1, element=0, received_at=SATURDAY, topic=f"ioc/v1/{NORTH}/queue/kiosk-1/state",
            payload=b"{bad", reason="bad_json", detail=""))  # fmt: skip
    item = province.get("/api/v1/quarantine?reason=bad_json").json["items"][0]
    assert (item["payload"], item["received_at"]) == ("{bad", "2026-11-21T10:00:00+07:00")
    assert province.post("/api/v1/quarantine/replay").json == {"sent": 1}
    assert province.post("/api/v1/quarantine/replay").json == {"sent": 0}
    assert province.post("/api/v1/quarantine/replay", "operator").status_code == 403


def test_pages_carry_a_strict_policy(province: Province) -> None:
    answer = province.client().get("/login")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert province.client().get("/assets/../app.py").status_code == 404
    assert province.client().get("/").headers["Location"] == "/login"


def test_a_newcomer_is_confirmed(province: Province) -> None:
    from ioc.domain.inventory.records import register

    key = SourceKey(NORTH, "queue", "kiosk-9")
    with province.db.write() as conn:
        register(province.db, conn, key, SATURDAY)
    province.reload()
    assert province.get(f"/api/v1/sources/{NORTH}/queue/kiosk-9").json["health"] == "pending"
    assert province.post(f"/api/v1/sources/{NORTH}/queue/kiosk-9/confirm").json["status"] == "active"
    province.reload()
    assert province.get(f"/api/v1/sources/{NORTH}/queue/kiosk-9").json["status"] == "active"


@pytest.mark.parametrize(("path", "code", "name", "allowed"), [
    ("/api/v1/sources?health=purple", "invalid_value", "health", "critical, offline, warning"),
    ("/api/v1/dossiers?per_page=1000", "invalid_value", "per_page", "int <= 500"),
    ("/api/v1/dossiers?by=sending", "invalid_value", "by", "receiving, handling"),
    (f"/api/v1/series?{KIOSK}&step=long", "invalid_value", "step", "int"),
    ("/api/v1/alerts?state=firing,asleep", "invalid_value", "state", "pending, firing"),
    ("/api/v1/alerts?severity=bad", "invalid_value", "severity", "warning, critical"),
    ("/api/v1/series?org=hg&kind=queue&source=k", "missing_value", "metric", ""),
])  # fmt: skip
def test_a_wrong_parameter_is_told_by_name_with_what_is_allowed(
    province: Province, path: str, code: str, name: str, allowed: str
) -> None:
    answer = province.get(path)
    error = answer.json["error"]
    assert (answer.status_code, error["code"], error["details"]["name"]) == (422, code, name)
    assert allowed in error["details"].get("detail", "")
    assert name in error["message"]


def test_an_empty_parameter_is_as_good_as_none(province: Province) -> None:
    for path, empty in (("sources", "org=&kind=&health="), ("alerts", "state=&severity=&org="),
                        ("dossiers", "bucket=&org=&from=&to=&status=&due_before=&q=&page=&per_page="),
                        ("dossiers/summary", "org=&from=&to=")):  # fmt: skip
        answer = province.get(f"/api/v1/{path}?{empty}")
        assert (answer.status_code, answer.json) == (200, province.get(f"/api/v1/{path}").json), path
