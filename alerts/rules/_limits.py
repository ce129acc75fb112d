"""RuleLimits of a figure with recovery values of their own, shared by the kinds of rule that judge numbers."""

from typing import Literal

from msgspec import Struct

from alerts.model import Condition
from ioc.core.model import Number


class RuleLimits(Struct, frozen=True, kw_only=True):
    """Bad beyond `above` or `below`; well again beyond the recovery value.

    Without a recovery value a figure is well as soon as it is no longer bad.
    """

    above: float | None = None
    below: float | None = None
    recover_below: float | None = None
    recover_above: float | None = None

    def check_recovery(self) -> None:
        if self.recover_below is not None and (self.above is None or self.recover_below > self.above):
            raise ValueError("recover_below needs an above that is not smaller")
        if self.recover_above is not None and (self.below is None or self.recover_above < self.below):
            raise ValueError("recover_above needs a below that is not larger")

    def check_limits(self) -> None:
        """Of a kind that knows nothing but limits."""
        if self.above is None and self.below is None:
            raise ValueError("one of above, below is needed")
        self.check_recovery()

    def check_percent(self) -> None:
        """Of a kind whose figure is a share."""
        self.check_limits()
        for name in RuleLimits.__struct_fields__:
            if (value := getattr(self, name)) is not None and not 0 <= value <= 100:
                raise ValueError(f"{name} {value:g}: a percentage from 0 to 100")

    def beyond(self, value: Number) -> tuple[Literal["above", "below"], float]:
        """Which side of which limit a figure is that is bad, or easing."""
        if self.below is not None and (self.above is None or value < self._well_above):
            return "below", self.below
        return "above", self.above or 0.0

    @property
    def _well_above(self) -> float:
        """A figure below this is not beyond `above`, nor easing from there."""
        return min(limit for limit in (self.above, self.recover_below) if limit is not None)

    def of_number(self, value: Number) -> Condition | None:
        """BAD, EASING between limit and recovery value, None when all is well."""
        if (self.above is not None and value > self.above) or (self.below is not None and value < self.below):
            return Condition.BAD
        falling = self.recover_below is not None and value >= self.recover_below
        rising = self.recover_above is not None and value <= self.recover_above
        return Condition.EASING if falling or rising else None
