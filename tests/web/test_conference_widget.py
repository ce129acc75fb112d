"""A meeting on the wall: ready of expected before it begins, in, left, lost and late while it runs."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from ioc.core.model import SourceKey
from ioc.live.deltas import Patch
from ioc.platform.db.tables import attendance, conference
from tests.web.conftest import NORTH, SATURDAY, SOUTH, Province, add_source
from web.sight import Moment
from web.subject import Request, subject

MINUTE = 60_000
SITES = [
    SourceKey("hg.dong-van.lung-cu", "vc", "cau-1"),
    SourceKey(SOUTH, "vc", "cau-2"),
    SourceKey(NORTH, "vc", "cau-3"),
]
NAMES = [f"{key.org}/{key.source}" for key in SITES]


def announce(province: Province, starts_at: int, name: str = "giao-ban", **more: Any) -> None:
    row = {
        "org": "hg",
        "conference_id": name,
        "title": "Giao ban",
        "expected": NAMES,
        "changed_at": 0,
        "cancelled_at": None,
    }
    with province.db.write() as conn:
        conn.execute(
            sa.insert(conference).values(row | {"starts_at": starts_at, "ends_at": starts_at + 3_600_000} | more)
        )
    if SITES[2] not in province.site.world.inventory.sources:
        add_source(province, SITES[2])
        province.say(SITES[2], registered=True)
    province.reload()


def leave(province: Province, key: SourceKey) -> None:
    now = province.clock.now_ms()
    province.site.world.merge([Patch(key, {}, {}, (now, False), now)])


def shown(province: Province, **options: Any) -> dict[str, Any]:
    site = province.site
    wanted = subject(site.widgets, Request("w", "conference", options), site.orgs.scope(None), "hg")
    look = Moment(site.world, site.facts.value, site.clock.now_ms())
    return wanted.snapshot(look, site.loaded(wanted, look))


def test_before_it_begins_it_is_a_roll_call_that_counts_down(province: Province) -> None:
    announce(province, SATURDAY + 8 * MINUTE)
    province.say(SITES[1], registered=False)
    leave(province, SITES[2])
    found = shown(province)
    assert (found["meeting"]["phase"], found["n"], found["of"]) == ("soon", 1, 3)
    assert found["meeting"]["starts_at"] == "2026-11-21T10:08:00+07:00"
    assert found["counts"] == {"ready": 1, "not_registered": 1, "offline": 1}
    assert [(site, one["state"]) for site, one in found["sites"].items()] == [
        (NAMES[2], "offline"), (NAMES[1], "not_registered"),
    ]  # fmt: skip
    assert found["sites"][NAMES[2]]["since"] == "2026-11-21T10:00:00+07:00"


def test_a_meeting_of_the_afternoon_does_not_count_down_yet(province: Province) -> None:
    announce(province, SATURDAY + 3 * 3_600_000)
    assert shown(province)["meeting"]["phase"] == "later"


def test_while_it_runs_each_site_is_in_left_lost_or_late_and_areas_add_up(province: Province) -> None:
    announce(province, SATURDAY - 30 * MINUTE)
    with province.db.write() as conn:
        row = {"conference_id": "giao-ban", "joined_at": SATURDAY - 29 * MINUTE, "left_at": None}
        conn.execute(attendance.insert(), [row | {"site": NAMES[0]}, row | {"site": NAMES[2]}])
    province.say(SITES[0], in_call=True)
    province.say(SITES[1], in_call=False)
    leave(province, SITES[2])
    province.store.range = lambda query: [(query.start, 0.0)]  # type: ignore[method-assign]
    found = shown(province)
    assert (found["meeting"]["phase"], found["n"], found["of"]) == ("running", 1, 3)
    assert found["counts"] == {"in": 1, "late": 1, "lost": 1}
    assert sum(area["of"] for area in found["areas"].values()) == found["of"]
    assert {code: (area["n"], area["of"]) for code, area in found["areas"].items()} == {NORTH: (1, 2), SOUTH: (0, 1)}
    assert found["areas"][SOUTH]["order"] == 0, "the area that lacks most comes first"
    assert found["sites"][NAMES[2]] | {"name": "", "cause": None} == {
        "name": "", "org_name": "Huyện Đồng Văn", "parent_name": None, "area": NORTH, "state": "lost",
        "since": "2026-11-21T10:00:00+07:00", "came": True, "cause": None, "order": 0,
    }  # fmt: skip


def test_who_says_nothing_but_was_measured_in_the_call_has_left(province: Province) -> None:
    announce(province, SATURDAY - 30 * MINUTE)
    for key in SITES:
        province.say(key, in_call=False)
    found = shown(province)
    assert found["counts"] == {"left": 3}, "the store has a call of each"
    assert {query.series.metric for query in province.store.asked} == {"in_call"}


def test_of_a_confidential_meeting_nothing_is_asked_or_shown(province: Province) -> None:
    announce(province, SATURDAY - MINUTE, title=None, expected=[], confidential=True)
    found = shown(province)
    assert (found["of"], found["sites"], found["meeting"]["title"]) == (0, {}, None)
    assert province.store.asked == []


def test_the_largest_that_runs_is_shown_and_the_others_are_named(province: Province) -> None:
    announce(province, SATURDAY - MINUTE)
    announce(province, SATURDAY - 2 * MINUTE, "nho", expected=NAMES[:1])
    found = shown(province)
    assert (found["meeting"]["id"], [one["id"] for one in found["others"]]) == ("giao-ban", ["nho"])
    assert shown(province, conference="nho")["of"] == 1
    assert shown(province, org=SOUTH)["meeting"] is None


def test_what_took_a_site_along_is_named(province: Province) -> None:
    announce(province, SATURDAY - MINUTE)
    line = SourceKey(SOUTH, "link", "cap-1")
    sources = province.site.world.inventory.sources
    sources[SITES[1]] = replace(sources[SITES[1]], parent=line)
    leave(province, SITES[1])
    leave(province, line)
    assert shown(province)["sites"][NAMES[1]]["cause"] == sources[line].name
