"""Tells the live readers what changed, coalesced to a few signed deltas a second."""

from ioc.broker import Bus
from ioc.live import DELTA_TOPIC, NOTICE_TOPIC, Delta, Notice, Patch, seal
from ioc.world import World

PATCHES_A_DELTA = 500
HEARTBEAT_S = 1.0


class Outlet:
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
            delta = Delta(world.epoch, world.n, now, patches[start : start + PATCHES_A_DELTA])
            self._bus.publish(DELTA_TOPIC, seal(self._key, delta))

    def inventory_changed(self, now: int) -> None:
        """Have the readers look for newcomers at once instead of at their next turn."""
        self._bus.publish(NOTICE_TOPIC, seal(self._key, Notice("inventory", now)))
