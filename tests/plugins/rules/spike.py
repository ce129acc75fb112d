"""Rule kind `spike`: a meter above what its place is allowed."""

from collections.abc import Iterator

from msgspec import Struct

from alerts.model import Condition, Finding, View
from alerts.rules._watched import watched
from ioc.config.alerting import Rule
from ioc.core.model import Severity

kind = "spike"
default_hold_s = 0.0
every_s = 0.0


class Options(Struct, frozen=True, kw_only=True):
    """`allowed`: kWh that are nobody's concern."""

    allowed: float


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    for source in watched(view, rule, "meter"):
        at, kwh = view.world.of(source.key).metrics.get("kwh", (0, 0))
        if kwh > rule.options.allowed:
            params = {"source": source.name, "kwh": round(kwh)}
            yield Finding(rule.id, source.key, Condition.BAD, Severity(rule.severity), "alert.spike", params, at)


TEXTS = {"vi": {"alert.spike": "Điện tăng vọt: {kwh} kWh"}, "en": {"alert.spike": "A spike of {kwh} kWh"}}
SAMPLE = """
[[rule]]
id = "meter-spike"
kind = "spike"
allowed = 50.0                             # kWh
severity = "critical"
"""
