"""A token bound to one district sees no other district: every readable route of the table is tried."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from msgspec.structs import fields, force_setattr

from alerts import drills
from alerts.configured.seed import sync
from alerts.mutes import silences
from alerts.mutes.silences import Silence
from ioc.config.alerting import (
    EscalationOptions,
    MaintenanceOptions,
    MuteMatch,
    ReceiverOptions,
    RotaOptions,
    RouteOptions,
    Rule,
    ShiftOptions,
    StepOptions,
)
from ioc.config.indicators import IndicatorOptions
from ioc.core.model import Role, SourceKey
from ioc.core.registry import Plugins
from ioc.domain.access import create_token
from ioc.domain.displays import records as displays
from ioc.domain.displays.model import DisplaySettings
from ioc.messages.mapping.declared import MapRule
from ioc.platform import audit, documents
from ioc.platform.db.tables import (
    conference,
    figure_entry,
    indicator_value,
    notification,
    notification_alert,
    quarantine,
    shift,
    site_group,
    unknown_topic,
)
from tests.web.conftest import (
    KIOSKS,
    NORTH,
    SATURDAY,
    SOUTH,
    Province,
    add_source,
    begin_incident,
    raise_alert,
    standing,
    tell_dossier,
)
from web.auth import RANK
from web.boundary.route import Method, Open, Route
from web.cartograms.document import SORT as CARTOGRAM
from web.outlines.document import SORT as OUTLINE
from web.routes import routes
from web.server import widgets

TABLE = routes(Plugins())
GUARDED = [route for route in TABLE if route.role is not Open.TO_ALL]
FOREIGN = (SOUTH, "Bắc Quang", "Vĩnh Tuy", "bi-mat")
# what a caller could type to reach the other district, by the name of the parameter
ELSEWHERE = {
    "org": SOUTH, "code": SOUTH, "root": SOUTH, "kind": "queue", "source": "kiosk-1", "name": "toan-canh", "id": "1",
    "indicator": "1",
}  # fmt: skip
KINDS = tuple(sorted(widgets(Plugins())))
# what says the same to everybody, or figures alone, or (a day that was frozen) has nothing to say here
OF_NO_DISTRICT = {
    "/readyz", "/metrics", "/api/v1/me", "/api/v1/series", "/api/v1/reports/daily",
    "/api/v1/scenes", "/api/v1/scenes/<name>", "/api/v1/scenes/<name>/versions", "/api/v1/bands", "/api/v1/channels",
    "/api/v1/outbox", "/api/v1/shifts/current",
}  # fmt: skip
OF_THE_WHOLE_TREE = {"/api/v1/scenes/<name>", "/api/v1/scenes/<name>/restore"}  # changed by those who see all of it


def _url(route: Route, values: dict[str, str]) -> str:
    path = route.path.replace("<int:id>", values["id"]).replace("<path:code>", "bi-mat-1")
    for name, value in values.items():
        path = path.replace(f"<{name}>", value)
    return path


def _questions(route: Route) -> list[str]:
    """The query strings worth trying on a route: none at all, and one that asks for the other district."""
    widgets = quote(json.dumps([{"id": "k", "kind": "queue_board", "options": {"org": SOUTH}}]))
    taken = {field.encode_name for field in fields(route.asks)}
    if "widgets" in taken:
        return [f"?widgets={','.join(KINDS)}", f"?widgets={widgets}"]
    foreign = {"org": SOUTH, "source": "kiosk-1", "metric": "waiting", "start": "2026-11-20T08:00:00", "value": "1",
               "unit": "day", "conference": "bi-mat", "widget": "kpi",
               "options": json.dumps({"figure": "services_up", "org": SOUTH})}  # fmt: skip
    tried: list[dict[str, str]] = [{}, foreign, foreign | {"by": "handling"}, foreign | {"kind": "queue"}]
    known = [{name: value for name, value in keys.items() if name in taken} for keys in tried]
    return [f"?{urlencode(keys)}" if keys else "" for keys in known]


def _body(route: Route) -> dict[str, Any]:
    """As little as the route takes, so that what is refused is the place."""
    taken = {field.encode_name: field.required for field in fields(route.body)} if route.body else {"comment": True}
    return {name: 1 if name == "version" else "xem" for name, needed in taken.items() if needed or name == "comment"}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    """Something of the other district in everything that can be read; nobody changes any of it."""
    with pytest.MonkeyPatch.context() as patch, standing(tmp_path_factory.mktemp("watched"), patch) as province:
        fill(province)
        yield province


def fill(province: Province) -> None:
    alert = raise_alert(province, KIOSKS[SOUTH], incident_id=begin_incident(province, KIOSKS[SOUTH]))
    add_source(province, SourceKey(SOUTH, "feed", "bi-mat"))
    add_source(province, SourceKey(SOUTH, "service", "bi-mat"))
    settings = province.site.context.settings
    force_setattr(settings, "rule", (*settings.rule, Rule(id="bi-mat", kind="offline", org=SOUTH)))
    window = MaintenanceOptions(name="toan-canh", match=MuteMatch(org=SOUTH), hours="01:00-02:00")
    force_setattr(settings, "maintenance", (window,))
    people = ReceiverOptions(name="bi-mat", email=("bi-mat@example.vn",), phone=("0900000001",))
    nights = ShiftOptions(days="mon-sun", hours="00:00-24:00", who=("bi-mat",))
    step = StepOptions(receivers=("bi-mat",), channels=("mail",))
    force_setattr(settings, "receiver", (people,))
    force_setattr(settings, "rota", (RotaOptions(name="toan-canh", org=SOUTH, shifts=(nights,)),))
    force_setattr(settings, "escalation", (EscalationOptions(name="bi-mat", steps=(step,)),))
    force_setattr(settings, "route", (RouteOptions(name="bi-mat", org=SOUTH, escalation="bi-mat"),))
    force_setattr(settings, "indicator", (IndicatorOptions(id="1", name="Chỉ tiêu"),))
    sync(province.db, settings, SATURDAY)
    of_vendors = MapRule(topic="bi-mat/+site", org="hg.{site}", kind="queue", source="k", fields={"waiting": "w"})
    force_setattr(settings, "map", (of_vendors,))
    told = {"ref": "r", "receiver": "bi-mat", "channel": "sms", "address": "bi-mat", "what": "firing", "payload": {},
            "subject": str(KIOSKS[SOUTH]), "state": "delivered", "created_at": 1, "next_try_at": 1}  # fmt: skip
    typed = {"org": SOUTH, "source": "bi-mat", "period": "2025", "values": {}, "state": "entered",
             "entered_by": "bi-mat", "entered_at": 1}  # fmt: skip
    create_token(province.db, "toan-canh", Role.WALL, SOUTH, SATURDAY)
    of_period = {"indicator": "1", "org": SOUTH, "period": "2025", "first_day": "2025-01-01", "value": 1.0,
                 "definition": 1, "state": "signed", "current": True, "entered_by": "bi-mat", "entered_at": 1,
                 "decided_by": "lan"}  # fmt: skip
    with province.db.write() as conn:
        sent = conn.execute(notification.insert().values(told)).inserted_primary_key
        conn.execute(notification_alert.insert().values(notification_id=sent[0], alert_id=alert))
        conn.execute(figure_entry.insert().values(typed))
        conn.execute(indicator_value.insert().values(of_period))
        heard = {"topic": "bi-mat/k9/tele", "payload": b"{}", "n": 1, "first_seen": 1, "last_seen": 1}
        conn.execute(unknown_topic.insert().values(heard))
        meeting = {"org": SOUTH, "conference_id": "bi-mat", "starts_at": SATURDAY, "expected": [], "changed_at": 1}
        conn.execute(conference.insert().values(meeting))
        conn.execute(site_group.insert().values(org=SOUTH, name="bi-mat", members=[SOUTH]))
        conn.execute(shift.insert().values(desk="ban-nam", org=SOUTH, person="bi-mat", taken_at=1))
        drawn = {"root": SOUTH, "columns": 1, "rows": 1, "tiles": [{"column": 0, "row": 0, "org": SOUTH}]}
        documents.save(conn, CARTOGRAM, SOUTH, drawn, at=SATURDAY, author="bi-mat", note="bi-mat")
        ring = [[104.5, 22.3], [104.6, 22.3], [104.6, 22.4], [104.5, 22.3]]
        borders = {"root": SOUTH, "brought": 4, "shapes": [{"org": SOUTH, "polygons": [[ring]]}]}
        documents.save(conn, OUTLINE, SOUTH, borders, at=SATURDAY, author="bi-mat", note="bi-mat")
        displays.furnish(province.db, conn, "toan-canh", DisplaySettings(title="bi-mat"))
        drills.start(conn, SOUTH, [], 5, SATURDAY, "bi-mat")
        silences.add(conn, Silence(0, MuteMatch(org=SOUTH), 1, 2, "lan", "họp", 1), 1)
        audit.record(conn, 1, "bi-mat", "source_confirmed", f"{SOUTH}/queue/kiosk-1", {}, SOUTH)
        conn.execute(quarantine.insert().values(
            inbox="a", seq=1, element=0, received_at=1, topic=f"ioc/v1/{SOUTH}/queue/kiosk-1/state",
            payload=b"bi-mat", reason="bad_json", detail=""))  # fmt: skip
    tell_dossier(province, "bi-mat-1", receiving_org=SOUTH, due_at=SATURDAY - 1)
    province.reload()


@pytest.mark.parametrize("route", [r for r in GUARDED if r.method == "GET"], ids=lambda r: r.path)
def test_no_answer_names_the_other_district(watched: Province, route: Route) -> None:
    for role, question in product(Role, _questions(route)):
        answer = watched.get(_url(route, ELSEWHERE) + question, f"{role.value}-north")
        text = answer.get_data(as_text=True)
        allowed = RANK[role] >= RANK[Role(route.role)]
        assert allowed or answer.status_code == 403
        if allowed and "org=" in question and "org" in route.query.__struct_fields__:
            assert answer.status_code in (404, 422), f"{role}: {route.path}{question} is of an org it may not know"
        if answer.status_code == 200:
            assert not [word for word in FOREIGN if word in text], f"{role}: {route.path}{question}"


def test_each_of_those_answers_names_it_to_who_may_see_it(watched: Province) -> None:
    """Else the look above would pass over an answer that holds nothing of either district."""
    silent = set()
    for route in (r for r in GUARDED if r.method == "GET"):
        answers = [watched.get(_url(route, ELSEWHERE) + question, "admin") for question in _questions(route)]
        texts = [answer.get_data(as_text=True) for answer in answers if answer.status_code == 200]
        if not any(word in text for text in texts for word in FOREIGN):
            silent.add(route.path)
    assert sorted(silent) == sorted(OF_NO_DISTRICT), "\n".join(sorted(silent))


@pytest.mark.parametrize("route", [r for r in GUARDED if r.method != "GET" and "<" in r.path], ids=lambda r: r.path)
def test_nothing_of_the_other_district_can_be_changed(watched: Province, route: Route) -> None:
    bearer = {"Authorization": f"Bearer {watched.tokens['admin-north']}"}
    body = _body(route) if route.method == "POST" else None
    answer = watched.client().open(_url(route, ELSEWHERE), method=route.method, headers=bearer, json=body)
    assert answer.status_code == (403 if route.path in OF_THE_WHOLE_TREE else 404)


@pytest.mark.parametrize("route", GUARDED, ids=lambda r: f"{r.method} {r.path}")
def test_every_route_refuses_strangers_and_lesser_roles(province: Province, route: Route) -> None:
    url, method = _url(route, ELSEWHERE), route.method
    assert _call(province, method, url, {}).status_code == 401
    for role in Role:
        bearer = {"Authorization": f"Bearer {province.tokens[role.value]}"}
        refused = _call(province, method, url, bearer).status_code == 403
        assert refused == (RANK[role] < RANK[Role(route.role)]), role


def test_the_same_reader_sees_its_own_district(watched: Province) -> None:
    items = watched.get("/api/v1/sources", "leader-north").json["items"]
    assert {item["org"] for item in items} == {NORTH, "hg.dong-van.lung-cu"}
    assert watched.get(f"/api/v1/orgs/{NORTH}", "leader-north").json["name"] == "Huyện Đồng Văn"


def _call(province: Province, method: Method, url: str, headers: dict[str, str]):
    return province.client().open(url, method=method, headers=headers, json={} if method == "POST" else None)
