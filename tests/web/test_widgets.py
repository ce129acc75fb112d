"""Widgets: figures that add up, unknown that is never 0, closed that is never red, simulated that says so."""

from typing import Any

import pytest

from ioc.core.model import Health, SourceKey
from ioc.core.registry import scan
from ioc.live.deltas import Patch
from ioc.metrics import Point
from ioc.platform.db.tables import conference, desk, role_beat
from ioc.platform.db.tables import source as source_table
from tests.web.conftest import KIOSKS, NORTH, SATURDAY, SOUTH, Province, add_source, raise_alert, tell_dossier
from tests.web.counting import get
from web.sight import Moment
from web.subject import Request, subject
from web.widgets import trend as trend_widget

HOUR = 3_600_000


def payload(province: Province, widget: str, /, **options: Any) -> dict[str, Any]:
    site = province.site
    wanted = subject(site.widgets, Request("w", widget, options), site.orgs.scope(None), "hg")
    return wanted.snapshot(Moment(site.world, site.facts.value, site.clock.now_ms()))


@pytest.mark.parametrize("kind", sorted(scan("web.widgets")))
def test_every_widget_opens_with_where_how_sure_and_as_of_when(province: Province, kind: str) -> None:
    options = {"kpi": {"figure": "vc_online"}, "trend": {"kind": "queue", "metric": "waiting"}}.get(kind, {})
    shown = payload(province, kind, **options)
    assert shown["org"] == {"code": "hg", "name": "Tỉnh Hà Giang"}
    assert shown["state"] in ("live", "stale", "unknown")
    assert shown["simulated"] is False
    assert shown["as_of"] is None or shown["as_of"].endswith("+07:00")


def test_a_queue_board_adds_up_and_shows_its_counters(province: Province) -> None:
    province.say(KIOSKS[NORTH], waiting=5, serving=2, issued_today=20, served_today=15)
    province.say(KIOSKS[SOUTH], waiting=7, serving=1)
    with province.db.write() as conn:
        conn.execute(desk.insert(), [
            {"source_id": 1, "counter_id": "1", "opened_at": SATURDAY - HOUR, "closed_at": SATURDAY - 2 * HOUR,
             "ticket_no": "A012", "ticket_at": SATURDAY},
            {"source_id": 1, "counter_id": "2", "opened_at": SATURDAY - 2, "closed_at": SATURDAY - 1,
             "ticket_no": "A011", "ticket_at": SATURDAY - 2},
            {"source_id": 1, "counter_id": "3", "opened_at": SATURDAY - 20 * HOUR, "closed_at": None,
             "ticket_no": "A099", "ticket_at": SATURDAY - 18 * HOUR},
        ])  # fmt: skip
    province.reload()
    shown = payload(province, "queue_board")
    assert shown["totals"] == {"waiting": 12, "serving": 3, "issued_today": 20, "served_today": 15,
                               "reporting": {"heard": 2, "expected": 2}}  # fmt: skip
    centre = shown["centres"][f"{NORTH}/kiosk-1"]
    assert centre["org_name"] == "Huyện Đồng Văn"
    assert centre["desks"] == {"1": {"ticket_no": "A012", "since": "2026-11-21T10:00:00+07:00"}}
    assert payload(province, "queue_board", org=SOUTH)["totals"]["waiting"] == 7


def test_a_queue_board_names_the_worst_eight_first(province: Province) -> None:
    many = [SourceKey(NORTH, "queue", f"quay-{n}") for n in range(12)]
    for n, key in enumerate(many):
        add_source(province, key)
        province.say(key, waiting=1, longest_wait_s=1_000 if n == 5 else 7_000 if n == 9 else 400 * (n == 2))
    left = KIOSKS[SOUTH]
    province.site.world.merge([Patch(left, {}, {}, (province.clock.now_ms(), False), province.clock.now_ms())])
    add_source(province, SourceKey(NORTH, "queue", "la"), status="pending")
    shown = payload(province, "queue_board")
    assert len(shown["centres"]) == 15
    assert len(shown["worst"]) == 8
    grave = [f"{NORTH}/quay-9", f"{SOUTH}/kiosk-1", f"{NORTH}/quay-5"]
    assert shown["worst"][:4] == [*grave, f"{NORTH}/quay-2"], "critical, gone, warning, then who waits longest"
    assert shown["centres"][f"{NORTH}/quay-9"]["parent_name"] is None
    add_source(province, SourceKey("hg.dong-van.lung-cu", "queue", "xa"))
    assert payload(province, "queue_board")["centres"]["hg.dong-van.lung-cu/xa"]["parent_name"] == "Huyện Đồng Văn"


def test_a_queue_board_says_in_words_what_is_wrong_with_a_kiosk(province: Province) -> None:
    now = province.clock.now_ms()
    printer = Patch(KIOSKS[NORTH], {"waiting": (now, 1)}, {"paper": (now, "low")}, None, now)
    province.site.world.merge([printer])
    province.say(KIOSKS[SOUTH], waiting=3, longest_wait_s=4_000)
    centres = payload(province, "queue_board")["centres"]
    found = {name: centres[f"{name}/kiosk-1"]["why"] for name in (NORTH, SOUTH)}
    assert found == {NORTH: "alert.said.queue.paper.low", SOUTH: "metric.queue.longest_wait_s"}


def test_what_is_silent_is_unknown_and_never_zero(province: Province) -> None:
    province.clock.advance(600)
    shown = payload(province, "queue_board")
    assert shown["state"] == "stale"
    assert shown["totals"]["waiting"] is None
    assert payload(province, "kpi", figure="queue_waiting")["value"] is None
    assert payload(province, "kpi", figure="vc_online")["severity"] == "critical"


def test_what_was_never_heard_is_unknown(province: Province) -> None:
    add_source(province, SourceKey("hg.bac-quang.vinh-tuy", "service", "mail"))
    shown = payload(province, "kpi", figure="services_up", org="hg.bac-quang.vinh-tuy")
    assert (shown["state"], shown["value"], shown["severity"]) == ("unknown", None, "unknown")
    assert shown["reporting"] == {"heard": 0, "expected": 1}
    nothing = payload(province, "kpi", figure="services_up", org=NORTH)
    assert (nothing["state"], nothing["value"], nothing["severity"]) == ("unknown", None, "unknown")


def test_closed_is_neither_red_nor_counted(province: Province) -> None:
    key = SourceKey(NORTH, "queue", "day-shift")
    add_source(province, key, hours="07:30-09:00")
    province.say(key, waiting=3)
    shown = payload(province, "queue_board", org=NORTH)
    assert shown["centres"][f"{NORTH}/day-shift"]["health"] == "closed"
    assert shown["totals"]["reporting"]["expected"] == 1
    assert payload(province, "freshness")["kinds"]["queue"]["closed"] == 1


def test_closed_shows_what_it_says_until_it_falls_silent_and_sums_nothing(province: Province) -> None:
    key = SourceKey(NORTH, "queue", "day-shift")
    add_source(province, key, hours="07:30-09:00")
    before = payload(province, "queue_board", org=NORTH)["totals"]
    province.say(key, waiting=3)
    shown = payload(province, "queue_board", org=NORTH)
    assert (shown["centres"][f"{NORTH}/day-shift"]["waiting"], shown["totals"]) == (3, before)
    province.clock.advance(600)
    assert payload(province, "queue_board", org=NORTH)["centres"][f"{NORTH}/day-shift"]["waiting"] is None


def test_every_kind_has_something_to_show_without_options(province: Province) -> None:
    for kind in province.site.widgets:
        assert payload(province, kind)["state"] in ("live", "stale", "unknown"), kind


def test_all_closed_is_the_figure_closed(province: Province) -> None:
    with province.db.write() as conn:
        conn.execute(source_table.update().values(hours="07:30-09:00"))
    province.reload()
    shown = payload(province, "kpi", figure="queue_waiting")
    assert (shown["value"], shown["severity"], shown["state"]) == (None, "closed", "live")


def test_the_grid_has_a_cell_a_site_and_tells_none_from_lost(province: Province) -> None:
    province.say(SourceKey("hg.dong-van.lung-cu", "vc", "cau-1"), in_call=True)
    shown = payload(province, "vc_grid")
    assert list(shown["areas"]) == [SOUTH, NORTH] or set(shown["areas"]) == {NORTH, SOUTH}
    south = shown["areas"][SOUTH]["sites"]
    assert south["hg.bac-quang.vinh-tuy"]["health"] == "none"
    assert south[f"{SOUTH}/cau-2"]["health"] == "ok"
    assert shown["areas"][NORTH]["sites"]["hg.dong-van.lung-cu/cau-1"]["in_call"] is True
    assert shown["of"] == 2
    assert shown["totals"]["none"] == 1
    assert sum(shown["totals"][health] for health in Health) == shown["of"]


def test_a_grid_of_one_district_begins_with_its_own_points(province: Province) -> None:
    shown = payload(province, "vc_grid", org=SOUTH)
    assert next(iter(shown["areas"])) == SOUTH
    assert shown["areas"][SOUTH]["own"] is True
    assert list(shown["areas"][SOUTH]["sites"]) == [f"{SOUTH}/cau-2"]


def test_services_and_links_say_up_down_or_unknown(province: Province) -> None:
    portal, line = SourceKey("hg", "service", "portal"), SourceKey(SOUTH, "link", "cap-1")
    province.say(portal, up=False, latency_ms=120)
    shown = payload(province, "service_status")
    assert shown["services"]["hg/portal"]["up"] is False
    assert shown["services"]["hg/portal"]["cause"] == "up"
    assert shown["totals"] == {
        "services": {"up": 0, "of": 1, "critical": 1, "warning": 0},
        "links": {"up": 1, "of": 1, "critical": 0, "warning": 0},
    }
    kpi = payload(province, "kpi", figure="services_up")
    assert (kpi["value"], kpi["total"], kpi["severity"]) == (0, 1, "critical")
    assert kpi["reason"] == {"key": "ui.kpi.down", "params": {"name": "service hg", "n": 1}}
    province.clock.advance(600)
    assert payload(province, "service_status")["links"][f"{line.org}/cap-1"]["up"] in (None, False)


def test_what_is_down_says_whose_trouble_it_is_while_it_is_down(province: Province) -> None:
    line = SourceKey(SOUTH, "link", "cap-1")
    now = province.clock.now_ms()
    province.site.world.merge([Patch(line, {"up": (now, False)}, {"cause": (now, "electricity")}, None, now)])
    assert payload(province, "service_status")["links"][f"{SOUTH}/cap-1"]["blame"] == "electricity"
    province.site.world.merge([Patch(line, {"up": (now + 1, True)}, {"cause": (now + 1, "")}, None, now + 1)])
    assert payload(province, "service_status")["links"][f"{SOUTH}/cap-1"]["blame"] is None


def test_the_feed_puts_what_nobody_took_first(province: Province) -> None:
    taken = raise_alert(province, KIOSKS[NORTH], state="acknowledged", acknowledged_by="mai")
    new = raise_alert(province, KIOSKS[SOUTH], severity="warning", fingerprint="b")
    with province.db.write() as conn:
        conn.execute(role_beat.insert().values(role="alerts", at=SATURDAY, ok=True, detail={}))
    province.reload()
    shown = payload(province, "alert_feed")
    assert list(shown["alerts"]) == [str(new), str(taken)]
    counts = {"critical": 1, "warning": 1, "info": 0, "unacknowledged": 1, "muted": 0, "resolved_unseen": 0}
    assert shown["counts"] == counts
    assert shown["alerts"][str(new)]["title"] == {"key": "alert.offline", "params": {"name": str(KIOSKS[SOUTH])}}
    assert shown["alerts"][str(new)]["source_name"] == f"queue {SOUTH}"
    assert shown["state"] == "live"
    aside = raise_alert(province, KIOSKS[SOUTH], state="shelved", fingerprint="c")
    assert payload(province, "alert_feed")["counts"] == counts | {"muted": 1}, "counted, announced nowhere"
    assert str(aside) not in payload(province, "alert_feed")["alerts"]
    assert list(payload(province, "alert_feed", limit=1)["alerts"]) == [str(new)]
    assert list(payload(province, "alert_feed", severity=["critical"])["alerts"]) == [str(taken)]
    province.clock.advance(60)
    province.reload()
    assert payload(province, "alert_feed")["state"] == "stale"
    kpi = payload(province, "kpi", figure="alerts_open")
    assert (kpi["value"], kpi["severity"]) == (2, "critical")


def test_meetings_are_those_announced_and_those_seen(province: Province) -> None:
    with province.db.write() as conn:
        conn.execute(conference.insert(), [
            {"org": "hg", "conference_id": "giao-ban", "starts_at": SATURDAY - HOUR, "ends_at": SATURDAY + HOUR,
             "expected": [], "changed_at": 1, "cancelled_at": None},
            {"org": "hg", "conference_id": "da-huy", "starts_at": SATURDAY - HOUR, "ends_at": SATURDAY + HOUR,
             "expected": [], "changed_at": 1, "cancelled_at": SATURDAY},
        ])  # fmt: skip
    province.reload()
    assert payload(province, "kpi", figure="meetings")["value"] == 1


def test_dossiers_overdue_out_of_those_open(province: Province) -> None:
    tell_dossier(province, "a", due_at=SATURDAY - 1)
    tell_dossier(province, "b", due_at=SATURDAY + HOUR)
    province.reload()
    shown = payload(province, "kpi", figure="dossiers_overdue")
    assert (shown["value"], shown["total"], shown["severity"]) == (1, 2, "warning")
    south = payload(province, "kpi", figure="dossiers_overdue", org=SOUTH)
    assert (south["value"], south["total"]) == (0, 0), "the province's system tells of the south too: it has none"


def test_freshness_names_the_longest_silent(province: Province) -> None:
    province.clock.advance(600)
    province.say(KIOSKS[NORTH], waiting=1)
    shown = payload(province, "freshness")
    assert shown["kinds"]["queue"]["of"] == 2
    assert shown["kinds"]["queue"]["ok"] == 1
    assert str(KIOSKS[SOUTH]) in shown["oldest"]
    assert shown["ingest"] == {"received": 0, "stored": 0, "quarantined": 0, "refused": 0}
    assert payload(province, "freshness", org=NORTH)["ingest"] is None


def test_one_simulated_source_marks_the_whole_figure(province: Province) -> None:
    add_source(province, SourceKey(NORTH, "queue", "gia"), simulated=True)
    assert payload(province, "queue_board")["simulated"] is True
    assert payload(province, "queue_board", org=SOUTH)["simulated"] is False


def test_a_sum_of_many_does_not_sink_while_some_have_not_spoken_yet(province: Province) -> None:
    """A value stands for its own bucket and the next; after that it is not known."""
    site = province.site
    wanted = subject(
        site.widgets, Request("w", "trend", {"kind": "queue", "metric": "waiting"}), site.orgs.scope(None), "hg"
    )
    spoke: list[Point] = [(0, 5.0), (600_000, 6.0), (1_200_000, None), (1_800_000, None)]
    silent: list[Point] = [(0, 2.0), (600_000, None), (1_200_000, None), (1_800_000, None)]
    shown = wanted.snapshot(Moment(site.world, site.facts.value, site.clock.now_ms()), [spoke, silent])
    assert [value for _, value in shown["points"]] == [7.0, 8.0, None, None]
    assert shown["incomplete"] == [[1_200_000, 6.0, 1, 2]]


def trend(province: Province, lists: list[list[Point]], **options: Any) -> dict[str, Any]:
    site = province.site
    request = Request("w", "trend", {"kind": "queue", "metric": "waiting"} | options)
    wanted = subject(site.widgets, request, site.orgs.scope(None), "hg")
    return wanted.snapshot(Moment(site.world, site.facts.value, site.clock.now_ms()), lists)


def values(shown: dict[str, Any]) -> list[float | None]:
    return [value for _, value in shown["points"]]


HOUR = 3_600_000
HOURS = [SATURDAY - ago * HOUR for ago in range(4, 0, -1)]
FORTY_GONE: list[list[Point]] = [
    [(at, 10.0) for at in HOURS],
    [(at, 40.0 if at < HOURS[2] else None) for at in HOURS],
]


def test_a_sum_that_lacks_somebody_is_a_hole_and_says_who_was_heard(province: Province) -> None:
    """Two kiosks, 10 and 40, and the 40 goes silent: 50 does not fall to 10."""
    province.clock.advance(600)
    province.say(KIOSKS[NORTH], waiting=10)
    shown = trend(province, FORTY_GONE, agg="sum", hours=144)
    assert values(shown) == [50.0, 50.0, None, None]
    assert shown["incomplete"] == [[HOURS[2], 10.0, 1, 2], [HOURS[3], 10.0, 1, 2]]
    assert shown["reporting"] == {"heard": 1, "expected": 2}
    assert payload(province, "kpi", figure="queue_waiting")["value"] == 10
    assert payload(province, "kpi", figure="queue_waiting")["reporting"] == {"heard": 1, "expected": 2}
    assert payload(province, "queue_board")["totals"]["reporting"] == {"heard": 1, "expected": 2}
    whole = get(province, "/orgs/hg")["reporting"]
    assert (whole["expected"], whole["heard"]) == (6, 1), "all others are silent too"


def test_a_sum_of_more_sources_than_are_read_is_no_sum(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trend_widget, "_MOST_READ", 1)
    for kiosk in KIOSKS.values():
        province.say(kiosk, waiting=10)
    shown = trend(province, FORTY_GONE[:1], agg="sum", hours=144)
    assert values(shown) == [None] * 4
    assert shown["incomplete"] == [[at, 10.0, 1, 2] for at in HOURS]
    assert (shown["sources"], shown["reporting"]) == (2, {"heard": 2, "expected": 2})


def test_a_mean_stays_and_says_of_how_many_it_is(province: Province) -> None:
    shown = trend(province, FORTY_GONE, metric="avg_wait_s", agg="mean", hours=144)
    assert values(shown)[:2] == [25.0, 25.0]
    lone = trend(province, [FORTY_GONE[0], [(at, None) for at in HOURS]], metric="avg_wait_s", agg="max", hours=144)
    assert values(lone) == [10.0] * 4
    assert lone["incomplete"] == [], "it was first heard after all of them"


def test_who_is_closed_or_whose_contract_has_not_begun_is_not_missed(province: Province) -> None:
    key = SourceKey(NORTH, "queue", "day-shift")
    add_source(province, key, hours="07:30-09:00")
    closed: list[Point] = [(at, 5.0 if at < HOURS[2] else None) for at in HOURS]
    steady: list[Point] = [(at, 10.0) for at in HOURS]
    kiosks = [one.key for one in province.site.world.sources(province.site.orgs.scope(None), "queue")]
    shown = trend(province, [closed if kiosk == key else steady for kiosk in kiosks], agg="sum", hours=144)
    assert values(shown) == [25.0, 25.0, 20.0, 20.0]
    assert shown["incomplete"] == []
