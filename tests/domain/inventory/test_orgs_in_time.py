"""One history, read under the tree of any day: every unit in one place, every sum the same."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioc.domain.inventory import Org, OrgTree, Past

EVE, DAY = "2025-06-30", "2025-07-01"
AFTER = {"valid_from": DAY}


def ended(successor: str | None = None) -> dict[str, str | None]:
    return {"valid_to": EVE, "successor": successor}


# two provinces become one, the district level goes, two communes become one, a third moves to another district first
ORGS = [
    Org("hg", "Tỉnh Hà Giang", "province", **ended("tq")),
    Org("tq", "Tỉnh Tuyên Quang", "province"),
    Org("hg.dv", "Huyện Đồng Văn", "district", "hg", **ended()),
    Org("hg.mv", "Huyện Mèo Vạc", "district", "hg", **ended()),
    Org("hg.dv.a", "Xã Lũng Cú", "commune", "hg.dv", **ended("tq.c")),
    Org("hg.dv.b", "Xã Má Lé", "commune", "hg.dv", **ended("tq.c")),
    Org("hg.dv.x", "Xã Lũng Phìn", "commune", "hg.mv"),
    Org("tq.c", "Xã Lũng Cú", "commune", "tq", **AFTER),
]
PAST = [Past("hg.dv.x", "2020-12-31", "Xã Lũng Phìn cũ", "commune", "hg.dv")]
TODAY = OrgTree(ORGS, PAST, "2026-01-01")


def codes(tree: OrgTree, code: str) -> set[str]:
    return set(tree.scope(code).codes)


def test_the_successor_answers_for_the_history_of_those_it_took_over():
    assert codes(TODAY, "tq.c") == {"tq.c", "hg.dv.a", "hg.dv.b"}
    assert codes(TODAY, "tq") == {org.code for org in ORGS}


def test_under_the_old_tree_each_was_itself():
    assert codes(TODAY.on(EVE), "hg.dv.a") == {"hg.dv.a"}
    assert codes(TODAY.on(EVE), "hg") == {"hg", "hg.dv", "hg.mv", "hg.dv.a", "hg.dv.b", "hg.dv.x"}
    assert codes(TODAY.on(EVE), "tq") == {"tq"}
    assert TODAY.scope("hg.dv", on=EVE).codes == {"hg.dv", "hg.dv.a", "hg.dv.b"}


def test_a_closed_org_still_answers_for_its_own_history():
    assert codes(TODAY, "hg.dv.a") == {"hg.dv.a"}
    assert codes(TODAY, "hg.mv") == {"hg.mv", "hg.dv.x"}
    assert codes(TODAY, "hg") == codes(TODAY.on(EVE), "hg")


def test_one_that_has_not_begun_is_in_no_subtree_but_its_own():
    before = TODAY.on(EVE)
    assert not before.lives("tq.c")
    assert "tq.c" not in before.scope("tq")
    assert codes(before, "tq.c") == {"tq.c"}


def test_below_a_dropped_level_hangs_what_it_held_on_what_was_above():
    assert [org.code for org in TODAY.path("hg.dv.x")] == ["tq", "hg.dv.x"]
    assert {org.code for org in TODAY.children("tq")} == {"tq.c", "hg.dv.x"}
    assert [org.code for org in TODAY.path("hg.dv.a")] == ["tq", "tq.c", "hg.dv.a"]
    assert [org.code for org in TODAY.roots()] == ["tq"]


def test_names_and_parents_are_those_of_the_day():
    long_ago = TODAY.on("2020-12-31")
    assert (long_ago.get("hg.dv.x").name, long_ago.get("hg.dv.x").parent) == ("Xã Lũng Phìn cũ", "hg.dv")
    assert "hg.dv.x" in long_ago.scope("hg.dv")
    assert (TODAY.on("2021-01-01").get("hg.dv.x").parent) == "hg.mv"
    assert TODAY.get("hg.dv.x").name == "Xã Lũng Phìn"


def test_what_names_a_closed_org_means_its_successor_and_nothing_wider_without_one():
    assert TODAY.reach("hg.dv.a").root == "tq.c"
    assert TODAY.reach("hg.dv.a").codes == TODAY.scope("tq.c").codes
    assert (TODAY.closed("hg.dv.a"), TODAY.closed("tq.c"), TODAY.closed(None), TODAY.closed("mars")) == (
        True, False, False, False)  # fmt: skip
    assert TODAY.reach("hg.dv").codes == {"hg.dv", "hg.dv.a", "hg.dv.b"}
    assert TODAY.reach("mars").codes == set()
    assert TODAY.on(EVE).reach("hg.dv.a").codes == {"hg.dv.a"}


def test_an_heir_that_is_closed_in_turn_passes_on():
    tree = OrgTree([
        Org("a", "A", valid_to="2000-12-31", successor="b"),
        Org("b", "B", valid_to="2010-12-31", successor="c"),
        Org("c", "C"),
    ])  # fmt: skip
    assert codes(tree, "c") == {"a", "b", "c"}
    assert codes(tree.on("2005-01-01"), "b") == {"a", "b"}
    assert tree.heir("a") == "c"


@pytest.mark.parametrize(
    "orgs",
    [
        [Org("a", "A", valid_to=EVE, successor="a")],
        [Org("a", "A", valid_to=EVE, successor="b"), Org("b", "B", valid_to=EVE, successor="a")],
        [Org("a", "A", parent="b"), Org("b", "B", parent="a")],
        [Org("a", "A", valid_to=EVE, successor="b"), Org("b", "B", parent="a")],
        [Org("a", "A", valid_to="2025-01-01", valid_from="2025-06-01")],
    ],
)
def test_links_that_make_no_sense_end_somewhere(orgs: list[Org]):
    tree = OrgTree(orgs, day=DAY)
    assert all(code in tree.scope(code) for code in tree.by_code)
    assert all(tree.path(code)[-1].code == code for code in tree.by_code)
    assert_each_in_one_place(tree)


def test_a_year_of_days_needs_no_year_of_trees():
    first = date(2025, 1, 1)
    trees = {id(TODAY.on((first + timedelta(days=n)).isoformat())) for n in range(365)}
    assert len(trees) == 2


CODES = [f"o{n}" for n in range(9)]
DAYS = [f"20{n:02}-01-01" for n in range(20, 30)]
days, maybe = st.sampled_from(DAYS), st.none() | st.sampled_from(CODES)


@st.composite
def trees(draw) -> OrgTree:
    """Whatever a file could hold, sense or nonsense."""
    orgs = [
        Org(code, code, parent=draw(maybe), successor=draw(maybe),
            valid_from=draw(st.none() | days), valid_to=draw(st.none() | days))
        for code in CODES
    ]  # fmt: skip
    past = {(code, until): draw(maybe) for code, until in draw(st.sets(st.tuples(st.sampled_from(CODES), days)))}
    return OrgTree(orgs, [Past(code, until, "cũ", "", parent) for (code, until), parent in past.items()])


def below(tree: OrgTree, orgs: Iterable[Org]) -> list[str]:
    return [code for org in orgs for code in (org.code, *below(tree, tree.children(org.code)))]


def assert_each_in_one_place(tree: OrgTree) -> None:
    placed = below(tree, tree.roots())
    assert sorted(placed) == sorted(org.code for org in tree.by_code.values() if org.valid_on(tree.day))
    counted = [code for org in tree.living() for code in tree.own(org.code)]
    assert len(counted) == len(set(counted))


@settings(max_examples=150, deadline=None)
@given(trees(), days)
def test_every_org_valid_on_a_day_is_in_exactly_one_place_of_its_tree(tree: OrgTree, day: str):
    then = tree.on(day)
    assert_each_in_one_place(then)
    for code in below(then, then.roots()):
        parts = [set(then.own(code)), *(set(then.scope(child.code).codes) for child in then.children(code))]
        assert set().union(*parts) == then.scope(code).codes
        assert sum(map(len, parts)) == len(then.scope(code).codes)


@settings(max_examples=150, deadline=None)
@given(trees(), days, days)
def test_a_day_has_one_tree_however_one_comes_to_it(tree: OrgTree, other: str, day: str):
    fresh = OrgTree(list(tree.on("9999-12-31")), [was for past in tree.past.values() for was in past], day)
    then = tree.on(other).on(day)
    assert [(code, then.scope(code).codes) for code in CODES] == [(code, fresh.scope(code).codes) for code in CODES]


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([org.code for org in ORGS if org.code != "tq.c"]), st.integers(0, 1000)))
def test_sums_of_the_old_history_agree_under_both_trees(figures: dict[str, int]):
    def total(tree: OrgTree) -> int:
        return sum(sum(figures.get(code, 0) for code in tree.scope(root.code).codes) for root in tree.roots())

    assert total(TODAY.on(EVE)) == total(TODAY) == sum(figures.values())
