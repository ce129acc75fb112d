"""What the one-stop system would answer the pages: figures of a period, dossiers behind them, one in full, its days."""

from dataclasses import dataclass, field
from typing import Any

from flask import Response, jsonify, request

from tests.web.screens import incidents
from tests.web.screens.conftest import MORNING
from tests.web.screens.province import DISTRICTS
from tests.web.screens.stage import API, Stage
from web.scenes import SCENES

CODE = "H22.15-261112-0045"
PARTS = {"resolved_early": 7_038, "resolved_on_time": 1_192, "resolved_late": 224, "open_overdue": 29}
OF = sum(PARTS.values())
COUNTS = PARTS | {
    "received": 9_079, "received_online": 510, "carried_over": 214, "must_resolve": OF, "resolved_undated": 0,
    "open_in_term": 781, "due_unconfirmed": 3, "paused": 41, "near_due": 96, "late_to_accept": 0,
}  # fmt: skip
NOTHING = dict.fromkeys(COUNTS, 0)
SHARES = {"early": "resolved_early", "on_time": "resolved_on_time", "late": "resolved_late",
          "open_overdue": "open_overdue"}  # fmt: skip


def share(numerator: int, denominator: int) -> dict[str, Any]:
    value = round(numerator * 100 / denominator, 2) if denominator else None
    return {"value": value, "numerator": numerator, "denominator": denominator}


def shares(counts: dict[str, int]) -> dict[str, Any]:
    of = counts["must_resolve"]
    found = {name: share(counts[bucket], of) for name, bucket in SHARES.items()}
    in_time = share(counts["resolved_early"] + counts["resolved_on_time"], of)
    return found | {"in_time": in_time, "online": share(counts["received_online"], counts["received"])}


def brief(n: int, **more: Any) -> dict[str, Any]:
    day = "2026-11-12T"
    return {
        "code": f"H22.15-261112-{n:04}", "procedure": "MP-104", "procedure_name": "Đăng ký thành lập doanh nghiệp",
        "receiving_org": "hg.ttpvhcc", "handling_org": "hg.skhdt", "status": 4, "submission": "online",
        "submitted_at": day + "08:50:00+07:00", "received_at": day + "09:00:00+07:00",
        "due_at": "2026-11-17T17:00:00+07:00", "ended_at": None, "is_open": True, "due_state": "open_overdue",
        "near_due": False, "paused": False, "late_to_accept": False, "working_time_left_s": -93_600,
        "term": {"value": 3, "unit": "working_day"},
    } | more  # fmt: skip


def in_full(n: int, **more: Any) -> dict[str, Any]:
    said = [
        ("2026-11-12T09:00:00+07:00", "e1", {"status": 2, "due_at": 1_794_909_600_000, "receiving_org": "hg.ttpvhcc",
                                             "term": {"value": 3, "unit": "working_day"}, "digitised": True}),
        ("2026-11-13T10:30:00+07:00", "e2", {"status": 5, "supplement_requested_at": 1_794_540_600_000}),
        ("2026-11-14T08:15:00+07:00", "e3", {"status": 4, "handling_org": "hg.skhdt", "colour": "xanh"}),
    ]  # fmt: skip
    return brief(n) | {
        "due_given_at": "2026-11-17T17:00:00+07:00", "due_computed_at": "2026-11-18T09:45:00+07:00",
        "near_at": "2026-11-16T17:00:00+07:00", "overdue_at": "2026-11-17T17:00:00+07:00", "supplement_requests": 1,
        "apology": {"issued_at": 1_794_996_000_000, "new_due_at": 1_795_514_400_000, "reason": "Chờ ý kiến sở"},
        "pauses": [{"from_at": "2026-11-13T10:30:00+07:00", "to_at": "2026-11-14T08:15:00+07:00"}],
        "hops": [
            {"org": "hg.ttpvhcc", "from_at": "2026-11-12T09:00:00+07:00", "to_at": "2026-11-14T08:15:00+07:00",
             "working_time_s": 28_800},
            {"org": "hg.skhdt", "from_at": "2026-11-14T08:15:00+07:00", "to_at": None, "working_time_s": 129_600},
        ],
        "history": [
            {"said_at": at, "event_id": id_, "field": name, name: value}
            for at, id_, fields in said for name, value in fields.items()
        ],
    } | more  # fmt: skip


DAYS = [
    {"date": "2026-11-12", "counted": False, "reason": "start", "text": "Ngày bắt đầu", "note": None},
    {"date": "2026-11-13", "counted": True, "reason": "working_day", "text": "Ngày làm việc", "note": None},
    {"date": "2026-11-14", "counted": False, "reason": "weekend", "text": "Ngày nghỉ hằng tuần", "note": None},
    {"date": "2026-11-15", "counted": False, "reason": "weekend", "text": "Ngày nghỉ hằng tuần", "note": None},
    {"date": "2026-11-16", "counted": True, "reason": "working_day", "text": "Ngày làm việc", "note": None},
    {"date": "2026-11-17", "counted": True, "reason": "working_day", "text": "Ngày làm việc", "note": None},
]  # fmt: skip
ORGS = [
    {"code": "hg", "name": "Tỉnh Hà Giang", "kind": "province", "parent": None},
    {"code": "hg.ttpvhcc", "name": "Trung tâm Phục vụ hành chính công tỉnh", "kind": "centre", "parent": "hg"},
    {"code": "hg.skhdt", "name": "Sở Kế hoạch và Đầu tư", "kind": "department", "parent": "hg"},
    *({"code": code, "name": name, "kind": "district", "parent": "hg"} for code, (name, *_rest) in DISTRICTS.items()),
    {"code": "hg.dong-van.lung-cu", "name": "Xã Lũng Cú", "kind": "commune", "parent": "hg.dong-van"},
]  # fmt: skip


LIVE = {"as_of": MORNING.isoformat(), "state": "live", "reason": None}


@dataclass
class OneStop:
    """Answers, and remembers what it was asked."""

    stage: Stage
    counts: dict[str, int] = field(default_factory=lambda: dict(COUNTS))
    dossiers: list[dict[str, Any]] = field(default_factory=lambda: [brief(n) for n in range(29)])
    full: dict[str, Any] = field(default_factory=lambda: in_full(45))
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    standing: dict[str, Any] = field(default_factory=lambda: dict(LIVE))

    def last(self, call: str) -> dict[str, str]:
        return next(query for name, query in reversed(self.asked) if name == call)

    def mount(self) -> "OneStop":
        self.stage.orgs = [dict(org) for org in ORGS]
        self.stage.payloads["split"] = split(self.counts)
        rules = {"/dossiers/summary": self._summary, "/dossiers": self._list, "/dossiers/<path:code>": self._one,
                 "/deadline": self._deadline}  # fmt: skip
        for path, answer in rules.items():
            self.stage.app.add_url_rule(f"{API}{path}", path, answer)
        return self

    def _heard(self, call: str) -> dict[str, str]:
        query = request.args.to_dict()
        self.asked.append((call, query))
        return query

    def _summary(self) -> Response:
        self._heard("summary")
        pct = shares(self.counts)
        if self.standing["reason"]:
            pct = {name: part | {"value": None, "reason": self.standing["reason"]} for name, part in pct.items()}
        return jsonify({**self.counts, **self.standing, "pct": pct})

    def _list(self) -> Response:
        query = self._heard("list")
        page, each = int(query.get("page", 1)), int(query.get("per_page", 50))
        found = [one for one in self.dossiers if query.get("q", "") in one["code"]]
        return jsonify(items=found[(page - 1) * each : page * each], total=len(found), page=page, per_page=each)

    def _one(self, code: str) -> Response:
        return jsonify(self.full | {"code": code})

    def _deadline(self) -> Response:
        self._heard("deadline")
        return jsonify(due_at="2026-11-17T17:00:00+07:00", estimated=False, days=DAYS)


HEAD = {
    "org": {"code": "hg", "name": "Tỉnh Hà Giang"},
    "state": "live",
    "simulated": True,
    "as_of": MORNING.isoformat(),
}


def split(counts: dict[str, int], **more: Any) -> dict[str, Any]:
    found = shares(counts)
    aside = ("received", "received_online", "open_in_term", "near_due", "paused", "late_to_accept", "due_unconfirmed")
    return HEAD | {
        "period": {"from": "2026-01-01T00:00:00+07:00", "to": MORNING.isoformat()},
        "must_resolve": counts["must_resolve"], "parts": {name: found[name] for name in SHARES},
        "in_time": found["in_time"], "online": found["online"], "counts": {name: counts[name] for name in aside},
    } | more  # fmt: skip


def ranking(figure: str = "in_time", **more: Any) -> dict[str, Any]:
    """Eleven districts and five departments, two of them equal."""
    names = {code: name for code, (name, *_rest) in DISTRICTS.items()} | {
        f"hg.s{n}": name for n, name in enumerate((
            "Sở Kế hoạch và Đầu tư", "Sở Tài nguyên và Môi trường", "Sở Giao thông vận tải", "Sở Tư pháp",
            "Sở Lao động - Thương binh và Xã hội",
        ))
    }  # fmt: skip
    rows = {}
    for n, (code, name) in enumerate(names.items()):
        good = 160 - n // 2
        numerator = good if figure == "in_time" else 1 + n % 4
        rows[code] = {"name": name, "kind": "", "rank": n // 2 * 2 + 1, "order": n, **share(numerator, 162)}
    return (
        HEAD | {"figure": figure, "by": "handling", "rows": rows, "ranked": len(rows), "hidden": 2, "least": 10} | more
    )


def index766(**more: Any) -> dict[str, Any]:
    groups = {}
    told = (("Công khai, minh bạch", 18, 0, None), ("Tiến độ giải quyết", 20, 20, 19.58),
            ("Cung cấp dịch vụ công trực tuyến", 12, 12, 1.43), ("Thanh toán trực tuyến", 10, 6, 2.05),
            ("Số hóa hồ sơ", 22, 10, 10.0), ("Mức độ hài lòng", 18, 6, 6.0))  # fmt: skip
    for at, (name, points, most, score) in enumerate(told):
        missing = [{"vi": f"Tiêu chí {at}.{n} chưa có số liệu", "en": f"Criterion {at}.{n} unknown"} for n in range(3)]
        groups[f"G{at}"] = {
            "name": {"vi": name, "en": f"Group {at}"}, "order": at, "points": points, "max": points, "score": score,
            "countable": most, "uncounted": points - most,
            "pct": None if score is None else score * 100 / most, "partial": most < points,
            "missing": missing if most < points else [],
        }  # fmt: skip
    official = {"score": 83.8, "period": "2025", "as_of": MORNING.isoformat()}
    return HEAD | {
        "estimate": True, "points": 100, "max": 100, "countable": 54, "uncounted": 46, "score": 39.06,
        "pct": 72.33, "partial": True, "groups": groups,
        "official": official,
    } | more  # fmt: skip


def scene(name: str) -> list[dict[str, Any]]:
    """The tiles of a built-in scene as the API gives them."""
    return [
        {"id": tile.id, "kind": tile.kind, "options": tile.options,
         "place": {"x": tile.place.x, "y": tile.place.y, "w": tile.place.w, "h": tile.place.h}}
        for tile in SCENES[name].widgets
    ]  # fmt: skip


def payloads(name: str, others: dict[str, Any]) -> dict[str, Any]:
    """A payload for every tile of a scene; `others` are those of a province's first scene, by their ids there."""
    by_kind = {"vc_grid": "vc", "alert_feed": "alerts", "queue_board": "queue",
               "service_status": "services", "freshness": "fresh"}  # fmt: skip
    calm = {"crisis": False, "takeover": None, "full": None, "critical_untaken": []}
    ours = {"dossier_split": split(COUNTS), "index766": index766(),
            "incident": incidents.payload(MORNING) | calm}  # fmt: skip
    found = {}
    for tile in SCENES[name].widgets:
        if tile.kind == "kpi":
            found[tile.id] = others["k2"] | {"figure": tile.options["figure"]}
        elif tile.kind == "org_ranking":
            found[tile.id] = ranking(tile.options.get("figure", "in_time"))
        elif tile.kind == "trend":
            found[tile.id] = others["trend"] | {"metric": tile.options["metric"]}
        else:
            found[tile.id] = ours.get(tile.kind) or others[by_kind[tile.kind]]
    return found
