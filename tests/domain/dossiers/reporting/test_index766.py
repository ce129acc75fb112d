"""The 766 index: points from ratios, nothing where nobody tells, ranks with ties, a definition of one's own."""

from dataclasses import replace
from pathlib import Path

import pytest

from ioc.core.errors import UsageError
from ioc.domain.dossiers.counting.question import Question
from ioc.domain.dossiers.reporting.index766.definition import definition
from ioc.domain.dossiers.reporting.index766.inputs import gather
from ioc.domain.dossiers.reporting.index766.score import Ratio, index, ranks
from tests.domain.dossiers.counting.test_summary import DAY, at, database
from tests.domain.dossiers.events import event, tell

SHIPPED = definition()


def told(at: int | None) -> str | None:
    return None if at is None else str(at)


def scores(inputs: dict[str, Ratio]) -> dict[str, float | None]:
    shown = index(SHIPPED, inputs).shown(told)
    return {one["code"]: one["score"] for group in shown["groups"] for one in group["criteria"]}


def test_the_shipped_definition_is_that_of_the_decision() -> None:
    assert {group.code: group.points for group in SHIPPED.group} == {
        "CKMB": 18, "TDGQ": 20, "CLGQ": 12, "TTTT": 10, "MDSH": 22, "MDHL": 18,
    }  # fmt: skip
    assert SHIPPED.points == 100


def test_without_any_input_there_is_no_score_and_never_zero() -> None:
    shown = index(SHIPPED, {}).shown(told)
    assert (shown["score"], shown["pct"], shown["max"], shown["points"]) == (None, None, 100, 100)
    assert (shown["countable"], shown["uncounted"], shown["as_of"]) == (0, 100, None)
    assert shown["estimate"] is True
    assert all(group["partial"] and group["score"] is None for group in shown["groups"])
    assert set(scores({}).values()) == {None}


@pytest.mark.parametrize(
    ("inputs", "code", "score"),
    [
        ({"dossiers.on_time": Ratio(97, 100)}, "2.1", 19.4),  # no threshold: 20 x 0.97
        ({"dossiers.online": Ratio(49, 100)}, "3.3", 11.76),  # below it: 12 x 0.49 / 0.5
        ({"dossiers.online": Ratio(50, 100)}, "3.3", 12),
        ({"dossiers.online": Ratio(99, 100)}, "3.3", 12),
        ({"dossiers.digitised": Ratio(0, 7)}, "4.2", 0),  # told, and nothing done
        ({"dossiers.digitised": Ratio(0, 0)}, "4.2", None),  # nothing of nothing
        ({"dossiers.satisfaction": Ratio(-3, 10)}, "5.4", 0),
        ({"feed.index766_3_5": Ratio(4, 10)}, "3.5", 1),
    ],
)
def test_points_of_a_criterion(inputs: dict[str, Ratio], code: str, score: float | None) -> None:
    assert scores(inputs)[code] == score


def test_only_criteria_with_their_input_count() -> None:
    shown = index(SHIPPED, {"dossiers.on_time": Ratio(9, 10), "dossiers.paid_online": Ratio(1, 2)}).shown(told)
    assert (shown["score"], shown["countable"], shown["pct"]) == (21, 26, 80.7692)
    assert (shown["max"], shown["uncounted"]) == (100, 74), "one maximum, and what cannot be counted apart"
    by_code = {group["code"]: group for group in shown["groups"]}
    assert (by_code["TDGQ"]["partial"], by_code["TTTT"]["partial"]) == (False, True)
    thirds = by_code["TTTT"]
    assert (thirds["score"], thirds["max"], thirds["countable"], thirds["uncounted"]) == (3, 10, 6, 4)
    missing = {one["code"]: (one["missing"], one["input"]) for one in by_code["TTTT"]["criteria"]}
    assert missing["3.5"] == ("input", "feed.index766_3_5")
    assert missing["3.6"] == (None, "dossiers.paid_online")


def test_an_index_is_as_old_as_the_oldest_that_counts() -> None:
    inputs = {
        "dossiers.on_time": Ratio(9, 10, as_of=300),
        "feed.index766_1_1": Ratio(3, 6, "2026-10", as_of=200),
        "dossiers.digitised": Ratio(0, 0, as_of=100),  # of nothing: does not count
    }
    found = index(SHIPPED, inputs)
    assert found.total.as_of == 200
    assert {group.code: found.of(group).as_of for group in SHIPPED.group if found.of(group).as_of} == {
        "TDGQ": 300, "CKMB": 200,
    }  # fmt: skip


def test_where_nobody_worked_what_is_judged_by_lateness_does_not_count() -> None:
    total = index(SHIPPED, {"dossiers.on_time": Ratio(0, 17, void=True)}).total
    assert (total.score, total.countable) == (None, 0)
    assert [one.missing for one in total.scored if one.criterion.code == "2.1"] == ["no_working_time"]


def test_ranks_leave_out_the_places_of_ties() -> None:
    assert ranks({"a": 80.0, "b": 79.9995, "c": 90.0, "d": 10.0}) == {"c": 1, "a": 2, "b": 2, "d": 4}
    assert ranks({"a": 80.0, "b": 79.998, "c": None}) == {"a": 1, "b": 2, "c": None}
    assert ranks({}) == {}


def test_a_definition_of_ones_own_names_every_problem(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    text = (
        '[[group]]\ncode = "A"\nvi = "a"\nen = "a"\npoints = 5\n[[group.criterion]]\ncode = "1"\nvi = "b"\nen = "b"\n'
    )
    path.write_text(f'version = "2026.1"\nsource = "QĐ"\n{text}points = 5\ndossiers = "online"\n', encoding="utf-8")
    assert [one.code for one in definition(str(path)).group[0].criterion] == ["1"]
    other = tmp_path / "bad.toml"
    other.write_text(f'source = "QĐ"\n{text}points = 4\nthreshold = 80\ndossiers = "onlin"\n', encoding="utf-8")
    with pytest.raises(UsageError) as failed:
        definition(str(other))
    problems = "\n".join(failed.value.params["problems"])
    for part in ("version: missing", "group[0].criterion[0].threshold: 80", "group[0].criterion[0].dossiers: 'onlin'"):
        assert part in problems
    with pytest.raises(UsageError, match="cannot be read"):
        definition(str(tmp_path / "none.toml"))


DAY_1 = at("2026-03-02T08:00")


def test_the_ratios_of_dossiers(tmp_path: Path) -> None:
    """Ten of system 1: one ended late, one open beyond its date, one open in term, seven ended early; 2 says little."""
    for made in database(tmp_path / "ioc.sqlite"):
        for n in range(10):
            due = DAY_1 + (3 if n < 2 else 20) * DAY
            said = {"received_at": DAY_1, "due_at": due, "submission": "online" if n < 4 else "direct"}
            events = [event(f"a{n}", DAY_1, receiving_org="hg.dong-van", fee=1000 if n < 5 else 0, **said)]
            if n not in (1, 2):
                events.append(event(f"a{n}", DAY_1 + 10 * DAY, status=9, finished_at=DAY_1 + 10 * DAY))
            if n in (0, 3):
                events.append(event(f"a{n}", DAY_1 + 11 * DAY, online_payment=True, digitised=True, satisfaction=n + 1))
            tell(made, *events)
        tell(made, event("b", DAY_1, received_at=DAY_1, status=9), source_id=2)
        end = DAY_1 + 15 * DAY
        asked = Question({1: end, 2: end}, DAY_1 - DAY, end, end)
        with made.read() as conn:
            inputs = gather(conn, asked)
            all_told = gather(conn, replace(asked, min_ratings=2)).of(None)
            assert all_told["dossiers.satisfaction"] == Ratio(7, 10), "two overdue, one of 1 star"
    assert inputs.of({"hg", "hg.dong-van"}) == {
        "dossiers.on_time": Ratio(8, 10),  # the one nobody dated is in neither
        "dossiers.online": Ratio(4, 11),
        "dossiers.paid_online": Ratio(2, 5),
        "dossiers.digitised": Ratio(2, 10),  # system 2 does not speak of it
    }  # of two ratings nothing is told
    assert inputs.of({"hg"})["dossiers.digitised"] == Ratio(0, 0)
    assert inputs.of(set())["dossiers.on_time"] == Ratio(0, 0)


def test_where_nobody_has_dossiers_nothing_is_told(tmp_path: Path) -> None:
    for made in database(tmp_path / "ioc.sqlite"):
        with made.read() as conn:
            assert gather(conn, Question({}, 0, 1, 1)).of({"hg"}) == {}
