"""The inboxes of channels that receive: what lies there is answered, then taken away."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from alerts.answering.answers import AnswerDesk, AnswerOutcome
from alerts.message import ChannelPlugin
from ioc.core.errors import IocError

log = logging.getLogger(__name__)
EVERY_S = 2.0


class ReceivingChannel(NamedTuple):
    """A configured channel that people can answer to."""

    plugin: ChannelPlugin
    options: Any


class Inboxes:
    """Looked into every so often by who holds the duty."""

    def __init__(self, answers: AnswerDesk, channels: Mapping[str, ReceivingChannel]) -> None:
        self._answers = answers
        self._channels = channels

    def read(self) -> bool:
        """True where something was taken over; what cannot be written now stays where it lies."""
        return any([outcome is AnswerOutcome.TAKEN for outcome in self._outcomes()])

    def _outcomes(self) -> Iterator[AnswerOutcome]:
        for name, (plugin, options) in self._channels.items():
            try:
                for received in plugin.receive(options) if plugin.receive else ():
                    yield self._answers.text(name, received.phone, received.text)
                    received.done()
            except (IocError, OSError) as error:
                log.warning("the inbox of channel %s waits: %s", name, error)
