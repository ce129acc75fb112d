"""What a leader's tablet is told: a morning of the province in calm and with two cables lost, and whom to call."""

from datetime import datetime, timedelta
from typing import Any

from flask import jsonify, request

from tests.web.screens import province
from tests.web.screens.stage import API, ME, Stage

LEADER = ME | {"name": "lanh-dao", "role": "leader"}
CABLES = {7: ("hg.dong-van", "Huyện Đồng Văn", 20), 8: ("hg.yen-minh", "Huyện Yên Minh", 19)}
DUTY = {"what": "duty", "name": "Trực ca ngày", "of": "truc-ioc", "contact": "0900 000 011"}
CARRIER = {"what": "source", "name": "Nhà mạng", "contact": "Tổng đài 0900 000 022", "until": None}


def payloads(now: datetime, *, crisis: bool) -> dict[str, Any]:
    """By the ids that the tablet watches them under."""
    known = province.payloads(now)
    head = {name: known["vc"][name] for name in ("org", "state", "simulated", "as_of")}
    share = {"value": 97.64, "numerator": 2437, "denominator": 2496}
    kpi = head | {"reason": None, "reporting": {"heard": 204, "expected": 204}, "total": None}
    online = {"figure": "vc_online", "value": 135 if crisis else 204, "total": 204}
    lost = (
        {"reason": {"key": "ui.kpi.lost", "params": {"n": 69}}, "severity": "critical"}
        if crisis
        else {"severity": "ok"}
    )
    in_time = {"figure": "dossiers_in_time", "value": 97.64, "unit": "%", "severity": "ok"}
    points = [[int((now - timedelta(minutes=2 * n)).timestamp() * 1000), 204] for n in range(60, 0, -1)]
    return {
        "incidents": head | incidents(now, crisis=crisis),
        "vc_online": kpi | online | lost,
        "queue_waiting": kpi | {"figure": "queue_waiting", "value": 162, "severity": "warning"},
        "dossiers_in_time": kpi | in_time,
        "online": head | {"metric": "registered", "unit": "", "points": points, "incomplete": []},
        "vc": known["vc"],
        "queues": known["queue"],
        "dossiers": head
        | {
            "must_resolve": 2496,
            "in_time": share,
            "parts": {name: share for name in ("early", "on_time", "late", "open_overdue")},
            "counts": {"open_in_term": 31, "near_due": 4, "paused": 2, "late_to_accept": 1, "due_unconfirmed": 0},
            "reason": None,
        },
        "overdue": head | {"rows": {}, "figure": "open_overdue"},
    }


def incidents(now: datetime, *, crisis: bool) -> dict[str, Any]:
    rows = {str(n): _incident(n, now) for n in CABLES} if crisis else {}
    counted = {
        "open": len(rows),
        "untaken": len(rows),
        "taken": 0,
        "critical": len(rows),
        "critical_untaken": len(rows),
    }
    return {
        "crisis": crisis,
        "sentence": _critical() if crisis else [_part("stable", "plain", "begin", org="Tỉnh Hà Giang")],
        "incidents": rows,
        "groups": {},
        "counts": counted,
        "takeover": None,
        "totals": {"lost": 39 if crisis else 0, "of": 204, "behind": 39 if crisis else 0, "scattered": 0},
    }


def _critical() -> list[dict[str, Any]]:
    both = {"key": "ui.situation.both", "params": {"one": "Đồng Văn", "other": "Yên Minh"}}
    return [
        _part("critical", "bad", "begin", n=2, untaken=2),
        _part("lost", "bad", "begin", n=39, of=204),
        _part("behind", "bad", "because", n=39, lines=2, names=both),
    ]


def _part(what: str, tone: str, joint: str, **params: Any) -> dict[str, Any]:
    return {"what": what, "tone": tone, "joint": joint, "params": params}


def _incident(number: int, now: datetime) -> dict[str, Any]:
    org, name, n = CABLES[number]
    cause = {
        "org": org,
        "org_name": name,
        "parent_name": "Hà Giang",
        "place": name,
        "kind": "link",
        "source": "cap-quang",
    }
    return {
        "id": number,
        "state": "open",
        "severity": "critical",
        "owner": None,
        "taken_at": None,
        "simulated": True,
        "title": {"key": "alert.offline", "params": {}},
        "cause": cause | {"source_name": f"Cáp quang {name.removeprefix('Huyện ')} – tỉnh"},
        "since": (now - timedelta(minutes=3)).isoformat(),
        "alerts": n,
        "n": n,
        "of": n,
        "hit": [{"kind": "vc", "n": n, "of": n}],
        "affected": [{"org": org, "org_name": name, "n": n, "of": n}],
        "next_step": None,
    }


def seat(stage: Stage, now: datetime, *, crisis: bool) -> None:
    """A leader before the tablet; what they do is among the calls of the stage."""
    stage.me, stage.payloads = dict(LEADER), payloads(now, crisis=crisis)
    until = (now + timedelta(hours=9)).isoformat()

    @stage.app.get(f"{API}/contacts")
    def whom_to_call() -> Any:
        asked = [CARRIER | {"of": request.args["source"]}] if "source" in request.args else []
        return jsonify(items=[*asked, DUTY | {"until": until}], total=1 + len(asked))

    @stage.app.get(f"{API}/displays")
    def big_screens() -> Any:
        return jsonify(items=[{"name": "phong-hop", "title": "Phòng họp", "org_name": None, "state": "live"}], total=1)

    @stage.app.post(f"{API}/displays/<name>/show")
    def shown_there(name: str) -> Any:
        stage.calls.append((f"show {name}", request.get_json()))
        return jsonify({})

    @stage.app.post(f"{API}/incidents/<int:id_>/<verb>")
    def act_on_incident(id_: int, verb: str) -> Any:
        stage.calls.append((f"{verb} {id_}", request.get_json()))
        owner = request.get_json().get("owner") or (stage.me or {}).get("name")
        took = {"state": "taken", "owner": owner, "taken_at": now.isoformat()}
        stage.payloads["incidents"]["incidents"][str(id_)] |= took
        stage.delta("incidents", {"incidents": {str(id_): took}, "counts": {"untaken": 1, "taken": 1}})
        return jsonify({})
