"""The round of the watchman: look, decide, tell who is owed something, remember it."""

import contextlib
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from alerts.deadman.look import Sighting
from alerts.deadman.options import Addressee, WatchOptions
from alerts.deadman.watchman import Saying, Vigil, after
from alerts.deadman.words import WatchWords
from alerts.message import ChannelPlugin
from ioc.core.clock import Clock
from ioc.core.errors import IocError

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Watch:
    """What could not be sent is tried again each round, until it is no news any more."""

    options: WatchOptions
    channels: Mapping[str, tuple[ChannelPlugin, Any]]
    everybody: list[Addressee]
    words: WatchWords
    look: Callable[[], Sighting]
    clock: Clock
    memory: Path
    known: Vigil = field(default_factory=Vigil)

    def run(self, stop: threading.Event) -> None:
        """Until `stop`."""
        self.known = remembered(self.memory)
        while True:
            began = self.clock.monotonic()
            self.round()
            if stop.wait(max(0.0, began + self.options.every_s - self.clock.monotonic())):
                return

    def round(self) -> Sighting:
        """One look and all that follows from it."""
        seen, now = self.look(), self.clock.now_ms()
        before = self.known
        self.known = after(before, seen, now, self.options.silent_after_s, self.options.remind_min)
        if self.known.saying is not before.saying and self.known.saying is not None:
            log.warning("%s: %s", self.known.saying, ", ".join(filter(None, (self.known.why, self.known.detail))))
        for one in self.everybody:
            if one.key in self.known.owed([other.key for other in self.everybody]) and self._told(one, now):
                self.known = self.known.reaches(one.key)
        if self.known.saying is Saying.RETURNED:
            self.known = after(self.known, seen, now, self.options.silent_after_s, self.options.remind_min)
        if self.known != before:
            self._remember()
        return seen

    def _told(self, one: Addressee, now: int) -> bool:
        plugin, options = self.channels[one.channel]
        try:
            plugin.send(options, self.words.message(self.known, one.address, one.lang, now))
        except IocError as error:
            log.warning("%s cannot be told over %s yet: %s", one.address, one.channel, error)
            return False
        return True

    def _remember(self) -> None:
        draft = self.memory.with_suffix(".new")
        try:
            draft.write_bytes(msgspec.json.encode(self.known))
            draft.replace(self.memory)
        except OSError as error:
            log.warning("%s: what was told cannot be remembered over a restart (%s)", self.memory, error.strerror)


def remembered(memory: Path) -> Vigil:
    """From before a restart; nothing where nothing fit is there."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(memory.read_bytes(), type=Vigil)
    return Vigil()
