"""The table of bands as the screens read it."""

from typing import Any

import pytest

from tests.web.conftest import Province


@pytest.fixture
def table(province: Province) -> dict[tuple[str | None, str], Any]:
    answer = province.get("/api/v1/bands", "wall").get_json()
    assert answer["total"] == len(answer["items"])
    return {(one["kind"], one["metric"]): one for one in answer["items"]}


def test_each_figure_says_from_where_on_it_is_amber_and_red(table: dict[tuple[str | None, str], Any]) -> None:
    wait = table["queue", "longest_wait_s"]
    assert (wait["warning_above"], wait["critical_above"], wait["unit"]) == (1800, 3600, "s")
    assert wait["shipped"]
    assert table["link", "up"]["critical_when"] is False
    assert table[None, "vc_lost_pct"]["critical_above"] == 30


def test_figures_that_are_never_worth_a_colour_are_not_in_it(table: dict[tuple[str | None, str], Any]) -> None:
    assert ("queue", "waiting") not in table
