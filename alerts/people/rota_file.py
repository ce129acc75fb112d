"""The calendar file of a rota, read again when it changes; one that cannot be used leaves what was read before."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from ioc.config.alerting import ReceiverOptions
from ioc.config.book_checks import on_duty
from ioc.core.duty import Duty
from ioc.core.ical import CalendarFile

log = logging.getLogger(__name__)

Stamp = tuple[int, int]  # when it was changed, and how long it is


@dataclass(frozen=True, slots=True)
class FileDuties:
    """Its events as duties."""

    file: CalendarFile
    receivers: tuple[ReceiverOptions, ...]

    def between(self, start: int, end: int) -> Sequence[Duty]:
        events = self.file.between(start, end)
        duties = [Duty(event.start, event.end, on_duty(event, self.receivers)) for event in events]
        return [duty for duty in duties if duty.who]


class RotaFile:
    """Asked each time somebody is told by it."""

    def __init__(self, rota: str, path: str, receivers: tuple[ReceiverOptions, ...]) -> None:
        self._rota, self._path, self._receivers = rota, Path(path), receivers
        self._seen: Stamp | None = None
        self._read: FileDuties | None = None

    def events(self, tz: ZoneInfo) -> FileDuties | None:
        """None while there never was a file that could be read: nobody is on duty by it."""
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_size)
            if stamp != self._seen or (self._read is not None and self._read.file.tz != tz):
                self._seen = stamp
                self._read = FileDuties(CalendarFile.read(self._path.read_bytes(), tz), self._receivers)
        except OSError as error:
            self._tell(f"cannot be read ({error.strerror})")
        except ValueError as error:
            self._tell(str(error))
        return self._read

    def _tell(self, why: str) -> None:
        log.warning("rota %s: %s %s; what was read before stays in force", self._rota, self._path, why)
