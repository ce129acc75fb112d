"""The maps that hold now: those of the start, until the supervisor takes others over from its configuration file."""

import logging
import os

import msgspec

from ioc.config import read
from ioc.config.started import Started
from ioc.context import Context
from ioc.messages.mapping.declared import MapRule
from ioc.messages.mapping.maps import Maps

log = logging.getLogger(__name__)


def rules_in_force(context: Context) -> tuple[MapRule, ...]:
    return _read(context)[0]


class MapsInForce:
    """`maps` stay one object for all who decode by them; `look` about once a second."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stamp: tuple[int, int] | None = None
        self.maps = Maps(context.settings.map, context.kinds)
        self.trouble: str | None = None

    def look(self) -> bool:
        """True where the maps have changed."""
        stamp = _stamp(self._context)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        rules, self.trouble = _read(self._context)
        if rules == self.maps.rules:
            return False
        self.maps.replace(rules)
        log.info("%d maps are in force", len(rules))
        return True


def _read(context: Context) -> tuple[tuple[MapRule, ...], str | None]:
    """And why those of the file are not in force, where they are not."""
    try:
        started = Started.read(Started.path(context.settings.root))
    except (OSError, msgspec.DecodeError):
        return context.settings.map, None
    rules = read.maps(started.table, os.environ)
    return context.settings.map if rules is None else rules, started.map_trouble


def _stamp(context: Context) -> tuple[int, int] | None:
    try:
        found = Started.path(context.settings.root).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino
