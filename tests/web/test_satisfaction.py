"""A search for what few people said, in the sums and differences of all answers on satisfaction."""

import random
from itertools import combinations, product
from typing import Any

import pytest

from tests.web.conftest import KIOSKS, NORTH, SATURDAY, SOUTH, Province, add_source, tell_dossier
from tests.web.counting import get
from tests.web.test_index766 import rate

DAY = 86_400_000
LEAST = 5
LEAF = "hg.dong-van.lung-cu"
BELOW = {"hg": (NORTH, SOUTH), NORTH: (LEAF,)}
DAYS = ("2026-11-02", "2026-11-05", "2026-11-10", "2026-11-14", "2026-11-20")
SOURCES = ("kiosk", "dossier", "together")


@pytest.fixture
def rated(province: Province) -> Province:
    """Some places with many ratings, some with few, on many days."""
    dice = random.Random(8)
    kiosk = KIOSKS[NORTH]._replace(org=LEAF, source="k-leaf")
    add_source(province, kiosk)
    for day in range(1, 21):
        for key, most in ((KIOSKS[NORTH], 3), (KIOSKS[SOUTH], 6), (kiosk, 1 if day % 5 == 0 else 0)):
            if stars := [dice.randint(1, 5) for _ in range(dice.randint(0, most))]:
                rate(province, key, f"2026-11-{day:02}", *stars)
    for n in range(40):
        receiving, handling = dice.choice([(NORTH, NORTH), (NORTH, SOUTH), (SOUTH, SOUTH), (LEAF, LEAF), (LEAF, NORTH)])
        ended = SATURDAY - dice.randint(1, 18) * DAY
        said = {"status": 9, "finished_at": ended, "satisfaction": dice.randint(1, 5), "received_at": ended - DAY}
        tell_dossier(province, f"H{n}", receiving_org=receiving, handling_org=handling, **said)
    return province


def answers(province: Province, by: str) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Every period between the days, of every org."""
    asked = product(combinations(DAYS, 2), ("hg", NORTH, SOUTH, LEAF))
    return {
        (org, first, last): get(province, f"/satisfaction?org={org}&from={first}&to={last}&by={by}")
        for (first, last), org in asked
    }


def told(figure: dict[str, Any]) -> tuple[int, int]:
    """How many of what is told, and how many of them were satisfied; nothing of what is hidden."""
    return (0, 0) if figure["hidden"] else (figure["denominator"], figure["numerator"])


def difference(*figures: dict[str, Any]) -> int:
    """Of how many ratings the first less the others is."""
    first, *others = (told(figure)[0] for figure in figures)
    return first - sum(others)


@pytest.mark.parametrize("by", ["receiving", "handling"])
def test_no_difference_of_answers_gives_a_few_back(rated: Province, by: str) -> None:
    found = answers(rated, by)
    left: list[int] = []
    hidden = 0
    for (org, first, last), answer in found.items():
        whole = answer["whole"]
        for row in (*answer["items"], whole):
            left += [difference(row["together"], row[source]) for source in ("kiosk", "dossier")]
            hidden += sum(row[source]["hidden"] == "too_few" for source in SOURCES)
        for source in SOURCES:
            left.append(difference(whole[source], *(row[source] for row in answer["items"])))
            below = [found[child, first, last]["whole"][source] for child in BELOW.get(org, ())]
            left.append(difference(whole[source], *below))
            shorter = [day for day in DAYS if first < day < last]
            left += [difference(whole[source], found[org, first, day]["whole"][source]) for day in shorter]
            left += [difference(whole[source], found[org, day, last]["whole"][source]) for day in shorter]
    assert hidden > 20, "there is something to look for"
    assert [n for n in left if n and abs(n) < LEAST] == []
    shown = [told(row[source])[0] for answer in found.values() for row in answer["items"] for source in SOURCES]
    assert max(shown) > 30, "and much that is told"


def test_four_of_a_kiosk_are_not_together_less_dossiers(province: Province) -> None:
    rate(province, KIOSKS[NORTH], "2026-11-19", 1, 5, 5, 5)
    for n in range(6):
        tell_dossier(province, f"H{n}", status=9, finished_at=SATURDAY - DAY, satisfaction=4)
    (row,) = get(province, "/satisfaction")["items"]
    assert (row["kiosk"]["hidden"], row["kiosk"]["withheld"]) == ("too_few", 4)
    assert told(row["together"]) == told(row["dossier"]) == (6, 6)
    assert row["together"]["withheld"] == 4


def test_no_record_tells_what_its_person_said(province: Province) -> None:
    tell_dossier(province, "H1", status=9, finished_at=SATURDAY - DAY, satisfaction=1)
    one, (row,) = get(province, "/dossiers/H1"), get(province, "/dossiers")["items"]
    assert (one["rated"], row["rated"]) == (True, True)
    assert "satisfaction" not in str(one) + str(row)


def test_the_index_tells_nothing_of_a_few_ratings(province: Province) -> None:
    for n in range(9):
        said = {"satisfaction": 1} if n < 4 else {}
        tell_dossier(province, f"H{n}", status=9, finished_at=SATURDAY - DAY, due_at=SATURDAY + DAY, **said)

    def criterion() -> dict[str, Any]:
        groups = get(province, "/index766")["groups"]
        return next(one for group in groups for one in group["criteria"] if one["code"] == "5.4")

    assert (criterion()["numerator"], criterion()["missing"]) == (None, "input")
    tell_dossier(province, "H9", status=9, finished_at=SATURDAY - DAY, due_at=SATURDAY + DAY, satisfaction=5)
    assert (criterion()["numerator"], criterion()["denominator"]) == (6, 10)
