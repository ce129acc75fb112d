"""A source whose contract has begun and that never said a word is late, in the world, in its alert and on the wall."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioc.core.model import Health
from ioc.live.deltas import Patch
from ioc.live.world import NEVER_HEARD, World
from tests.live.test_world import at
from tests.live.worlds import KIOSK, LINE, inventory, kinds

IMPORTED = at("2026-11-20T09:00")


def awaited(key=LINE, **contract) -> World:
    world = World(inventory(), kinds(), epoch="e")
    known = world.inventory.sources[key]
    world.inventory.sources[key] = replace(known, **{"agreed": True, "agreed_at": IMPORTED, **contract})
    return world


def verdict(world: World, key, text: str):
    return world.verdict(world.inventory.sources[key], at(text))


def test_two_intervals_after_its_import_what_never_spoke_is_late() -> None:
    world = awaited()
    assert verdict(world, LINE, "2026-11-20T09:02") == (Health.UNKNOWN, NEVER_HEARD)
    assert verdict(world, LINE, "2026-11-20T09:03") == (Health.OFFLINE, NEVER_HEARD)
    assert world.offline_since(world.inventory.sources[LINE], at("2026-11-20T10:00")) == at("2026-11-20T09:02")


@pytest.mark.parametrize(
    ("valid_from", "since"), [("2026-11-23", "2026-11-23T00:02"), ("2020-01-01", "2026-11-20T09:02")]
)
def test_its_contract_begins_with_the_later_of_its_first_day_and_its_import(valid_from: str, since: str) -> None:
    world = awaited(valid_from=valid_from)
    line = world.inventory.sources[LINE]
    assert world.offline_since(line, at(since)) is None
    assert world.offline_since(line, at(since) + 1) == at(since)


def test_its_hours_count() -> None:
    world = awaited(KIOSK, agreed_at=at("2026-11-20T12:00"))
    assert verdict(world, KIOSK, "2026-11-20T13:00") == (Health.CLOSED, None)
    assert verdict(world, KIOSK, "2026-11-20T13:31") == (Health.UNKNOWN, NEVER_HEARD)
    assert verdict(world, KIOSK, "2026-11-20T13:33") == (Health.OFFLINE, NEVER_HEARD)


def test_without_an_agreed_interval_nothing_is_owed() -> None:
    world = awaited(agreed_at=None)
    assert verdict(world, LINE, "2027-11-20T09:00") == (Health.UNKNOWN, NEVER_HEARD)
    assert verdict(awaited(interval_s=0), LINE, "2027-11-20T09:00") == (Health.UNKNOWN, NEVER_HEARD)


def test_one_word_is_enough_and_a_kept_one_begins_its_silence() -> None:
    world = awaited()
    world.merge([Patch(LINE, {"loss_pct": (at("2026-11-20T11:00"), 0)}, heard_at=at("2026-11-20T11:00"))])
    assert verdict(world, LINE, "2026-11-20T11:01") == (Health.OK, None)
    kept = awaited(agreed_at=None)
    kept.merge([Patch(LINE, online=(at("2026-11-20T11:00"), True))])
    assert verdict(kept, LINE, "2026-11-20T11:01") == (Health.OK, None)
    assert verdict(kept, LINE, "2026-11-20T11:03") == (Health.STALE, None), "connected, and not a figure of it"


minutes = st.integers(0, 10_000)


@given(minutes, st.one_of(st.none(), st.integers(0, 20)), st.one_of(st.none(), minutes), minutes)
@settings(deadline=None)
def test_silence_begins_where_the_last_word_or_the_contract_does(imported, first_day, heard, now) -> None:
    start = at("2026-11-20T00:00")
    day = None if first_day is None else date(2026, 11, 20 + first_day % 10).isoformat()
    world = awaited(agreed_at=start + imported * 60_000, valid_from=day)
    begins = max(start + imported * 60_000, at(f"{day}T00:00") if day else 0)
    if heard is not None:
        world.merge([Patch(LINE, {}, {}, None, start + heard * 60_000)])
    last = begins if heard is None else start + heard * 60_000
    since = world.silent_since(world.inventory.sources[LINE], start + now * 60_000)
    late = start + now * 60_000 > last + 120_000
    assert since == (last + 120_000 if late else None)
