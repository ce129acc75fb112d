"""A payload of the incident widget for the pages: a cut line that nobody has, what somebody took, and many alike."""

from datetime import datetime, timedelta
from typing import Any

NAMES = ("Lũng Cú", "Má Lé", "Lũng Táo", "Phố Là", "Thài Phìn Tủng", "Sủng Là", "Xà Phìn", "Tả Phìn", "Tả Lủng",
         "Phố Cáo", "Sính Lủng", "Sảng Tủng", "Lũng Thầu", "Hố Quáng Phìn", "Vần Chải", "Lũng Phìn",
         "Sủng Trái")  # fmt: skip


def payload(now: datetime) -> dict[str, Any]:
    """A crisis: 17 endpoints behind one line, 4 scattered; a line and 4 endpoints nobody has, a portal taken."""

    def at(minutes: float) -> str:
        return (now - timedelta(minutes=minutes)).isoformat()

    line = _row(7, "critical", "open", None, at(3), _cause("hg.dong-van", "link", "Cáp quang huyện Đồng Văn – tỉnh"))
    line |= {
        "n": 17, "of": 17, "hit": [{"kind": "vc", "n": 17, "of": 17}],
        "next_step": {"at": at(-12), "step": 2, "receivers": ["Lãnh đạo trực"]},
    }  # fmt: skip
    portal = _row(8, "critical", "taken", "Nguyễn Thị Minh Nguyệt", at(4), _cause("hg", "service", "Cổng dịch vụ công"))
    portal |= {"taken_at": at(1), "n": 1, "of": 11, "hit": [{"kind": "service", "n": 1, "of": 11}]}
    return {
        "org": {"code": "hg", "name": "Tỉnh Hà Giang"}, "state": "live", "simulated": True, "as_of": now.isoformat(),
        "crisis": True,
        "sentence": [
            _part("critical", "begin", n=2, untaken=1),
            _part("lost", "begin", n=21, of=204),
            _part("behind_one", "because", n=17, lines=1, names="Đồng Văn"),
            _part("scattered.district", "and", n=4, areas=3),
        ],
        "incidents": {"7": line, "8": portal},
        "groups": {"9": _group(at(2))},
        "counts": {"open": 6, "untaken": 5, "taken": 1, "critical": 2, "critical_untaken": 1},
        "critical_untaken": [7],
        "takeover": {"id": 7, "fired_at": at(2.5), "until": at(-2.5)},
        "full": line | _detail(at),
        "totals": {"lost": 21, "of": 204, "behind": 17, "scattered": 4},
    }  # fmt: skip


def taken(owner: str) -> dict[str, Any]:
    """The patch once somebody took the line."""
    row = {"state": "taken", "owner": owner, "next_step": None}
    return {"takeover": None, "full": None, "incidents": {"7": row}, "critical_untaken": []}


def _part(what: str, joint: str, **params: Any) -> dict[str, Any]:
    return {"what": what, "tone": "bad", "joint": joint, "params": params}


def _cause(org: str, kind: str, name: str) -> dict[str, Any]:
    place = "Huyện Đồng Văn" if org == "hg.dong-van" else "Tỉnh Hà Giang"
    return {"org": org, "org_name": place, "parent_name": "Hà Giang", "place": place, "kind": kind, "source": "s",
            "source_name": name}  # fmt: skip


def _row(number: int, severity: str, state: str, owner: str | None, since: str, cause: Any) -> dict[str, Any]:
    return {"id": number, "severity": severity, "state": state, "owner": owner, "since": since, "taken_at": None,
            "title": {"key": "alert.offline", "params": {}}, "cause": cause, "alerts": 3, "n": 0, "of": 0, "hit": [],
            "affected": [], "next_step": None, "simulated": True}  # fmt: skip


def _group(since: str) -> dict[str, Any]:
    worst = [{"org": "hg.bac-quang", "name": "Bắc Quang", "n": 2}]
    return {"kind": "vc", "severity": "warning", "state": "open", "owner": None, "incidents": [9, 10, 11, 12],
            "title": {"key": "alert.offline", "params": {}}, "same": True, "since": since, "taken_at": None, "n": 4,
            "of": 187, "areas": {"sort": "district", "n": 3, "worst": worst}, "simulated": True}  # fmt: skip


def _detail(at: Any) -> dict[str, Any]:
    sources = [{"name": f"Điểm cầu xã {name}", "kind": "vc", "org_name": f"Xã {name}", "hit": True} for name in NAMES]
    log = [
        {"what": "began", "title": {"key": "alert.offline", "params": {}}, "at": at(3)},
        {"what": "fired", "seconds": 24, "at": at(2.6)},
        {"what": "message", "to": "Trực ca ngày", "channel": "sms", "state": "delivered", "at": at(2.5)},
    ]
    contacts = [
        {"of": "duty", "name": "Trực ca ngày", "phone": "0912345671", "until": at(-590)},
        {"of": "rule", "name": "Tổng đài nhà mạng", "phone": "0912345699", "contract": "HD-01/2026", "org_name": ""},
    ]
    last = {"id": 1, "ended_at": at(60_000), "owner": "mai", "recover_s": 12_000, "result": "Hàn nối tại Má Lé"}
    areas = [{"org": "hg.dong-van", "name": "Đồng Văn", "n": 17, "of": 17}]
    return {"sources": sources, "areas": areas, "map": _map(), "log": log, "contacts": contacts, "last_time": last}


def _map() -> dict[str, Any]:
    places = {
        "hg": ("Hà Giang", 1, 2), "hg.dong-van": ("Đồng Văn", 3, 0), "hg.meo-vac": ("Mèo Vạc", 3, 1),
        "hg.hoang-su-phi": ("Hoàng Su Phì", 0, 2),
    }  # fmt: skip
    tiles = [
        {"key": key, "name": name, "column": column, "row": row, "n": 17 * (key == "hg.dong-van"), "of": 17, "lost": 0,
         "due": 18}
        for key, (name, column, row) in places.items()
    ]  # fmt: skip
    return {"columns": 4, "rows": 3, "tiles": tiles, "line": {"from": "hg", "to": "hg.dong-van"}}
