"""A believable province for the pages: real district names and sizes, figures that add up, day or night."""

import math
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from tests.web.screens import maps

# name, latitude, longitude, communes
DISTRICTS = {
    "hg.ha-giang": ("Thành phố Hà Giang", 22.82, 104.98, 8),
    "hg.dong-van": ("Huyện Đồng Văn", 23.25, 105.29, 19),
    "hg.meo-vac": ("Huyện Mèo Vạc", 23.13, 105.42, 18),
    "hg.yen-minh": ("Huyện Yên Minh", 23.09, 105.13, 18),
    "hg.quan-ba": ("Huyện Quản Bạ", 23.06, 104.99, 13),
    "hg.vi-xuyen": ("Huyện Vị Xuyên", 22.66, 104.98, 24),
    "hg.bac-me": ("Huyện Bắc Mê", 22.74, 105.31, 13),
    "hg.hoang-su-phi": ("Huyện Hoàng Su Phì", 22.73, 104.68, 24),
    "hg.xin-man": ("Huyện Xín Mần", 22.69, 104.46, 18),
    "hg.bac-quang": ("Huyện Bắc Quang", 22.41, 104.90, 23),
    "hg.quang-binh": ("Huyện Quang Bình", 22.40, 104.64, 15),
}
TROUBLED = {
    "hg.dong-van": {1: "offline", 2: "warning"},
    "hg.hoang-su-phi": {4: "offline", 9: "offline", 15: "offline"},
    "hg.quan-ba": {10: "warning"},
    "hg.xin-man": {6: "critical"},
    "hg.bac-me": {3: "stale", 5: "none"},
    "hg.vi-xuyen": {7: "none", 12: "maintenance"},
    "hg.bac-quang": {20: "pending"},
    "hg.meo-vac": {2: "none", 3: "unknown"},
    "hg.quang-binh": {5: "none"},
}
SERVICES = (
    "Hệ thống một cửa điện tử",
    "Cổng dịch vụ công",
    "Trục liên thông văn bản",
    "Thư điện tử công vụ",
    "Cầu truyền hình MCU 1",
    "Cầu truyền hình MCU 2",
    "Trung tâm dữ liệu tỉnh",
    "Cổng SMS",
    "Thanh toán trực tuyến",
    "Chữ ký số",
    "Cổng thông tin điện tử",
)
WIDGETS = [
    ("k1", "kpi", {"figure": "vc_online"}, (0, 0, 6, 3)),
    ("k2", "kpi", {"figure": "queue_waiting"}, (6, 0, 6, 3)),
    ("k3", "kpi", {"figure": "services_up"}, (12, 0, 6, 3)),
    ("k4", "kpi", {"figure": "alerts_open"}, (18, 0, 6, 3)),
    ("vc", "vc_grid", {}, (0, 3, 15, 6)),
    ("alerts", "alert_feed", {"limit": 6}, (15, 3, 9, 6)),
    ("queue", "queue_board", {}, (0, 9, 7, 5)),
    ("trend", "trend", {"kind": "queue", "metric": "waiting", "compare": "week"}, (7, 9, 6, 5)),
    ("services", "service_status", {}, (13, 9, 6, 5)),
    ("fresh", "freshness", {}, (19, 9, 5, 5)),
]


def widgets() -> list[dict[str, Any]]:
    names = ("x", "y", "w", "h")
    return [
        {"id": key, "kind": kind, "options": options, "place": dict(zip(names, place, strict=True))}
        for key, kind, options, place in WIDGETS
    ]


def payloads(now: datetime, names: dict[str, list[str]] | None = None, *, night: bool = False) -> dict[str, Any]:
    """The payload of every widget of the scene; `names` gives real commune names where a reader wants them."""
    alerts = {} if night else _alerts(now)
    vc = _vc(names or {}, night=night)
    totals = vc["totals"]
    queue = _queue(now, night=night)
    kpis = {
        "k1": ("vc_online", *((None, None) if night else (totals["ok"] + totals["warning"], vc["of"])), "critical"),
        "k2": ("queue_waiting", None if night else queue["totals"]["waiting"], None, "warning"),
        "k3": ("services_up", 10, 11, "warning"),
        "k4": ("alerts_open", len(alerts), None, "critical"),
    }
    severity = {"k1": "closed", "k2": "closed", "k4": "ok"} if night else {}
    shared = {
        "org": {"code": "hg", "name": "Tỉnh Hà Giang"},
        "state": "live",
        "simulated": True,
        "as_of": now.isoformat(),
    }
    figures: dict[str, Any] = {
        key: {
            "figure": figure,
            "value": value,
            "total": total,
            "severity": severity.get(key, colour),
            "reason": None,
            "reporting": {"heard": 1, "expected": 1},
        }
        for key, (figure, value, total, colour) in kpis.items()
    }
    figures |= {
        "vc": vc,
        "alerts": {"alerts": alerts, "counts": _counts(alerts)},
        "queue": queue,
        "trend": _trend(now),
        "services": _services(now),
        "fresh": _fresh(now, totals),
    }
    return {key: shared | figure for key, figure in figures.items()}


def _vc(names: dict[str, list[str]], *, night: bool) -> dict[str, Any]:
    own = {f"hg/p{n}": _site(f"Điểm cầu tỉnh {n}", "Tỉnh Hà Giang", "ok", night) for n in range(1, 5)}
    areas = {"hg": maps.area("Tỉnh Hà Giang", "province", maps.PLACES["hg"], own, own=True)}
    for code, (name, _lat, _lon, count) in DISTRICTS.items():
        communes = names.get(code) or [f"Xã {name.split(' ', 1)[1]} {n}" for n in range(1, count + 1)]
        sites = {
            f"{code}.{n}": _site(commune, commune, TROUBLED.get(code, {}).get(n, "ok"), night)
            for n, commune in enumerate(communes)
        }
        areas[code] = maps.area(name, "district", maps.PLACES[code], sites)
    return maps.grid(maps.HA_GIANG["columns"], maps.HA_GIANG["rows"], areas)


def _site(name: str, org_name: str, health: str, night: bool) -> dict[str, Any]:
    if night and health not in ("none", "pending"):
        health = "closed"
    cause = "loss_rx_pct" if health == "warning" else None
    return {"name": name, "org_name": org_name, "health": health, "in_call": False, "cause": cause, "source": "vc1"}


def _alerts(now: datetime) -> dict[str, Any]:
    rows = [
        ("critical", "firing", "Điểm cầu Xã Bản Díu: mất kết nối", "Xã Bản Díu", 14, None),
        ("warning", "firing", "Một cửa Thành phố Hà Giang: chờ quá 30 phút", "Thành phố Hà Giang", 8, None),
        ("warning", "acknowledged", "Điểm cầu Mèo Vạc: gói tin mất 6%", "Huyện Mèo Vạc", 65, "Trực ban 1"),
        ("critical", "firing", "Cầu truyền hình MCU 2: ổ đĩa 94%", "Tỉnh Hà Giang", 2, None),
        ("warning", "firing", "Đường truyền Hoàng Su Phì: trễ 310 ms", "Huyện Hoàng Su Phì", 30, None),
        ("info", "firing", "Chứng thư của Cổng dịch vụ công còn 20 ngày", "Tỉnh Hà Giang", 900, None),
    ]
    return {
        str(n): {
            "id": n,
            "rule": "rule-1",
            "severity": severity,
            "state": state,
            "org": "hg",
            "org_name": org,
            "kind": "vc",
            "source": "vc1",
            "source_name": None,
            "title": title,
            "since": (now - timedelta(minutes=minutes)).isoformat(),
            "fired_at": now.isoformat(),
            "owner": owner,
            "acknowledged_by": owner,
            "acknowledged_at": owner and (now - timedelta(minutes=minutes - 3)).isoformat(),
            "acknowledged_until": owner and (now + timedelta(minutes=415)).isoformat(),
            "level": 0,
            "simulated": True,
        }
        for n, (severity, state, title, org, minutes, owner) in enumerate(rows, 1)
    }


def _counts(alerts: dict[str, Any]) -> dict[str, int]:
    found = Counter(alert["severity"] for alert in alerts.values())
    open_ones = sum(1 for alert in alerts.values() if alert["acknowledged_by"] is None)
    return {kind: found[kind] for kind in ("critical", "warning", "info")} | {"unacknowledged": open_ones, "muted": 0}


def _queue(now: datetime, *, night: bool) -> dict[str, Any]:
    names = {"hg": "Trung tâm phục vụ hành chính công tỉnh"} | {
        code: f"Một cửa {name.removeprefix('Huyện ')}" for code, (name, *_rest) in DISTRICTS.items()
    }
    centres = {}
    for n, (code, name) in enumerate(names.items()):
        health = "closed" if night else {2: "warning", 5: "offline", 7: "warning"}.get(n, "ok")
        cause = {2: "longest_wait_s", 7: "paper"}.get(n) if health == "warning" else None
        centres[f"{code}/mot-cua"] = {
            "name": name,
            "org_name": name,
            "health": health,
            "cause": cause,
            "why": {"longest_wait_s": "metric.queue.longest_wait_s", "paper": "alert.said.queue.paper.low"}.get(cause),
            "waiting": 4 + n * 3 % 17,
            "serving": 3,
            "open_counters": 5,
            "issued_today": 40 + n,
            "served_today": 31 + n,
            "longest_wait_s": 2280 if n == 2 else 200 + 70 * n,
            "avg_wait_s": 300.0,
            "as_of": now.isoformat(),
            "desks": {str(d): {"ticket_no": f"A{100 + d + n}", "since": now.isoformat()} for d in range(1, 6)},
        }
    totals = {
        key: sum(c[key] for c in centres.values()) for key in ("waiting", "serving", "issued_today", "served_today")
    }
    worst = sorted(centres, key=lambda key: ("offline", "warning", "ok", "closed").index(centres[key]["health"]))[:8]
    return {"centres": centres, "worst": worst, "totals": totals | {"reporting": {"heard": 11, "expected": 12}}}


def _trend(now: datetime) -> dict[str, Any]:
    end = int(now.timestamp() * 1000) // 300_000 * 300_000
    steps = range(-144, 1)

    def wave(shift: float) -> list[list[float | None]]:
        return [
            [end + n * 300_000, round(60 + 40 * math.sin(n / 22 + shift) + 6 * math.sin(n * 1.7), 1)] for n in steps
        ]

    return {"metric": "waiting", "unit": "", "points": wave(0.4), "previous": wave(0.1), "sources": 12}


def _services(now: datetime) -> dict[str, Any]:
    services = {
        f"hg/s{n}": {
            "name": name,
            "org_name": "Tỉnh Hà Giang",
            "health": {5: "warning", 7: "offline"}.get(n, "ok"),
            "cause": "latency_ms" if n == 5 else None,
            "up": n != 7,
            "latency_ms": 80 + 37 * n,
            "as_of": now.isoformat(),
        }
        for n, name in enumerate(SERVICES)
    }
    links = {
        f"{code}/l": {
            "name": f"Kênh {name}",
            "org_name": name,
            "health": "warning" if n == 7 else "ok",
            "cause": None,
            "up": True,
            "latency_ms": None,
            "as_of": now.isoformat(),
            "loss_pct": 4 if n == 7 else 0,
            "rtt_ms": 12 + n,
        }
        for n, (code, (name, *_rest)) in enumerate(DISTRICTS.items())
    }
    totals = {"services": {"up": 10, "of": 11}, "links": {"up": 11, "of": 11}}
    return {"services": services, "links": links, "totals": totals}


def _fresh(now: datetime, vc: dict[str, int]) -> dict[str, Any]:
    empty = dict.fromkeys(("ok", "warning", "critical", "offline", "stale", "closed", "unknown", "pending"), 0)
    of = sum(count for kind, count in vc.items() if kind not in ("none", "pending"))
    kinds = {
        "vc": empty | {kind: count for kind, count in vc.items() if kind in empty} | {"of": of},
        "queue": empty | {"ok": 9, "warning": 2, "offline": 1, "of": 12},
        "service": empty | {"ok": 9, "warning": 1, "offline": 1, "of": 11},
        "link": empty | {"ok": 10, "warning": 1, "of": 11},
    }
    oldest = {
        f"hg/vc/v{n}": {
            "name": f"Điểm cầu Xã Nàn Ma {n}",
            "org_name": "Xã Nàn Ma",
            "health": "stale" if n else "offline",
            "as_of": (now - timedelta(minutes=90 - 10 * n)).isoformat(),
        }
        for n in range(6)
    }
    ingest = {"received": 1_284_551, "stored": 1_284_540, "quarantined": 11, "refused": 0}
    return {"kinds": kinds, "oldest": oldest, "ingest": ingest}
