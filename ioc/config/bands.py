"""Bands of figures: the values from which one is amber or red, the same for screens, maps and rules."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from msgspec import Struct, structs

from ioc.config.alerting import Rule
from ioc.core.model import Severity
from ioc.messages.kinds import Kinds

LIMITS = ("warning_above", "critical_above", "warning_below", "critical_below")


class Band(Struct, frozen=True, kw_only=True):
    """What a site holds to be amber (`warning_*`) and red (`critical_*`) of one metric, in place of what is shipped."""

    kind: str
    metric: str
    warning_above: float | None = None
    critical_above: float | None = None
    warning_below: float | None = None
    critical_below: float | None = None

    def __post_init__(self) -> None:
        if all(getattr(self, name) is None for name in LIMITS):
            raise ValueError(f"one of {', '.join(LIMITS)} is needed")
        if _crossed(self.warning_above, self.critical_above) or _crossed(self.critical_below, self.warning_below):
            raise ValueError("what is critical must lie beyond what is a warning")


def applied(kinds: Kinds, bands: Iterable[Band]) -> Kinds:
    """The kinds with these bands; those of kinds and metrics that do not exist are left out."""
    found = dict(kinds)
    for band in bands:
        spec = found.get(band.kind)
        if spec is not None and band.metric in spec.metrics:
            metric = replace(
                spec.metrics[band.metric],
                warning_above=band.warning_above,
                critical_above=band.critical_above,
                warning_below=band.warning_below,
                critical_below=band.critical_below,
            )
            found[band.kind] = replace(spec, metrics={**spec.metrics, band.metric: metric})
    return found


def faults(kinds: Kinds, bands: Iterable[Band]) -> Iterator[str]:
    """A line for each that no figure can have."""
    for at, band in enumerate(bands):
        spec = kinds.get(band.kind)
        if spec is None:
            yield f"band[{at}].kind: {band.kind!r}; allowed: {', '.join(sorted(kinds))}"
            continue
        figures = sorted(name for name, metric in spec.metrics.items() if not metric.boolean)
        if band.metric not in figures:
            yield f"band[{at}].metric: {band.metric!r} is no figure of {band.kind}; allowed: {', '.join(figures)}"


def standing_on(kinds: Kinds, rule: Rule) -> Rule:
    """The rule with the bands of its metric for limits, where it has none of its own."""
    banded = getattr(rule.options, "banded", None)
    if banded is None:
        return rule
    spec, severity = kinds.get(rule.options.on.kind), Severity(rule.severity)
    return structs.replace(rule, options=banded(spec and spec.metrics.get(rule.options.on.metric), severity))


def _crossed(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and low > high
