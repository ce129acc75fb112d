"""No sum or difference of answers on satisfaction is of fewer ratings than may be told."""

import random
from collections import Counter
from itertools import combinations, product

import pytest

from ioc.domain.dossiers.reporting.release import DOSSIER, KIOSK, DayRatings, RatingBatch, Ratings, batches, total

LEAST = 5
LINES = {"hg": [], "hg.a": ["hg"], "hg.b": ["hg"], "hg.b.x": ["hg.b", "hg"], "hg.b.y": ["hg.b", "hg"]}
DAY_1 = 20_454  # 1 January 2026
SCOPES = [frozenset(code for code in LINES if code == org or org in LINES[code]) for org in LINES]
SCOPES += [frozenset({org}) for org in LINES]


def rate(org: str, day: int, *stars: int, source: str = KIOSK, handling: str | None = None) -> DayRatings:
    ratings = Ratings(len(stars), sum(star >= 4 for star in stars), sum(star <= 2 for star in stars))
    return DayRatings(source, org, handling, DAY_1 + day, ratings)


def made(*rated: DayRatings) -> list[RatingBatch]:
    return batches(rated, LEAST, LINES.__getitem__)


def ratings(found: list[RatingBatch]) -> list[tuple[set[str], int, int, int]]:
    return [(set(one.orgs), one.first - DAY_1, one.last - DAY_1, one.ratings.n) for one in found]


def test_a_day_that_has_enough_is_a_batch_of_its_own() -> None:
    found = made(rate("hg.a", 0, *[5] * 6), rate("hg.a", 1, 1, 2), rate("hg.a", 3, 5, 5, 5), rate("hg.a", 4, 3))
    assert ratings(found) == [({"hg.a"}, 0, 0, 6), ({"hg.a"}, 1, 4, 6)]


def test_a_month_without_enough_waits_for_the_next_and_a_year_does_not() -> None:
    found = made(rate("hg.a", 20, 5, 5, 5), rate("hg.a", 40, 5, 5, 5), rate("hg.a", 360, 1), rate("hg.a", 366, 1))
    assert ratings(found) == [({"hg.a"}, 20, 360, 7)], "the one of the next year is not told"


def test_what_is_too_little_joins_the_org_above_and_is_counts_for_that_alone() -> None:
    x, y, a = rate("hg.b.x", 3, 5, 5, 5, 5), rate("hg.b.y", 4, 1, 1), rate("hg.a", 5, 3)
    found = made(x, y, a)
    assert ratings(found) == [({"hg.b.x", "hg.b.y"}, 3, 4, 6)]
    (batch,) = found
    assert not batch.within(DAY_1, DAY_1 + 9, frozenset({"hg.b.x"}))
    assert batch.within(DAY_1, DAY_1 + 9, frozenset({"hg.b", "hg.b.x", "hg.b.y"}))


def test_dossiers_are_told_by_who_handles_them_only_where_that_alone_is_enough() -> None:
    own = rate("hg.a", 1, *[5] * 5, source=DOSSIER, handling="hg.a")
    lent = rate("hg.a", 1, 1, source=DOSSIER, handling="hg.b")
    found = made(own, lent)
    assert total(one for one in found if one.within(DAY_1, DAY_1 + 9, frozenset({"hg.a"}))).n == 5
    assert total(one for one in found if one.within(DAY_1, DAY_1 + 9, frozenset({"hg.b"}), handling=True)).n == 0


@pytest.mark.parametrize("seed", range(3))
def test_no_sum_or_difference_of_two_answers_is_of_a_few(seed: int) -> None:
    """Every answer to every period, org, side and source, each against every other."""
    dice = random.Random(seed)
    rated = []
    for day, org in product(range(0, 90, 3), LINES):
        for source in (KIOSK, DOSSIER):
            stars = [
                dice.randint(1, 5) for _ in range(dice.choice((0, 0, 1, 2, 7) if org != "hg.b.x" else (0, 0, 0, 1)))
            ]
            handling = dice.choice(["hg.a", "hg.b"]) if source == DOSSIER else None
            rated.append(rate(org, day, *stars, source=source, handling=handling))
    found = made(*rated)
    assert min(batch.ratings.n for batch in found) >= LEAST
    days = [0, 7, 31, 45, 59, 89]
    answers = set()
    for (first, last), orgs, handling in product(combinations(days, 2), SCOPES, (False, True)):
        told = [at for at, one in enumerate(found) if one.within(DAY_1 + first, DAY_1 + last, orgs, handling=handling)]
        for sources in ({KIOSK}, {DOSSIER}, {KIOSK, DOSSIER}):
            answers.add(frozenset(at for at in told if found[at].source in sources))
    for one, other in combinations(answers, 2):
        for sign in (1, -1):
            left = Counter(dict.fromkeys(one, 1))
            left.update(dict.fromkeys(other, sign))
            n = sum(found[at].ratings.n for at, times in left.items() if times)
            assert n == 0 or n >= LEAST
