"""When a demonstration plays: in working hours now, else the last working morning; a province only while it lived."""

import json
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from connectors.simulator.days import TZ, at, day_of, minutes_of
from connectors.simulator.profile import profile
from connectors.simulator.showtime import MORNING, Showtime, showtime
from ioc.core import locks
from ioc.core.errors import IocError, UsageError
from ioc.ops import demo

NO_DATABASE: Any = None
TODAY, BEFORE = profile("tuyen-quang"), profile("ha-giang")


def instant(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=TZ).timestamp() * 1000)


@pytest.mark.parametrize("now", ["2026-12-01T07:30", "2026-12-01T09:40", "2026-12-01T12:15", "2026-12-01T16:59"])
def test_in_working_hours_it_is_now(now: str):
    assert showtime(TODAY, instant(now), None, live=False) == Showtime(instant(now))


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-12-01T17:00", date(2026, 12, 1)),  # a Tuesday evening: its own morning
        ("2026-12-01T23:59", date(2026, 12, 1)),
        ("2026-12-02T03:10", date(2026, 12, 1)),
        ("2026-12-02T07:29", date(2026, 12, 1)),
        ("2026-12-05T10:00", date(2026, 12, 4)),  # Saturday
        ("2026-12-07T06:00", date(2026, 12, 4)),  # before Monday's opening
        ("2026-11-24T10:00", date(2026, 11, 23)),  # a holiday
        ("2026-08-22T20:00", date(2026, 8, 22)),  # a Saturday that is worked
    ],
)
def test_outside_it_is_the_last_morning_that_is_over(now: str, morning: date):
    found = showtime(TODAY, instant(now), None, live=False)
    assert found == Showtime(at(morning, MORNING), chosen=True)
    assert found.begins < instant(now)


def test_whoever_wants_the_night_gets_it():
    night = instant("2026-12-01T22:00")
    assert showtime(TODAY, night, None, live=True) == Showtime(night)
    assert showtime(TODAY, night, instant("2026-11-23T09:10"), live=False) == Showtime(instant("2026-11-23T09:10"))


def test_the_former_province_has_a_working_morning_of_its_own_at_any_hour():
    for now in ("2026-12-01T09:40", "2026-12-01T22:00"):
        found = showtime(BEFORE, instant(now), None, live=False)
        assert found.chosen
        assert (day_of(found.begins) < date(2025, 7, 1), minutes_of(found.begins)) == (True, MORNING)


@pytest.mark.parametrize(
    ("province", "told", "said"),
    [
        (BEFORE, "2025-07-01T09:00", "until 2025-06-30"),
        (BEFORE, None, "until 2025-06-30"),
        (TODAY, "2025-06-30T09:00", "from 2025-07-01 on"),
    ],
)
def test_no_province_is_told_of_a_day_it_did_not_see(province, told: str | None, said: str):
    with pytest.raises(UsageError, match=said):
        showtime(province, instant("2026-12-01T09:00"), told and instant(told), live=told is None)


def kept(place: Path) -> dict:
    return json.loads((place / demo.FILE).read_text())


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Users and tokens are not what these stories are about."""
    numbers = count()
    monkeypatch.setattr(demo, "_set_password", lambda *_: None)
    monkeypatch.setattr(demo, "_wall_token", lambda _db, _now, text: text or f"wall-{next(numbers)}")


def start(base: Path, *, replay: bool, province: str = "tuyen-quang") -> Path:
    """As the command does it, without what it runs."""
    demo.check_province(base, province)
    place = demo.place(base, replay=replay)
    demo.ensure_people(NO_DATABASE, place, 0, base, province=province, replay=replay)
    (place / "run").mkdir(exist_ok=True)
    (place / "store").mkdir(exist_ok=True)
    (place / "store" / "figures").touch()
    return place


def test_two_provinces_never_meet_in_one_directory(tmp_path: Path):
    start(tmp_path / "data", replay=False)
    demo.check_province(tmp_path / "data", "tuyen-quang")
    with pytest.raises(UsageError, match="holds the demo of tuyen-quang"):
        demo.check_province(tmp_path / "data", "ha-giang")


def test_a_directory_of_before_there_were_two_is_the_formers(tmp_path: Path):
    (tmp_path / demo.FILE).write_text("{}")
    demo.check_province(tmp_path, "ha-giang")
    with pytest.raises(UsageError, match="holds the demo of ha-giang"):
        demo.check_province(tmp_path, "tuyen-quang")


def test_a_replay_begins_with_nothing_and_passwords_and_wall_stay(tmp_path: Path):
    base = tmp_path / "data"
    assert start(base, replay=True) == base
    first = kept(base)
    assert demo.place(base, replay=True) == base
    assert sorted(one.name for one in base.iterdir()) == [demo.FILE, "run"]
    start(base, replay=True)
    assert kept(base)["passwords"] == first["passwords"]
    assert kept(base)["wall"] == first["wall"], "a wall that was bookmarked lives on"


def test_the_present_goes_on_from_a_replay_and_is_never_emptied(tmp_path: Path):
    base = tmp_path / "data"
    start(base, replay=True)
    assert start(base, replay=False) == base
    assert start(base, replay=True) == base / demo.REPLAY
    assert start(base, replay=True) == base / demo.REPLAY
    assert (base / "store" / "figures").exists()
    for secret in ("passwords", "wall"):
        assert kept(base)[secret] == kept(base / demo.REPLAY)[secret]


def test_a_replay_that_runs_is_left_alone(tmp_path: Path):
    start(tmp_path / "data", replay=True)
    held = locks.take(tmp_path / "data" / "run", ("web",))
    with pytest.raises(IocError, match="runs already"):
        demo.place(tmp_path / "data", replay=True)
    assert (tmp_path / "data" / "store" / "figures").exists()
    held[0].close()
