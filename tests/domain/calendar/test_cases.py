"""Every case of cases.csv, which was reasoned out by hand: the due instant, and an account of days that agrees."""

import csv
from pathlib import Path

import pytest

from ioc.core.clock import rfc3339
from ioc.domain.deadline import Term, TermUnit, due_at, explain
from tests.domain.calendar.calendars import CALENDARS, HANOI, at

with (Path(__file__).parent / "cases.csv").open(encoding="utf-8") as file:
    CASES = list(csv.DictReader(file))


def named(case: dict[str, str]) -> str:
    return "-".join(case[name] for name in ("calendar", "start", "value", "unit", "pauses"))


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_case(case: dict[str, str]) -> None:
    calendar, start = CALENDARS[case["calendar"]], at(case["start"])
    term = Term(float(case["value"]), TermUnit(case["unit"]))
    pauses = [(at(begin), at(end)) for begin, end in (pause.split("/") for pause in case["pauses"].split())]
    due = due_at(calendar, start, term, pauses)
    assert rfc3339(due, HANOI)[:16] == case["due"], case["reason"]
    account = explain(calendar, start, term, pauses)
    assert account.due_at == due
    assert (account.days[0].date, account.days[-1].date) == (calendar.date_of(start), calendar.date_of(due))
    if term.unit.in_days and not pauses:
        counted = sum(day.counted for day in account.days)
        first = calendar.date_of(start)
        assert counted == ((term.ends(first) - first).days if term.unit is TermUnit.MONTH else term.whole)


def test_there_are_cases_enough_and_each_says_why() -> None:
    assert len(CASES) >= 300
    assert all(case["reason"] for case in CASES)
    assert len({named(case) for case in CASES}) == len(CASES)
