"""Tells the live readers what changed, coalesced to a few signed deltas a second."""

import logging

from ioc.live.deltas import DELTA_TOPIC, NOTICE_TOPIC, Delta, Notice, Patch, seal
from ioc.live.world import World
from ioc.platform.broker import Bus

log = logging.getLogger(__name__)

PATCHES_A_DELTA = 500
HEARTBEAT_S = 1.0


class DeltaPublisher:
    """Publishes what `world` has merged; an empty delta now and then says that nothing changed."""

    def __init__(self, bus: Bus, key: bytes, per_second: float) -> None:
        self._bus = bus
        self._key = key
        self._every = 1 / per_second
        self._sent_at = 0.0

    def due(self, monotonic: float, *, waiting: bool) -> bool:
        return monotonic - self._sent_at >= (self._every if waiting else HEARTBEAT_S)

    def send(self, world: World, patches: list[Patch], now: int, monotonic: float) -> None:
        """Number and publish; a large step goes out as several deltas."""
        self._sent_at = monotonic
        for start in range(0, max(len(patches), 1), PATCHES_A_DELTA):
            world.n += 1
            part = patches[start : start + PATCHES_A_DELTA]
            self._bus.publish(DELTA_TOPIC, self._sealed(Delta(world.epoch, world.n, now, part)))

    def _sealed(self, delta: Delta) -> bytes:
        """Without the patches that break us, if any do: one source must not silence the others."""
        try:
            return seal(self._key, delta)
        except Exception:
            log.exception("a step cannot be told whole; what breaks us is left out of it")
            delta.patches = [patch for patch in delta.patches if self._can_be_told(patch)]
            return seal(self._key, delta)

    def _can_be_told(self, patch: Patch) -> bool:
        try:
            seal(self._key, Delta("", 0, 0, [patch]))
        except Exception:
            log.exception("%s: what changed cannot be told", "/".join(patch.source))
            return False
        return True

    def inventory_changed(self, now: int) -> None:
        """Have the readers look for newcomers at once instead of at their next turn."""
        self._bus.publish(NOTICE_TOPIC, seal(self._key, Notice("inventory", now)))
