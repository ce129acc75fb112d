"""The stage in a crisis: two lines, thirty endpoints, a portal, a certificate, five queues, under the longest names."""

from datetime import timedelta
from typing import Any

from tests.web.screens.conftest import MORNING
from tests.web.screens.one_stop import OneStop
from tests.web.screens.province import DISTRICTS
from tests.web.screens.stage import Stage
from tests.web.screens.test_console import source

CENTRE = "Bộ phận Tiếp nhận và Trả kết quả giải quyết thủ tục hành chính huyện Hoàng Su Phì"
PORTAL = "Hệ thống thông tin giải quyết thủ tục hành chính tỉnh Tuyên Quang"
SECRETARIAT = "Văn phòng Đoàn đại biểu Quốc hội và Hội đồng nhân dân tỉnh Tuyên Quang"


def in_crisis(stage: Stage) -> OneStop:
    """Alerts, sources and dossiers for the pages people work at, an administrator before them."""
    assert stage.me is not None
    stage.me["role"] = "admin"
    stage.alerts = {str(n): one for n, one in enumerate(alerts(), 1)}
    stage.payloads["alerts"] |= {"alerts": stage.alerts}
    stage.sources = sources()
    stage.figures = [figure_entry(1), figure_entry(2)]
    stage.unknown = [
        {"topic": "thiet-bi/may-phat-so/trung-tam-phuc-vu-hanh-chinh-cong/trang-thai", "n": 1_204,
         "last_seen": MORNING.isoformat(), "payload": '{"hang_cho": 12, "quay_mo": 4}', "proposal": "[[map]]"},
    ]  # fmt: skip
    return OneStop(stage).mount()


def alerts() -> list[dict[str, Any]]:
    places = [name for name, *_rest in DISTRICTS.values()]
    told = [
        ("critical", f"Cáp quang {places[1].lower()} – tỉnh: mất liên lạc (mất gói 100 %)", places[1], None),
        ("critical", f"Cáp quang {places[3].lower()} – tỉnh: mất liên lạc (mất gói 100 %)", places[3], None),
        ("critical", f"{PORTAL}: không đáp ứng", "Tỉnh Hà Giang", "Nguyễn Hoàng Phương Thảo"),
        ("critical", "Chứng thư số của Cổng Dịch vụ công quốc gia còn 5 ngày (ngưỡng 7 ngày)", SECRETARIAT, None),
        *(("warning", f"{CENTRE}: chờ lâu nhất {40 + n} phút, vượt ngưỡng 30 phút", CENTRE, None) for n in range(5)),
        *(("warning", f"Điểm cầu xã Thượng Sơn {n}: mất kết nối", places[n % 11], None) for n in range(30)),
    ]
    return [_alert(n, *one) for n, one in enumerate(told, 1)]


def _alert(n: int, severity: str, title: str, place: str, taker: str | None) -> dict[str, Any]:
    since = MORNING - timedelta(minutes=3 * n)
    taken = taker and (since + timedelta(minutes=2)).isoformat()
    return {
        "id": n, "rule": "link-down", "severity": severity, "state": "acknowledged" if taker else "firing",
        "org": "hg", "org_name": place, "kind": "vc", "source": "vc1", "source_name": title.partition(":")[0],
        "title": title, "since": since.isoformat(), "fired_at": since.isoformat(), "owner": taker,
        "acknowledged_by": taker, "acknowledged_at": taken, "level": n % 3, "simulated": True,
        "acknowledged_until": taker and (MORNING + timedelta(minutes=50)).isoformat(),
        "due_at": (MORNING + timedelta(minutes=30 - n)).isoformat(), "accountable": SECRETARIAT,
        "history": [{"at": since.isoformat(), "what": "fired", "actor": "engine", "comment": None, "detail": {}}],
        "notifications": [{"id": n, "receiver": "truc-ca-ngay", "channel": "sms", "what": "fired", "state": "delivered",
                           "delivered_at": since.isoformat(), "deliveries": []}],
    }  # fmt: skip


def sources() -> list[dict[str, Any]]:
    healths = ("offline", "critical", "warning", "stale", "unknown", "ok", "closed", "maintenance", "pending")
    names = (PORTAL, CENTRE, SECRETARIAT, "Điểm cầu xã Thượng Sơn", "Cáp quang huyện Hoàng Su Phì – tỉnh")
    kinds = ("service", "queue", "vc", "vc", "link")
    return [
        source(names[n % 5], kinds[n % 5], healths[n % 9], source=f"nguon-{n}", org_name=names[(n + 1) % 3],
               simulated=True, metrics={"waiting": 31, "longest_wait_s": 3_180, "rtt_ms": 23.4})
        for n in range(70)
    ]  # fmt: skip


def figure_entry(n: int) -> dict[str, Any]:
    return {
        "id": n, "org": "hg.ttpvhcc", "source": "chi-so-cai-cach-hanh-chinh", "period": "2026-Q3", "state": "entered",
        "current": False, "corrects": None, "values": {"par_index": 83.8051, "par_index_rank": 37}, "note": SECRETARIAT,
        "entered_by": "can.bo.tong.hop", "entered_at": MORNING.isoformat(), "decided_by": None, "decided_at": None,
    }  # fmt: skip
