"""Dossiers in the proportions of the seeds, each with a life that makes sense."""

from collections import defaultdict
from datetime import date, timedelta

import pytest

from connectors.simulator import roster
from connectors.simulator.days import DAY, at, day_of, in_office, minutes_of, works
from connectors.simulator.dossiers import LONGEST_LIFE_DAYS, dossier_events, received_on

PEOPLE = roster.load("ha-giang")
FIRST = date(2026, 10, 5)
DAYS = [FIRST + timedelta(days=n) for n in range(42)]


@pytest.fixture(scope="module")
def dossiers():
    return [dossier for day in DAYS for dossier in received_on(1, day, PEOPLE)]


@pytest.fixture(scope="module")
def lives():
    """The events of every dossier, in order."""
    lives = defaultdict(list)
    for day in DAYS:
        for event in dossier_events(1, day, FIRST, PEOPLE, ""):
            lives[event["code"]].append(event)
    return {code: sorted(events, key=lambda event: event["ts"]) for code, events in lives.items()}


def test_shares_are_those_of_the_seeds(dossiers):
    total = len(dossiers)
    assert total > 2_500
    late = sum(d.finished is not None and d.finished > d.due for d in dossiers) / total
    never = sum(d.finished is None for d in dossiers) / total
    early = sum(d.finished is not None and day_of(d.finished) < day_of(d.due) for d in dossiers) / total
    assert 0.96 <= 1 - late - never <= 0.98
    assert 0.80 <= early <= 0.86
    assert 0.001 <= never <= 0.008
    assert 0.04 <= sum(d.submission == "online" for d in dossiers) / total <= 0.07


def test_terms_end_at_closing_on_a_working_day_and_codes_are_unique(dossiers):
    assert all(minutes_of(d.due) == 17 * 60 and works(day_of(d.due)) for d in dossiers)
    assert all(in_office(d.received) for d in dossiers)
    assert len({d.code for d in dossiers}) == len(dossiers)
    assert all(d.code.startswith("H22.") for d in dossiers)


def test_every_life_begins_with_receipt_and_goes_forward(lives):
    statuses = set()
    for events in lives.values():
        assert events[0]["status"] == 2
        assert {"receiving_org", "due_at", "received_at", "procedure"} <= events[0].keys()
        assert events[0]["due_at"] > events[0]["received_at"]
        assert len({event["event_id"] for event in events}) == len(events)
        statuses.add(tuple(event["status"] for event in events))
    assert (2, 4, 9, 10) in statuses
    assert (2, 4, 5, 4, 9, 10) in statuses


def test_no_dossier_outlives_the_window_it_is_looked_for_in(dossiers):
    ends = [(d.returned or d.accepted) - at(day_of(d.received), 0) for d in dossiers]
    assert max(ends) < (LONGEST_LIFE_DAYS - 10) * DAY


def test_orgs_of_dossiers_are_in_the_tree(lives):
    known = {line.split(",")[0] for line in roster.packaged("ha-giang", "orgs.csv").splitlines()}
    named = {event[key] for events in lives.values() for event in events for key in event if key.endswith("_org")}
    assert named <= known
    assert len(named) > 20
