"""The bounds of the streams behind MQTT: a full one refuses its own publishers and leaves room for all else."""

from typing import NamedTuple

from ioc.core.errors import Code, IocError
from ioc.platform.nats.api import Api

MESSAGES, RETAINED = "$MQTT_msgs", "$MQTT_rmsgs"
# of the store, in hundredths; what is left is for sessions, without which nobody could connect
SHARES = {MESSAGES: 80, RETAINED: 10, "$MQTT_qos2in": 4}
_FULL = 0.99


class StreamUsage(NamedTuple):
    """The messages that wait, their bytes, and the bytes that there may be."""

    waiting: int
    used: int
    limit: int

    @property
    def full(self) -> bool:
        return self.used >= self.limit * _FULL


def bound(api: Api, max_file: int) -> None:
    """Have each stream refuse what is new when its share is taken; JetStream's default is to drop, or to stop all."""
    for name, share in SHARES.items():
        config = api.jetstream(f"STREAM.INFO.{name}")["config"]
        wanted = {**config, "discard": "new", "max_bytes": max_file * share // 100}
        if wanted != config:
            api.jetstream(f"STREAM.UPDATE.{name}", wanted)


def fill(api: Api) -> StreamUsage:
    """Of the messages that wait for somebody."""
    answer = api.jetstream(f"STREAM.INFO.{MESSAGES}")
    try:
        state, config = answer["state"], answer["config"]
        return StreamUsage(state["messages"], state["bytes"], config["max_bytes"])
    except KeyError as error:
        raise IocError(Code.NATS_API, f"embedded broker: no {error} in its answer") from error
