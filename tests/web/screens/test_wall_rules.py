"""The rules of a wall, asked one by one: whose turn it is, which tiles stand, when it is dim, when it is heard."""

from typing import Any

import pytest

from tests.web.screens.conftest import Ask

FULL, CRISIS, SMALL, BOTH = ([{"id": name}] for name in ("full", "crisis", "small", "both"))
VARIANTS = [
    {"when": {"room": "small"}, "widgets": SMALL},
    {"when": {"crisis": True}, "widgets": CRISIS},
    {"when": {"crisis": True, "room": "small"}, "widgets": BOTH},
]
ROUND = ["toan-canh", "mot-cua", "ho-so"]
WISH: dict[str, Any] = {
    "fixed": None, "home": "toan-canh", "shown": None, "touched": None, "halted": False,
    "turn": {"name": "mot-cua", "since": 0},
}  # fmt: skip


@pytest.mark.parametrize(
    ("now", "tiles"),
    [
        ({"crisis": False, "small": False}, FULL),
        ({"crisis": True, "small": False}, CRISIS),
        ({"crisis": False, "small": True}, SMALL),
        ({"crisis": True, "small": True}, BOTH),
    ],
)
def test_the_variant_that_says_most_of_what_is_so_stands(ask: Ask, now: Any, tiles: Any) -> None:
    assert ask("lib/scene", "tilesOf", {"widgets": FULL, "variants": VARIANTS}, now) == tiles


def test_a_scene_without_a_fitting_variant_stands_as_it_is(ask: Ask) -> None:
    scene = {"widgets": FULL, "variants": [{"when": {"crisis": True, "room": None}, "widgets": CRISIS}]}
    assert ask("lib/scene", "tilesOf", scene, {"crisis": False, "small": True}) == FULL
    assert ask("lib/scene", "tilesOf", {"widgets": FULL}, {"crisis": True, "small": True}) == FULL


@pytest.mark.parametrize(("height", "rem", "small"), [(2160, 20, False), (2160, 28, False), (2160, 29, True)])
def test_letters_half_as_large_again_leave_room_for_few_tiles(ask: Ask, height: int, rem: int, small: bool) -> None:
    assert ask("lib/scene", "isSmall", height, rem) is small


@pytest.mark.parametrize(
    ("turn", "now", "then"),
    [
        ({"name": "mot-cua", "since": 1_000}, 30_999, {"name": "mot-cua", "since": 1_000}),
        ({"name": "mot-cua", "since": 1_000}, 31_000, {"name": "ho-so", "since": 31_000}),
        ({"name": "ho-so", "since": 0}, 30_000, {"name": "toan-canh", "since": 30_000}),
        ({"name": "su-co", "since": 0}, 5_000, {"name": "toan-canh", "since": 5_000}),
    ],
)
def test_a_turn_passes_on_when_it_is_over_or_its_scene_left(ask: Ask, turn: Any, now: int, then: Any) -> None:
    assert ask("lib/rotation", "passed", turn, ROUND, 30_000, now) == then


@pytest.mark.parametrize(
    ("wish", "name", "why"),
    [
        ({}, "mot-cua", "turn"),
        ({"halted": True}, "toan-canh", "halted"),
        ({"fixed": "ho-so", "halted": True}, "ho-so", "fixed"),
        ({"fixed": "ho-so", "shown": {"scene": "ha-tang", "until": 99_001}}, "ha-tang", "shown"),
        ({"shown": {"scene": "ha-tang", "until": 99_000}}, "mot-cua", "turn"),
        ({"touched": {"scene": "ho-so", "at": 39_001}, "halted": True}, "ho-so", "touched"),
        ({"touched": {"scene": "ho-so", "at": 39_000}, "halted": True}, "toan-canh", "halted"),
    ],
)
def test_a_hand_comes_before_a_wish_from_afar_before_the_one_scene_before_trouble_before_the_round(
    ask: Ask, wish: Any, name: str, why: str
) -> None:
    assert ask("lib/rotation", "standing", WISH | wish, 99_000) == {"name": name, "why": why}


@pytest.mark.parametrize(
    ("said", "trouble", "scenes"),
    [
        ([], False, ["toan-canh", "ho-so", "truc-ban"]),
        ([], True, ["toan-canh", "ho-so", "su-co", "truc-ban"]),
        (["su-co", "gone"], False, ["su-co"]),
        (["gone"], False, ["toan-canh", "ho-so", "su-co", "truc-ban"]),
    ],
)
def test_a_round_is_what_the_display_says_of_the_scenes_there_are(
    ask: Ask, said: list[str], trouble: bool, scenes: list[str]
) -> None:
    assert ask("lib/rotation", "round", said, ["toan-canh", "ho-so", "su-co", "truc-ban"], trouble) == scenes


@pytest.mark.parametrize(
    ("span", "at", "night"),
    [
        ("22:00-05:00", 22 * 60, True), ("22:00-05:00", 5 * 60 - 1, True), ("22:00-05:00", 5 * 60, False),
        ("22:00-05:00", 22 * 60 - 1, False), ("01:00-04:30", 4 * 60, True), ("01:00-04:30", 0, False),
        (None, 0, False), ("night", 0, False),
    ],
)  # fmt: skip
def test_night_goes_over_midnight(ask: Ask, span: str | None, at: int, night: bool) -> None:
    assert ask("lib/night", "isNight", span, at) is night


@pytest.mark.parametrize(
    ("wanted", "alarmed", "dim"),
    [("auto", False, True), ("auto", True, False), ("off", False, False), ("on", True, False)],
)
def test_what_is_critical_and_nobodys_is_seen_in_full_light(ask: Ask, wanted: str, alarmed: bool, dim: bool) -> None:
    assert ask("lib/night", "isDim", wanted, "22:00-05:00", 0, alarmed) is dim
    assert ask("lib/night", "isDim", "on", "22:00-05:00", 12 * 60, False) is True


def test_an_alarm_sounds_once_for_each_new_incident_and_each_minute_until_it_is_taken(ask: Ask) -> None:
    heard, sounded = {"known": [], "at": 0}, []
    course = [(1_000, []), (2_000, ["7"]), (3_000, ["7"]), (4_000, ["7", "8"]), (63_999, ["7", "8"]), (64_000, ["7"]),
              (65_000, []), (200_000, []), (201_000, ["7"])]  # fmt: skip
    for now, untaken in course:
        told = ask("lib/alarm", "listened", heard, untaken, now)
        heard = told["heard"]
        sounded += [now] if told["sounds"] else []
    assert sounded == [2_000, 4_000, 64_000, 201_000]


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ({"minute": 3 * 60 + 20, "chance": 0.0}, "night"), ({"minute": 3 * 60 + 39, "chance": 0.99}, "night"),
        ({"minute": 3 * 60 + 21, "chance": 0.0}, None), ({"minute": 3 * 60 + 20, "chance": 0.0, "age": 60_000}, None),
        ({"heap": 301 * 1_048_576}, "heap"), ({"heap": 299 * 1_048_576}, None),
    ],
)  # fmt: skip
def test_a_wall_begins_anew_at_night_and_when_its_memory_grew(ask: Ask, page: Any, why: str | None) -> None:
    asked = {"age": 7_200_000, "minute": 12 * 60, "chance": 0.5, "heap": None} | page
    assert ask("lib/upkeep", "due", asked) == why


def test_the_same_question_has_one_name_and_another_never_the_same(ask: Ask) -> None:
    first = {"id": "alerts", "kind": "alert_feed", "options": {"limit": 6}}
    other = {"id": "alerts", "kind": "alert_feed", "options": {"limit": 5}}
    told = ask("lib/wires", "named", [first, other, first])
    assert told["ids"] == ["alerts", "alerts~2", "alerts"]
    assert ask("lib/wires", "named", [other], told["known"])["ids"] == ["alerts~2"]


@pytest.mark.parametrize(
    ("search", "display", "is_display", "told"),
    [
        ("", None, True, {"fixed": None, "scenes": [], "every": 30_000, "night": "22:00-05:00", "sound": True}),
        ("?scene=ho-so&every=3&night=on&sound=on", None, False, {"fixed": "ho-so", "every": 10_000, "dim": "on"}),
        ("?night=21:00-06:00&sound=off", None, True, {"night": "21:00-06:00", "dim": "auto", "sound": False}),
        ("", {"scenes": ["ho-so"], "every_s": 45, "profile": {"night": None, "sound": False}}, True,
         {"scenes": ["ho-so"], "every": 45_000, "night": None, "sound": False}),
        ("", {}, False, {"sound": False}),
    ],
)  # fmt: skip
def test_an_address_says_more_than_a_display_and_a_display_more_than_what_suits_most(
    ask: Ask, search: str, display: Any, is_display: bool, told: dict[str, Any]
) -> None:
    profile = ask("lib/conduct", "conductOf", search, display, is_display)
    assert profile | told == profile
