"""One table says from which value on a figure is amber or red: screens and rules cannot disagree."""

import tomllib

import pytest

from ioc import bootstrap
from ioc.config import bands, sample
from ioc.core.errors import UsageError
from ioc.core.model import Health
from ioc.messages.severity import FIGURES

TEXT = bootstrap.sample_text()
BAND = """
[[band]]
kind = "queue"
metric = "longest_wait_s"
warning_above = 1200
critical_above = 2400
"""


def load(more: str = ""):
    return bootstrap.parse_settings(tomllib.loads(TEXT + more), "x.toml")


def waits(settings, severity):
    """The limit of the shipped rule of that severity on the longest wait."""
    kinds = bootstrap.kinds_of(settings)
    rules = [bands.standing_on(kinds, rule) for rule in settings.rule if rule.kind == "threshold"]
    found = [rule for rule in rules if rule.options.on.metric == "longest_wait_s" and rule.severity == severity]
    return [rule.options.above for rule in found]


def test_figures_of_many_turn_red_where_their_rules_fire():
    rules = {rule["id"]: rule for rule in sample.awake(TEXT)["rule"] if "id" in rule}
    assert FIGURES["vc_lost_pct"].critical_above == rules["vc-many-offline"]["above"]
    assert FIGURES["dossiers_in_time_pct"].warning_below == rules["dossiers-in-time"]["below"]


def test_a_band_of_the_site_moves_colour_and_rule_together():
    before, after = load(), load(BAND)
    assert (waits(before, "warning"), waits(before, "critical")) == ([1800], [3600])
    assert (waits(after, "warning"), waits(after, "critical")) == ([1200], [2400])
    metric = bootstrap.kinds_of(after)["queue"].metrics["longest_wait_s"]
    assert [metric.judge(value) for value in (1200, 1201, 2401)] == [Health.OK, Health.WARNING, Health.CRITICAL]
    assert (metric.unit, metric.low, metric.high) == ("s", 0, 86_400)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("queue", "kwai"), "band[0].kind: 'kwai'; allowed: dossier, feed"),
        (("longest_wait_s", "paper"), "band[0].metric: 'paper' is no figure of queue; allowed: avg_service_s"),
        (("warning_above = 1200", "warning_above = 3000"), "what is critical must lie beyond what is a warning"),
        (("warning_above = 1200\ncritical_above = 2400", ""), "one of warning_above, critical_above"),
    ],
)
def test_a_band_that_cannot_be_is_refused_by_name(change, words):
    with pytest.raises(UsageError) as caught:
        load(BAND.replace(*change))
    assert words in "\n".join(caught.value.params["problems"])


def test_a_rule_on_a_figure_without_a_band_needs_limits_of_its_own():
    with pytest.raises(UsageError) as caught:
        load('\n[[rule]]\nid = "x"\nkind = "threshold"\non = { kind = "queue", metric = "waiting" }\n')
    assert "waiting of queue has no band of severity warning" in "\n".join(caught.value.params["problems"])
