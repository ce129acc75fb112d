"""Rules behind the dossier screens: the spans of a clock, the parts of a ring, periods, addresses, files."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.web.screens.conftest import Ask

HOUR, DAY = 3_600_000, 86_400_000
NEVER_TOLD = {"received": 0, "due": None, "near": None, "overdue": None, "ended": None, "apology": None, "pauses": []}


def spans(line: Any) -> list[tuple[str, int, int]]:
    return [(one["kind"], one["from"], one["to"]) for one in line["spans"]]


@pytest.mark.parametrize(
    ("told", "now", "drawn"),
    [
        ({}, 5, [("running", 0, 5)]),
        ({"due": 9}, 5, [("running", 0, 5), ("ahead", 5, 9)]),
        ({"due": 9, "near": 4}, 5, [("running", 0, 4), ("near", 4, 5), ("ahead", 5, 9)]),
        ({"due": 4, "near": 2, "overdue": 4}, 9, [("running", 0, 2), ("near", 2, 4), ("overdue", 4, 9)]),
        ({"due": 4, "overdue": 4, "ended": 9}, 99, [("running", 0, 4), ("overdue", 4, 9)]),
        ({"due": 9, "ended": 3}, 99, [("running", 0, 3)]),
        ({"due": 9, "pauses": [{"from": 2, "to": 4}]}, 6,
         [("running", 0, 2), ("paused", 2, 4), ("running", 4, 6), ("ahead", 6, 9)]),
        ({"pauses": [{"from": 2, "to": None}]}, 6, [("running", 0, 2), ("paused", 2, 6)]),
        ({"overdue": 3, "pauses": [{"from": 2, "to": 5}]}, 6, [("running", 0, 2), ("paused", 2, 3), ("overdue", 3, 6)]),
        ({"due": 9, "near": 1, "overdue": 9}, 5, [("running", 0, 1), ("near", 1, 5), ("ahead", 5, 9)]),
    ],
    ids=["no date", "in term", "near", "overdue", "ended late", "ended early", "paused once", "pausing",
         "asked twice: overdue though paused", "overdue only later"],
)  # fmt: skip
def test_a_clock_runs_rests_and_runs_over(
    ask: Ask, told: dict[str, Any], now: int, drawn: list[tuple[str, int, int]]
) -> None:
    assert spans(ask("lib/course", "course", NEVER_TOLD | told, now)) == drawn


def test_what_was_never_taken_in_has_no_clock(ask: Ask) -> None:
    assert ask("lib/course", "course", NEVER_TOLD | {"received": None}, 5) is None


def test_everything_that_is_marked_lies_on_the_line(ask: Ask) -> None:
    told = NEVER_TOLD | {"due": 40, "ended": 30, "apology": 90}
    line = ask("lib/course", "course", told, 99)
    assert [(one["kind"], one["at"]) for one in line["moments"]] == [
        ("received", 0), ("due", 40), ("apology", 90), ("ended", 30),
    ]  # fmt: skip
    assert line["start"] < 0
    assert line["end"] > 90


@pytest.mark.parametrize("days", [1, 8, 9, 30, 400])
def test_midnights_are_the_places_own_and_never_a_crowd(ask: Ask, days: int) -> None:
    found = ask("lib/course", "midnights", 5 * HOUR, 5 * HOUR + days * DAY, 7 * HOUR)
    assert 1 <= len(found) <= 10
    assert {(at + 7 * HOUR) % DAY for at in found} == {0}


@pytest.mark.parametrize(
    ("numbers", "lengths"),
    [
        ([0, 0], [None, None]),
        ([5, 0], [100, None]),
        ([3, 1], [75, 25]),
        ([9_990, 10], [98.8, 1.2]),
    ],
)
def test_a_ring_is_true_to_its_numbers_and_hides_none(
    ask: Ask, numbers: list[int], lengths: list[float | None]
) -> None:
    parts = ask("widgets/dossier_split/ring", "share", numbers)
    assert [part and pytest.approx(part["length"], abs=0.01) for part in parts] == lengths
    shown = [part for part in parts if part]
    assert sum(part["length"] for part in shown) == pytest.approx(100 if shown else 0)


THURSDAY = int(datetime(2026, 11, 19, 9, 5, tzinfo=UTC).timestamp() * 1000)
SUNDAY = int(datetime(2026, 11, 22, 23, 59, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("name", "at", "first", "last"),
    [
        ("today", THURSDAY, "2026-11-19", "2026-11-19"),
        ("week", THURSDAY, "2026-11-16", "2026-11-19"),
        ("week", SUNDAY, "2026-11-16", "2026-11-22"),
        ("month", SUNDAY, "2026-11-01", "2026-11-22"),
        ("quarter", SUNDAY, "2026-10-01", "2026-11-22"),
        ("year", SUNDAY, "2026-01-01", "2026-11-22"),
        ("nonsense", SUNDAY, "2026-01-01", "2026-11-22"),
    ],
)
def test_a_period_is_from_its_first_day_to_today(ask: Ask, name: str, at: int, first: str, last: str) -> None:
    assert ask("lib/period", "daysOf", name, at) == {"from": first, "to": last}


def test_an_address_says_what_is_unusual_and_nothing_else(ask: Ask) -> None:
    usual = {"org": "", "period": "year", "page": 1}
    asked = ask("lib/address", "readAddress", "?page=3&org=hg.x&lang=en", usual)
    assert asked == {"org": "hg.x", "period": "year", "page": 3}
    assert ask("lib/address", "writeAddress", asked, usual, "?lang=en") == "?lang=en&org=hg.x&page=3"
    assert ask("lib/address", "writeAddress", usual, usual, "?page=3&org=hg.x") == ""
    assert ask("lib/address", "readAddress", "?page=-1", usual)["page"] == 1


def test_a_file_opens_in_a_spreadsheet_and_runs_nothing(ask: Ask) -> None:
    text = ask("lib/csv", "csv", [["Mã", "Tên"], ["H22-1", '=cmd, "x"'], ["+84", 7]])
    assert text == '\ufeffMã,Tên\r\nH22-1,"\'=cmd, ""x"""\r\n\'+84,7\r\n'
