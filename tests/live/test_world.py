"""What the live state says about a source at a given moment."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from ioc.core.hours import Hours
from ioc.core.model import Health, SourceStatus
from ioc.domain.calendar import Calendars, DayKind, Special
from ioc.live.deltas import Delta, Patch
from ioc.live.world import Gap, World
from tests.live.worlds import ENDPOINT, KIOSK, LINE, PORTAL, inventory, kinds, source

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=HANOI).timestamp() * 1000)


FRIDAY_MORNING = at("2026-11-20T09:00")


def world(*patches: Patch) -> World:
    world = World(inventory(), kinds(), epoch="e")
    world.merge(patches)
    return world


def health(world: World, key: object, now: int) -> Health:
    return world.health(world.inventory.sources[key], now)


def state(key, t: int, **values: object) -> Patch:
    return Patch(key, {name: (t, value) for name, value in values.items()}, heard_at=t)


def test_a_source_never_heard_is_unknown_and_closed_outside_its_hours() -> None:
    assert health(world(), KIOSK, FRIDAY_MORNING) is Health.UNKNOWN
    assert health(world(), KIOSK, at("2026-11-20T12:00")) is Health.CLOSED
    assert health(world(), PORTAL, at("2026-11-20T23:00")) is Health.UNKNOWN


def test_silence_beyond_two_intervals_is_offline_and_a_living_connection_makes_it_stale() -> None:
    silent = world(state(KIOSK, FRIDAY_MORNING, waiting=3))
    assert health(silent, KIOSK, FRIDAY_MORNING + 120_000) is Health.OK
    assert health(silent, KIOSK, FRIDAY_MORNING + 120_001) is Health.OFFLINE
    connected = world(state(KIOSK, FRIDAY_MORNING, waiting=3), Patch(KIOSK, online=(FRIDAY_MORNING, True)))
    assert health(connected, KIOSK, FRIDAY_MORNING + 120_001) is Health.STALE


def test_a_last_will_counts_at_once() -> None:
    gone = world(state(KIOSK, FRIDAY_MORNING, waiting=3), Patch(KIOSK, online=(FRIDAY_MORNING + 5, False)))
    assert health(gone, KIOSK, FRIDAY_MORNING + 5) is Health.OFFLINE
    assert gone.offline_since(gone.inventory.sources[KIOSK], FRIDAY_MORNING + 9) == FRIDAY_MORNING + 5


def test_a_kiosk_switched_off_at_closing_is_no_outage_until_it_is_missed_on_monday() -> None:
    off = world(state(KIOSK, at("2026-11-20T16:59"), waiting=0), Patch(KIOSK, online=(at("2026-11-20T17:00"), False)))
    kiosk = off.inventory.sources[KIOSK]
    for moment in ("2026-11-20T17:00", "2026-11-21T09:00", "2026-11-22T23:00", "2026-11-23T07:29"):
        assert health(off, KIOSK, at(moment)) is Health.CLOSED
        assert off.offline_since(kiosk, at(moment)) is None
    assert health(off, KIOSK, at("2026-11-23T07:31")) is Health.UNKNOWN
    assert health(off, KIOSK, at("2026-11-23T07:33")) is Health.OFFLINE
    assert off.offline_since(kiosk, at("2026-11-23T07:45")) == at("2026-11-23T07:32")


@pytest.mark.parametrize(
    ("key", "values", "expected"),
    [
        (KIOSK, {"longest_wait_s": 1800}, (Health.OK, None)),
        (KIOSK, {"longest_wait_s": 1801}, (Health.WARNING, "longest_wait_s")),
        (KIOSK, {"longest_wait_s": 3600, "waiting": 3}, (Health.WARNING, "longest_wait_s")),
        (KIOSK, {"longest_wait_s": 3601, "waiting": 3}, (Health.CRITICAL, "longest_wait_s")),
        (ENDPOINT, {"loss_rx_pct": 6.0, "jitter_ms": 40}, (Health.CRITICAL, "loss_rx_pct")),
        (ENDPOINT, {"mos": 3.5}, (Health.WARNING, "mos")),
        (LINE, {"up": False}, (Health.CRITICAL, "up")),
        (PORTAL, {"up": True, "cert_days_left": 6}, (Health.CRITICAL, "cert_days_left")),
    ],
)
def test_figures_beyond_their_band_colour_the_source(key, values, expected) -> None:
    seen = world(state(key, FRIDAY_MORNING, **values))
    assert seen.verdict(seen.inventory.sources[key], FRIDAY_MORNING + 1_000) == expected


def test_words_count_too() -> None:
    seen = world(Patch(KIOSK, {}, {"paper": (FRIDAY_MORNING, "out")}, heard_at=FRIDAY_MORNING))
    assert seen.verdict(seen.inventory.sources[KIOSK], FRIDAY_MORNING) == (Health.CRITICAL, "paper")


def test_the_latest_measured_wins_not_the_latest_received() -> None:
    seen = world(state(PORTAL, FRIDAY_MORNING, latency_ms=120))
    seen.merge([Patch(PORTAL, {"latency_ms": (FRIDAY_MORNING - 60_000, 999)}, heard_at=FRIDAY_MORNING + 50)])
    live = seen.of(PORTAL)
    assert live.values() == {"latency_ms": 120}
    assert live.as_of == FRIDAY_MORNING
    assert live.heard_at == FRIDAY_MORNING + 50


def test_old_figures_from_a_talking_device_are_stale() -> None:
    seen = world(Patch(PORTAL, {"latency_ms": (FRIDAY_MORNING, 10)}, heard_at=FRIDAY_MORNING + 600_000))
    assert health(seen, PORTAL, FRIDAY_MORNING + 600_000) is Health.STALE


def test_pending_and_retired_sources_stand_apart() -> None:
    seen = world(state(PORTAL, FRIDAY_MORNING, up=True))
    seen.inventory.sources[PORTAL] = source(PORTAL, 4, status=SourceStatus.PENDING)
    assert health(seen, PORTAL, FRIDAY_MORNING) is Health.PENDING
    seen.inventory.sources[PORTAL] = source(PORTAL, 4, status=SourceStatus.RETIRED)
    scope = seen.inventory.orgs.scope(None)
    assert PORTAL not in {item.key for item in seen.sources(scope)}


def test_counts_stay_within_a_subtree() -> None:
    seen = world(state(LINE, FRIDAY_MORNING, up=True), state(PORTAL, FRIDAY_MORNING, up=False))
    orgs = seen.inventory.orgs
    assert seen.counts(orgs.scope("hg.dong-van"), FRIDAY_MORNING) == {Health.OK: 1, Health.UNKNOWN: 2}
    assert seen.counts(orgs.scope("hg"), FRIDAY_MORNING, "service") == {Health.CRITICAL: 1}


def test_deltas_apply_in_order_and_a_missing_one_is_noticed() -> None:
    seen = world()
    first = Delta("e", 1, FRIDAY_MORNING, [state(LINE, FRIDAY_MORNING, up=True)])
    assert seen.apply(first) == {LINE}
    assert seen.apply(first) == set()
    with pytest.raises(Gap):
        seen.apply(Delta("e", 3, FRIDAY_MORNING, []))
    with pytest.raises(Gap):
        seen.apply(Delta("another life", 1, FRIDAY_MORNING, []))


def test_a_commune_without_an_endpoint_is_not_an_endpoint_that_is_lost() -> None:
    assert inventory().without("vc", ["province"]) == {"hg"}
    assert inventory().without("queue", ["province", "district"]) == {"hg"}  # a closed district lacks nothing


def test_a_kiosk_is_closed_on_a_holiday_and_expected_on_a_make_up_saturday() -> None:
    heard = world(state(KIOSK, at("2026-11-23T16:59"), waiting=0))
    kiosk = heard.inventory.sources[KIOSK]
    assert health(heard, KIOSK, at("2026-11-24T09:00")) is Health.CLOSED
    assert heard.offline_since(kiosk, at("2026-11-24T09:00")) is None
    assert heard.offline_since(kiosk, at("2026-11-25T07:33")) == at("2026-11-25T07:32")
    swapped = world(state(KIOSK, at("2026-08-21T16:59"), waiting=0))
    assert health(swapped, KIOSK, at("2026-08-22T09:00")) is Health.OFFLINE


def test_the_calendar_of_an_org_opens_and_closes_its_kiosks() -> None:
    saturday, monday = date(2026, 11, 28), date(2026, 11, 30)
    rows = {saturday: Special(DayKind.WORK, Hours.parse("08:00-10:00").periods), monday: Special(DayKind.OFF)}
    own = World(replace(inventory(), calendars=Calendars({"hg": rows})), kinds(), epoch="e")
    kiosk = own.inventory.sources[KIOSK]
    assert own.opened_at(kiosk, at("2026-11-28T09:00")) == at("2026-11-28T08:00")
    assert own.opened_at(kiosk, at("2026-11-28T10:00")) is None
    assert own.opened_at(kiosk, at("2026-11-30T09:00")) is None
    assert own.opened_at(own.inventory.sources[PORTAL], at("2026-11-30T09:00")) == 0
