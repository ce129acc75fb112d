"""Damping: what comes and goes is told once as flapping, and is one alert from then on until it stays well."""

from dataclasses import dataclass
from typing import Any

from alerts.engine.batch import TransitionBatch
from alerts.model import Alert, Transition
from ioc.config.alerting import AlertOptions

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Damping:
    """An alert that fired and was over `returns` times within the window flaps; 0: none does."""

    returns: int = 0
    window_ms: int = 60 * MINUTE_MS
    stable_ms: int = 20 * MINUTE_MS

    @classmethod
    def of(cls, options: AlertOptions) -> "Damping":
        window, stable = (round(minutes * MINUTE_MS) for minutes in (options.flap_window_min, options.flap_stable_min))
        return cls(options.flap_returns, window, stable)

    def at_firing(self, batch: TransitionBatch, alert: Alert, flaps: int) -> dict[str, Any]:
        """What an alert that fires takes over from those before it."""
        if not self.returns or alert.flapping_since is not None:
            return {}
        now, returned = batch.now, batch.returned.get(alert.fingerprint, 0)
        return {"flapping_since": now, "flaps": max(flaps, returned)} if returned >= self.returns else {}

    def calm_until(self, alert: Alert) -> int | None:
        """When a flapping alert that is well now has stayed so long enough."""
        return None if alert.calm_since is None else alert.calm_since + self.stable_ms

    def write(self, batch: TransitionBatch, alert: Alert, transition: Transition) -> Alert:
        """Well for now, or bad again: kept, and told to nobody."""
        calmed = transition is Transition.CALMED
        values = (
            {"calm_since": batch.now, "flaps": alert.flaps}
            if calmed
            else {"calm_since": None, "flaps": alert.flaps + 1}
        )
        return batch.change(alert, transition, alert.state, **values)
