"""The delivery workers: threads that empty the outbox, a few a channel, so that a slow gateway delays only itself."""

import logging
import threading
from collections.abc import Mapping

from alerts.delivery.outbox import Outbox
from ioc.core.errors import IocError

log = logging.getLogger(__name__)

THREADS = 2
POLL_S = 0.5
LOOK_S = 0.1


class DeliveryWorkers:
    """Started when this process becomes active, stopped when it no longer is."""

    def __init__(self, outbox: Outbox, per_minute: Mapping[str, int | None]) -> None:
        self._outbox = outbox
        self._busy: dict[str, tuple[str, float]] = {}  # by thread: the channel it is at work on, since when
        self._wake = threading.Condition()
        self._threads = [
            threading.Thread(
                target=self._run, args=(name, 60 / limit if limit else 0.0, i), name=f"delivery-{name}-{i}"
            )
            for name, limit in per_minute.items()
            for i in range(1 if limit else THREADS)  # one alone can keep a pace
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    def wake(self) -> None:
        """A notification may be due."""
        with self._wake:
            self._wake.notify_all()

    def stuck(self, longer_than_s: float) -> list[str]:
        """The channels with a worker that has been at one notification for so long."""
        now = self._outbox.clock.monotonic()
        return sorted({channel for channel, since in list(self._busy.values()) if now - since > longer_than_s})

    def stop(self, timeout: float) -> None:
        """Claim nothing more, and give what is being sent `timeout` seconds in all."""
        self._outbox.stop.set()
        self.wake()
        share = timeout / max(1, len(self._threads))
        for thread in self._threads:
            thread.join(share)

    def _run(self, channel: str, gap_s: float, number: int) -> None:
        """The first of a channel works; the next steps in where a message takes its time."""
        stop = self._outbox.stop
        while not stop.is_set():
            if number and not self._outbox.is_slow(channel):
                stop.wait(LOOK_S)
            elif self._step(channel):
                stop.wait(gap_s)
            else:
                with self._wake:
                    self._wake.wait(POLL_S)

    def _step(self, channel: str) -> bool:
        own = threading.current_thread().name
        self._busy[own] = (channel, self._outbox.clock.monotonic())
        try:
            return self._outbox.step(channel)
        except IocError as error:
            log.warning("channel %s rests: %s", channel, error)
        except Exception:
            log.exception("channel %s rests", channel)
        finally:
            del self._busy[own]
        return False
