"""The catalogues: one set of keys in two languages, and a text for everything the screens can say."""

import json
import re
import unicodedata
from pathlib import Path
from typing import get_args

import pytest

from alerts.model import AlertState, Move, NotificationState
from ioc.kinds import specs
from ioc.model import Health, Leniency, Role, Severity
from ioc.registry import scan
from web.scenes import SCENES
from web.widgets.kpi import Figure

WEB = Path(__file__).resolve().parents[2] / "web"
TEXTS = {lang: json.loads((WEB / "i18n" / f"{lang}.json").read_text(encoding="utf-8")) for lang in ("vi", "en")}
SOURCES = sorted((WEB / "frontend" / "src").rglob("*.svelte")) + sorted((WEB / "frontend" / "src").rglob("*.js"))
KEY = re.compile(r"""['"`]((?:ui|health|kind|metric|state|role)\.[\w.$\{\}-]+)['"`]""")


def test_both_languages_have_the_same_keys() -> None:
    assert TEXTS["vi"].keys() == TEXTS["en"].keys()


def test_texts_are_composed_sorted_and_not_empty() -> None:
    for catalogue in TEXTS.values():
        assert list(catalogue) == sorted(catalogue)
        assert not [key for key, text in catalogue.items() if not text.strip()]
        assert not [key for key, text in catalogue.items() if unicodedata.normalize("NFC", text) != text]


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
    widgets = ("kpi", "queue_board", "vc_grid", "service_status", "alert_feed", "trend", "freshness")
    contract = ("shelved", "out_of_service")
    wanted = {
        *(f"health.{health}" for health in (*Health, "none")),
        *(f"ui.legend.{health}" for health in (*Health, "none")),
        *(f"state.{state}" for state in (*AlertState, *contract)),
        *(f"role.{role}" for role in Role),
        *(f"ui.severity.{severity}" for severity in Severity),
        *(f"ui.leniency.{leniency}" for leniency in Leniency),
        *(f"ui.alerts.move.{move}" for move in Move),
        *(f"ui.alerts.told.{state}" for state in NotificationState),
        *(f"ui.kpi.{figure}" for figure in figures),
        *(f"ui.widget.{widget}" for widget in widgets),
        *(f"ui.scene.{scene}" for scene in SCENES),
    }
    for kind, spec in specs(scan("connectors.kinds")).items():
        wanted |= {f"kind.{kind}", *(f"metric.{kind}.{name}" for name in (*spec.metrics, *spec.words))}
    assert wanted - TEXTS["vi"].keys() == set()
