"""A province for the walks over its figures: calm, with one silent source, and in trouble of every sort."""

from alerts.model import AlertState
from ioc.core.model import SourceKey
from ioc.platform.db.tables import alert, desk, role_beat
from tests.web.conftest import KIOSKS, NORTH, SATURDAY, SOUTH, Province, add_source, raise_alert, tell_dossier

DAY = 86_400_000
POINTS = [SourceKey(NORTH, "vc", f"diem-{n}") for n in range(8)]
SYSTEMS = [SourceKey("hg", "service", f"he-thong-{n}") for n in range(10)]
LINES = [SourceKey(SOUTH, "link", f"duong-{n}") for n in range(3)]
FEEDS = [SourceKey("hg", "feed", f"so-lieu-{n}") for n in range(4)]
ROLL_UPS = [SourceKey(code, "feed", "ho-so") for code in ("hg", NORTH, SOUTH)]
PENDING = SourceKey(NORTH, "vc", "moi")
RESTING = SourceKey(NORTH, "queue", "nghi")
UNSEEN = 11  # alerts that are over and that nobody has seen


def calm(province: Province) -> None:
    """All of them speak and are well."""
    for key in (*POINTS, *SYSTEMS, *LINES, *FEEDS, *ROLL_UPS):
        add_source(province, key)
    add_source(province, PENDING, status="pending")
    add_source(province, RESTING, hours="07:30-09:00")
    for n in range(6):
        tell_dossier(province, f"H22-{n}", due_at=SATURDAY + DAY, submission="online" if n % 2 else "post")
    with province.db.write() as conn:
        conn.execute(role_beat.insert().values(role="alerts", at=SATURDAY, ok=True, detail={}))
    everybody_speaks(province)
    province.reload()


def everybody_speaks(province: Province) -> None:
    for key in POINTS:
        province.say(key, in_call=True, loss_rx_pct=0)
    for key in (*SYSTEMS, SourceKey("hg", "service", "portal")):
        province.say(key, up=True, latency_ms=40)
    for key in (*LINES, SourceKey(SOUTH, "link", "cap-1")):
        province.say(key, up=True, loss_pct=0, rtt_ms=12)
    for key in KIOSKS.values():
        province.say(key, waiting=3, serving=1, open_counters=2, issued_today=40, served_today=30, longest_wait_s=300)
    for key in (*FEEDS, *ROLL_UPS):
        province.say(key, open_overdue=0)


def one_stale(province: Province) -> None:
    """One endpoint fell silent with its connection alive, an hour ago; it was in a call without loss."""
    calm(province)
    _silence(province, POINTS[0], online=True)


def crisis(province: Province) -> None:
    calm(province)
    for key in POINTS[:3]:
        _silence(province, key, online=False)
    _silence(province, POINTS[3], online=True)
    _forget(province, POINTS[4])
    province.say(POINTS[5], in_call=True, loss_rx_pct=3)
    province.say(SYSTEMS[0], up=False, latency_ms=0)
    province.say(SYSTEMS[1], up=True, cert_days_left=3)
    province.say(SYSTEMS[2], up=True, latency_ms=9_000)
    _silence(province, LINES[0], online=False)
    province.say(KIOSKS[NORTH], waiting=40, longest_wait_s=3222)  # 53.7 minutes
    with province.db.write() as conn:
        source_id = province.site.world.inventory.sources[KIOSKS[SOUTH]].id
        conn.execute(desk.insert().values(source_id=source_id, counter_id="1", opened_at=1, ticket_no="A012",
                                          ticket_at=SATURDAY))  # fmt: skip
    _silence(province, KIOSKS[SOUTH], online=False)
    for n in range(3):
        tell_dossier(province, f"H23-{n}", due_at=SATURDAY - DAY, submission="direct")
    tell_dossier(province, "H24", status=9, finished_at=SATURDAY - DAY, due_at=SATURDAY)
    _alerts(province)
    province.reload()


def _alerts(province: Province) -> None:
    raise_alert(province, KIOSKS[SOUTH])
    raise_alert(province, SYSTEMS[0], fingerprint="b")
    raise_alert(province, SYSTEMS[1], fingerprint="c", state="acknowledged", acknowledged_by="mai", severity="warning")
    for n, state in enumerate(AlertState):
        over = state in (AlertState.RESOLVED, AlertState.RESOLVED_UNSEEN, AlertState.CLOSED)
        row = {"fingerprint": f"s{n}", "state": state, "severity": "info", "open": not over}
        raise_alert(province, LINES[0], **row)
    with province.db.write() as conn:
        given = conn.execute(alert.select().where(alert.c.fingerprint == "b")).mappings().one()
        row = {name: value for name, value in given.items() if name != "id"}
        gone = [row | {"fingerprint": f"u{n}", "state": "resolved_unseen", "open": False} for n in range(UNSEEN)]
        conn.execute(alert.insert(), gone)


def _silence(province: Province, key: SourceKey, *, online: bool) -> None:
    """It said all well an hour ago, and nothing since; its last will came where it is not `online`."""
    then = province.clock.now_ms() - 3_600_000
    live = province.site.world.live[key]
    live.metrics = {name: (then, value) for name, (_, value) in live.metrics.items()}
    live.heard_at, live.online = then, (then, online)


def _forget(province: Province, key: SourceKey) -> None:
    province.site.world.live.pop(key)
