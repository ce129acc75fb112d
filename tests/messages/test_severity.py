"""One table of colours: rules, boards and screens agree on what is red, amber or blue, and on the words."""

from pathlib import Path

import pytest

import ioc
from alerts.rules import threshold
from ioc.bootstrap import load_settings
from ioc.config import bands
from ioc.config.alerting import Rule
from ioc.core.model import Health, Severity
from ioc.core.registry import scan
from ioc.messages import severity
from ioc.messages.kinds import KindSpec, specs
from ioc.messages.severity import Tone
from tests.texts import TEXTS

ROOT = Path(ioc.__file__).parent
KINDS = specs(scan("connectors.kinds"))
BIT = 0.5


def rules() -> list[Rule]:
    """Those that hold a figure or word of a kind against a limit."""
    found = (rule for rule in load_settings(ROOT / "ioc.sample.toml").rule if rule.kind == threshold.kind)
    return [bands.standing_on(KINDS, rule) for rule in found]


def colour(spec: KindSpec, rule: Rule) -> Health:
    """What a board makes of a source just where the rule begins to speak."""
    options: threshold.Options = rule.options
    name = options.on.metric
    if isinstance(options.equals, str):
        return spec.judge({}, {name: options.equals})[0]
    if options.equals is not None:
        return spec.judge({name: options.equals}, {})[0]
    value = options.above + BIT if options.above is not None else (options.below or 0) - BIT
    return spec.judge({name: value}, {})[0]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_where_a_rule_speaks_the_boards_have_its_colour(rule: Rule) -> None:
    assert str(colour(KINDS[rule.options.on.kind], rule)) == rule.severity


def test_a_figure_that_turns_red_and_has_a_rule_has_one_that_says_so() -> None:
    critical = [rule.options for rule in rules() if rule.severity == "critical"]
    for on in {rule.options.on for rule in rules()}:
        metric = KINDS[on.kind].metrics.get(on.metric)
        if metric is not None and metric.critical_above is not None:
            assert metric.critical_above in [options.above for options in critical if options.on == on]
        if metric is not None and metric.critical_below is not None:
            assert metric.critical_below in [options.below for options in critical if options.on == on]


def test_every_state_and_severity_has_a_colour() -> None:
    assert severity.TONES.keys() >= {*map(str, Health), *map(str, Severity), "none"}
    assert severity.tone(Health.OFFLINE) is severity.tone(Severity.CRITICAL) is Tone.BAD


def test_a_figure_of_many_is_as_red_as_the_worst_of_them() -> None:
    assert severity.of_many([]) == severity.of_many([Health.OK, Health.CLOSED]) == "ok"
    assert severity.of_many([Health.OK, Health.STALE]) == severity.of_many([Health.WARNING]) == "warning"
    assert severity.of_many([Health.WARNING, Health.OFFLINE]) == "critical"


@pytest.mark.parametrize(("figure", "value", "expected"), [
    ("vc_lost_pct", 0, "ok"), ("vc_lost_pct", 0.01, "warning"), ("vc_lost_pct", 30, "warning"),
    ("vc_lost_pct", 30.01, "critical"), ("dossiers_in_time_pct", 95, "ok"), ("dossiers_in_time_pct", 94.99, "warning"),
    ("dossiers_overdue", 0, "ok"), ("dossiers_overdue", 1, "warning"), ("feed_pct", 94.99, "warning"),
])  # fmt: skip
def test_a_figure_has_its_bands(figure: str, value: float, expected: str) -> None:
    assert severity.of_figure(figure, value) == expected


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_state_has_one_word_everywhere(lang: str) -> None:
    say = TEXTS[lang]
    offline, stale = say["health.offline"].lower(), say["health.stale"].lower()
    assert {say[key].lower() for key in ("alert.offline", "ui.legend.offline", "ui.sources.offline")} == {offline}
    assert {say[key].lower() for key in ("alert.silent", "ui.legend.stale")} == {stale}
    assert offline in say["ui.kpi.lost"].lower()
    assert stale.removeprefix("no ") in say["ui.kpi.silent"].lower()
    assert say["health.unknown"].lower() in say["ui.kpi.unheard"].lower()
