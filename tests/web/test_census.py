"""Every figure of every answer with its age and what it is of: in calm, in crisis, with one silent source."""

import sys
from collections.abc import Callable

import pytest

from tests.web.census import Census
from tests.web.conftest import Province
from tests.web.crisis import calm, crisis, one_stale

LEAST = 1_500  # a walk that finds fewer figures has lost its way


@pytest.mark.parametrize("situation", [calm, crisis, one_stale], ids=lambda situation: situation.__name__)
def test_every_figure_has_its_age_and_what_it_is_of(province: Province, situation: Callable[[Province], None]) -> None:
    situation(province)
    census = Census(province)
    found = list(census.figures())
    ageless = sorted({one.path for one in found if not one.aged})
    bare = sorted({one.path for one in found if one.path.endswith(".pct") and not one.of})
    aged, of = sum(one.aged for one in found), sum(one.of for one in found)
    sys.stdout.write(
        f"{situation.__name__}: {len(found)} figures, {aged} with age, {of} with what they are of, "
        f"{len(census.wrong)} shares that disagree\n"
    )
    assert (ageless, bare, census.wrong) == ([], [], [])
    assert len(found) > LEAST
