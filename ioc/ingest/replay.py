"""Captured messages through the same door again, with the time they were first received."""

from typing import Protocol

import msgspec

from ioc.ingest.inbox import Received
from ioc.ingest.receiver import Sorter
from ioc.live.deltas import seal, unseal
from ioc.messages.bus import REPLAY
from ioc.messages.mapping.maps import Maps
from ioc.messages.privacy import Privacy


class Replay(msgspec.Struct):
    """A message as it was received; `received_at` in epoch ms."""

    received_at: int
    topic: str
    payload: bytes


class Publishes(Protocol):
    """Hands a message to the broker; transient IocError when it does not take it."""

    def publish_acknowledged(self, topic: str, payload: bytes) -> None: ...


def send(bus: Publishes, key: bytes, replay: Replay) -> None:
    """Hand one message to ingest by way of the broker."""
    bus.publish_acknowledged(REPLAY, seal(key, replay))


def sorter(key: bytes, privacy: Privacy, maps: Maps | None = None) -> Sorter:
    """Reads a replay; its time is believed only when the signature is ours."""

    def sort(payload: bytes, now: int) -> Received | None:
        replay = unseal(key, payload, Replay)
        if replay is None:
            return Received(now, REPLAY, payload[:256], retained=False)  # ends in quarantine as a bad topic
        kept = maps.strip(replay.topic, replay.payload, privacy) if maps else privacy.strip(replay.payload)[0]
        return Received(replay.received_at, replay.topic, kept, retained=False)

    return sort
