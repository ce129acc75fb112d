"""A deadline over REST: the instant, the account of days, and what is refused."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from ioc.domain.calendar import Calendars, DayReason, WeekRow
from ioc.domain.importing.calendar import import_days
from tests.texts import TEXTS
from tests.web.conftest import NORTH, SATURDAY, SOUTH, Province


def ask(province: Province, who: str = "leader", **question: object):
    whole = {"org": NORTH, "start": "2025-12-31T09:00:00+07:00", "value": 3, "unit": "working_day"} | question
    return province.get(f"/api/v1/deadline?{urlencode(whole)}", who)


def test_the_account_of_the_swap_around_new_year(province: Province) -> None:
    answer = ask(province).json
    assert answer["due_at"] == "2026-01-07T17:00:00+07:00"
    assert answer["estimated"] is False
    counted = [(day["date"], day["reason"]) for day in answer["days"] if day["counted"]]
    assert counted == [("2026-01-05", "working_day"), ("2026-01-06", "working_day"), ("2026-01-07", "working_day")]
    swapped = answer["days"][2]
    assert (swapped["date"], swapped["counted"], swapped["reason"]) == ("2026-01-02", False, "swapped_off")
    assert (swapped["text"], swapped["note"]) == (
        TEXTS["vi"]["ui.deadline.swapped_off"],
        "Nghỉ hoán đổi dịp Tết Dương lịch",
    )


@pytest.mark.parametrize(
    ("unit", "value", "start", "due"),
    [
        ("working_day", "5", "2026-02-11T09:00:00+07:00", "2026-02-25T17:00:00+07:00"),
        ("day", "1", "2026-06-05T09:00:00+07:00", "2026-06-08T17:00:00+07:00"),
        ("working_hour", "7.5", "2026-06-08T07:30:00+07:00", "2026-06-08T17:00:00+07:00"),
        ("working_hour", "0.5", "2026-06-08T16:59:30+07:00", "2026-06-09T07:59:30+07:00"),
        ("hour", "24", "2026-06-12T15:00:00+07:00", "2026-06-13T15:00:00+07:00"),
        ("hour", "1", "1795230000000", "2026-11-21T11:00:00+07:00"),
        ("day", "1", "2026-06-04T23:30:00Z", "2026-06-08T17:00:00+07:00"),
        ("working_day", "1", "2026-06-08T09:00", "2026-06-09T17:00:00+07:00"),
        ("working_day", "3", "2025-12-31", "2026-01-07T17:00:00+07:00"),
        ("working_hour", "1", "2026-06-08", "2026-06-08T08:30:00+07:00"),
    ],
)
def test_every_unit_and_every_spelling_of_an_instant(province: Province, unit, value, start, due) -> None:
    assert ask(province, unit=unit, value=value, start=start).json["due_at"] == due


def test_special_days_of_an_org_count_for_it_alone(province: Province) -> None:
    import_days(province.db, f"org,date,kind,note\n{NORTH},2026-06-09,off,Lễ hội\n", SATURDAY, dry_run=False)
    province.reload()
    start = {"start": "2026-06-08T09:00:00+07:00", "value": 1}
    own = ask(province, **start).json
    assert own["due_at"] == "2026-06-10T17:00:00+07:00"
    assert own["days"][1] == {
        "date": "2026-06-09", "counted": False, "reason": "closed", "note": "Lễ hội",
        "text": TEXTS["vi"]["ui.deadline.closed"]}  # fmt: skip
    assert ask(province, org="hg.dong-van.lung-cu", **start).json["due_at"] == "2026-06-10T17:00:00+07:00"
    assert ask(province, org=SOUTH, **start).json["due_at"] == "2026-06-09T17:00:00+07:00"


def test_a_year_nobody_announced_is_marked(province: Province) -> None:
    assert ask(province, start="2027-02-01T09:00:00+07:00").json["estimated"] is True


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"unit": "week"}, "unit: working_day, day, working_hour, hour, month"),
        ({"value": -1}, "from 0 to"),
        ({"value": "1.5"}, "whole number"),
        ({"value": "ba"}, "float"),
        ({"value": "nan"}, "from 0 to"),
        ({"value": 100_000, "unit": "working_hour"}, "from 0 to"),
        ({"start": "hôm qua"}, "RFC 3339"),
        ({"start": "9999-12-31T09:00:00+07:00"}, "from 1995-01-01 to 2099-12-31"),
        ({"start": "0001-01-01T00:00:00+07:00"}, "from 1995-01-01"),
    ],
)
def test_what_cannot_be_counted_is_named(province: Province, wrong, word) -> None:
    answer = ask(province, **wrong)
    assert answer.status_code == 422
    assert answer.json["error"]["code"] == "invalid_value"
    assert word in answer.json["error"]["details"]["detail"]


def test_a_place_that_never_opens_says_so(province: Province) -> None:
    closed = WeekRow(dict.fromkeys(range(7), ()))
    province.site.world.inventory = replace(province.site.world.inventory, calendars=Calendars({}, {NORTH: (closed,)}))
    answer = ask(province, start="2026-11-28")
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "never_open")
    assert "trong vòng 400 ngày kể từ 2026-11-28" in answer.json["error"]["message"]


def test_a_question_without_a_start_is_refused(province: Province) -> None:
    assert province.get(f"/api/v1/deadline?org={NORTH}&value=1&unit=day").status_code == 422


def test_the_other_district_is_as_unknown_as_one_that_is_not(province: Province) -> None:
    for org in (SOUTH, "nowhere"):
        answer = ask(province, "leader-north", org=org)
        assert (answer.status_code, answer.json["error"]["code"]) == (404, "unknown_org")
    assert ask(province, "wall-north").status_code == 403


def test_every_reason_has_a_text_in_both_languages() -> None:
    wanted = {f"ui.deadline.{reason}" for reason in DayReason}
    assert all(wanted <= catalogue.keys() for catalogue in TEXTS.values())


def test_the_description_lists_the_units(province: Province) -> None:
    paths = province.get("/api/v1/openapi.json").json["paths"]
    parameters = {one["name"]: one for one in paths["/api/v1/deadline"]["get"]["parameters"]}
    assert all(parameters[name]["required"] for name in ("org", "start", "value", "unit"))
    assert sorted(parameters["unit"]["schema"]["enum"]) == ["day", "hour", "month", "working_day", "working_hour"]
