"""Topics that are spoken on and that nobody understands, each with its newest message, for an administrator to map."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ioc.context import Context
from ioc.core.errors import IocError
from ioc.ingest import unknown_topics
from ioc.ingest.maps_in_force import MapsInForce
from ioc.ingest.unknown_topics import UnreadTopic
from ioc.messages.mapping.maps import Maps
from ioc.messages.privacy import Privacy
from ioc.platform.broker import Bus
from ioc.platform.logins import as_bus

log = logging.getLogger(__name__)

FLUSH_S = 2.0
_STOP_S = 3.0
_OURS = ("ioc/", "$")


class Listener:
    """The topics heard since the last `take`; bounded, so that a device that makes topics up fills nothing."""

    def __init__(self, maps: Maps, privacy: Privacy) -> None:
        self._maps = maps
        self._privacy = privacy
        self._heard: dict[str, UnreadTopic] = {}
        self._lock = threading.Lock()

    def hear(self, topic: str, payload: bytes, now: int) -> None:
        if topic.startswith(_OURS) or len(topic) > unknown_topics.LONGEST or self._maps.of(topic):
            return
        with self._lock:
            known = self._heard.get(topic)
            if known is None and len(self._heard) >= unknown_topics.AT_MOST:
                return
            self._heard[topic] = UnreadTopic(payload[: unknown_topics.SAMPLE_BYTES], 1 + (known.n if known else 0), now)

    def take(self) -> dict[str, UnreadTopic]:
        """Everything heard, without private keys, and begin anew."""
        with self._lock:
            heard, self._heard = self._heard, {}
        return {topic: one._replace(payload=self._privacy.strip(one.payload)[0]) for topic, one in heard.items()}


@contextmanager
def watching(context: Context) -> Iterator[None]:
    """Listen on the filters of `[mqtt] watch_unknown` while inside; without any, do nothing."""
    settings = context.settings
    if not settings.mqtt.watch_unknown:
        yield
        return
    in_force = MapsInForce(context)
    listener = Listener(in_force.maps, Privacy(settings.inbox.private_keys))
    bus = Bus(as_bus(settings), "ioc-unknown")
    for name in settings.mqtt.watch_unknown:
        bus.subscribe(name, lambda topic, payload, _retained: listener.hear(topic, payload, context.clock.now_ms()))
    stop = threading.Event()
    keeping = threading.Thread(
        target=_keep, args=(context, listener, in_force, stop), name="unknown-topics", daemon=True
    )
    bus.start()
    keeping.start()
    try:
        yield
    finally:
        bus.stop()
        stop.set()
        keeping.join(_STOP_S)


def _keep(context: Context, listener: Listener, in_force: MapsInForce, stop: threading.Event) -> None:
    """Write what was heard every FLUSH_S; a database that is away loses a look, no message."""
    while not stop.wait(FLUSH_S):
        in_force.look()
        heard = listener.take()
        if heard:
            try:
                unknown_topics.note(context.db, heard)
            except IocError as error:
                log.warning("unknown topics could not be noted: %s", error)
