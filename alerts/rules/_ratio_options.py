"""The keys of a rule on shares: what is a part of what, and the limits of the share."""

from typing import Annotated

from msgspec import Meta

from alerts.rules._limits import RuleLimits
from ioc.config.fields import Positive
from ioc.config.selectors import Selector
from ioc.core.model import Health
from ioc.live.world import UNCOUNTED


class RatioSelector(Selector, frozen=True, kw_only=True):
    """Sources, and `metric` as a part `of` another one, or how many of them are in `states`."""

    kind: str
    source: str | None = None
    metric: str | None = None
    of: str | None = None
    states: tuple[Health, ...] = ()

    def __post_init__(self) -> None:
        if (self.metric is None) != (self.of is None):
            raise ValueError("metric and of go together")
        if (self.metric is None) == (not self.states):
            raise ValueError("one of states, or metric with of, is needed")
        if left_out := [state for state in self.states if state in UNCOUNTED]:
            allowed = ", ".join(state for state in Health if state not in UNCOUNTED)
            raise ValueError(f"states: {left_out[0]!s} stands in no denominator; allowed: {allowed}")

    @property
    def metrics(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, told) for name, told in (("metric", self.metric), ("of", self.of)) if told is not None)


class Options(RuleLimits, frozen=True, kw_only=True):
    """RuleLimits in per cent, or as a quotient with `percent` false; nothing is judged of fewer than `at_least`.

    `each`: an alert for every org of that kind, with all below it. Without it metrics are judged source by source,
    and states over the rule's org, else over each root of the tree.
    """

    on: RatioSelector
    at_least: Positive = 1
    each: Annotated[str, Meta(min_length=1)] | None = None
    percent: bool = True

    def __post_init__(self) -> None:
        if self.on.states and not self.percent:
            raise ValueError("percent: a share of sources is always in per cent")
        if self.on.states:
            self.check_percent()
        else:
            self.check_limits()
