"""The catalogues: one set of keys in two languages, and a text for everything the screens can say."""

import re
import unicodedata
from typing import get_args

import pytest

from alerts.model import AlertState, NotificationState, Transition
from ioc.core.model import Health, Leniency, Role, Severity
from ioc.core.registry import scan
from ioc.messages.kinds import specs
from tests.texts import BROUGHT, LANGUAGES, TEXTS, WEB, WIDGETS, files, read
from web.scenes import SCENES
from web.widgets.kpi import Figure

SOURCES = sorted((WEB / "frontend" / "src").rglob("*.svelte")) + sorted((WEB / "frontend" / "src").rglob("*.js"))
KEY = re.compile(r"""['"`]((?:ui|health|kind|metric|state|role)\.[\w.$\{\}-]+)['"`]""")


def test_both_languages_have_the_same_keys() -> None:
    assert TEXTS["vi"].keys() == TEXTS["en"].keys()


def test_texts_are_composed_sorted_and_not_empty() -> None:
    for catalogue in map(read, [path for lang in LANGUAGES for path in files(lang)]):
        assert list(catalogue) == sorted(catalogue)
        assert not [key for key, text in catalogue.items() if not text.strip()]
        assert not [key for key, text in catalogue.items() if unicodedata.normalize("NFC", text) != text]


def test_a_text_stands_in_one_file() -> None:
    for lang in LANGUAGES:
        assert len(TEXTS[lang]) == sum(len(read(path)) for path in files(lang)) + len(BROUGHT[lang])


def test_a_widget_is_one_file_of_the_server_and_one_folder_of_the_page_with_its_texts() -> None:
    kinds = set(scan("web.widgets"))
    assert {path.name for path in WIDGETS.iterdir()} == kinds
    for kind in kinds:
        assert (WIDGETS / kind / "index.svelte").is_file()
        for lang in LANGUAGES:
            assert f"ui.widget.{kind}" in read(WIDGETS / kind / f"texts.{lang}.json")


def test_both_languages_name_the_same_parameters() -> None:
    for key, text in TEXTS["vi"].items():
        assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", TEXTS["en"][key])), key


def used() -> set[str]:
    return {key for path in SOURCES for key in KEY.findall(path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("key", sorted(used()))
def test_a_key_the_screens_use_exists(key: str) -> None:
    """A key with a variable part stands for at least one text of that shape."""
    shape = re.compile(re.sub(r"\\\$\\\{.*?\\\}", r"[\\w-]+", re.escape(key)) + "$")
    assert any(shape.match(known) for known in TEXTS["vi"])


def test_the_search_for_keys_finds_them() -> None:
    assert {"ui.simulated", "ui.kpi.${figure}", "health.unknown"} <= used()


def test_every_word_of_the_domain_has_a_text() -> None:
    figures = get_args(Figure)
    contract = ("shelved", "out_of_service")
    wanted = {
        *(f"health.{health}" for health in (*Health, "none")),
        *(
            f"ui.legend.{health}" for health in (*Health, "none") if health != Health.CLOSED
        ),  # said of all of them at once
        *(f"state.{state}" for state in (*AlertState, *contract)),
        *(f"role.{role}" for role in Role),
        *(f"ui.severity.{severity}" for severity in Severity),
        *(f"ui.leniency.{leniency}" for leniency in Leniency),
        *(f"ui.alerts.move.{move}" for move in Transition),
        *(f"ui.alerts.told.{state}" for state in NotificationState),
        *(f"ui.kpi.{figure}" for figure in figures),
        *(f"ui.scene.{scene}" for scene in SCENES),
    }
    for kind, spec in specs(scan("connectors.kinds")).items():
        wanted |= {f"kind.{kind}", *(f"metric.{kind}.{name}" for name in (*spec.metrics, *spec.words))}
    assert wanted - TEXTS["vi"].keys() == set()
