"""An instant as people, spreadsheets and old systems write it: one certain reading, or a reason that names the text."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, NamedTuple

from ioc.core import excel
from ioc.core.model import FIRST_YEAR, LAST_YEAR, Reason
from ioc.domain.calendar import Calendar
from ioc.messages.wire import Rejected, is_no_date, parse_time, strptime
from ioc.messages.wire.instant import named
from ioc.messages.wire.nodate import DAYS as NO_DAYS

_DAY_FIRST = re.compile(
    r"(?:ngày )?(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})"
    r"(?:[ T,]+(?:lúc )?(\d{1,2})(?:[:hg]| giờ )(\d{2})?(?::(\d{2})(?:\.\d+)?)?(?: phút)?(?: *(SA|CH|AM|PM))?)?",
    re.ASCII | re.IGNORECASE,
)
_TIME_FIRST = re.compile(
    r"(\d{1,2})(?:[:hg]| giờ )(\d{2})?(?::(\d{2}))?(?: phút)?(?: *(SA|CH|AM|PM))?[ ,-]+(?:ngày )?"
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})",
    re.ASCII | re.IGNORECASE,
)
_IN_WORDS = re.compile(r"(?:ngày )?(\d{1,2}) tháng (\d{1,2}) năm (\d{4})", re.ASCII | re.IGNORECASE)
_ISO = re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?", re.ASCII)
_DOTNET = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/", re.ASCII)
_AFTERNOON = frozenset({"CH", "PM"})  # chiều; SA is sáng
_FIRST, _AFTER = (round(datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1000) for year in (FIRST_YEAR, LAST_YEAR + 1))
_HINT = "no time that is understood; formats says how theirs are written"


class LocalMoment(NamedTuple):
    """A local day, and the time of it where that is given."""

    day: date
    clock: time | None = None


class DateFormats(NamedTuple):
    """The spelling of a source's times: `formats` of strptime before all others, `no_date` words in lower case."""

    formats: tuple[str, ...] = ()
    no_date: frozenset[str] = frozenset()

    def moment(self, cell: Any, calendar: Calendar, *, end_of_day: bool = False) -> int | None:
        """Epoch ms, None for no date; Rejected `bad_time` names the text.

        A day alone, or its midnight, is its first instant, or where it is a limit the closing of that day.
        """
        if self == _USUAL and isinstance(cell, str) and (match := _DAY_FIRST.fullmatch(cell)) and match[3] != "0000":
            told = _day_first(match)  # as most are written: nothing else needs to be asked
            if told.day not in NO_DAYS and FIRST_YEAR <= told.day.year <= LAST_YEAR:
                return _instant(calendar, told, end_of_day)
        if isinstance(cell, time):  # a spreadsheet's day 0
            cell = 0 if cell == time() else cell.isoformat()
        if isinstance(cell, str):
            cell = cell.strip()
            dotnet = _DOTNET.fullmatch(cell)
            cell = cell if dotnet is None else int(dotnet[1])
        if is_no_date(cell, self.no_date):
            return None
        found = self._read(cell, calendar)
        if isinstance(found, LocalMoment):
            found = _instant(calendar, found, end_of_day)
        if not _FIRST <= found < _AFTER:
            raise Rejected(Reason.BAD_TIME, f"{_shown(cell)}: a dossier's days are from {FIRST_YEAR} to {LAST_YEAR}")
        return found

    def _read(self, cell: Any, calendar: Calendar) -> LocalMoment | int:
        if isinstance(cell, datetime):
            return LocalMoment(cell.date(), cell.time()) if cell.tzinfo is None else _ms(cell)
        if isinstance(cell, date):
            return LocalMoment(cell)
        if isinstance(cell, str):
            return self._text(cell, calendar)
        if type(cell) in (int, float) and excel.FIRST <= cell < excel.AFTER:
            return _of_serial(cell)
        if type(cell) is float and cell.is_integer():
            cell = int(cell)
        if type(cell) is int and (compact := _COMPACT.fullmatch(str(cell))) is not None:
            return _compact(compact)
        return _as_on_the_wire(cell, calendar)

    def _text(self, text: str, calendar: Calendar) -> LocalMoment | int:
        for format in self.formats:
            try:
                found = strptime.read(text, format)
            except ValueError:
                continue
            if found.tzinfo is not None:
                return _ms(found)
            return LocalMoment(found.date(), found.time() if strptime.tells_time(format) else None)
        for pattern, read in _READERS.items():
            if (match := pattern.fullmatch(text)) is not None:
                return read(match)
        return _as_on_the_wire(text, calendar)


def _as_on_the_wire(cell: Any, calendar: Calendar) -> int:
    try:
        return parse_time(cell, calendar.tz)[0]
    except Rejected as why:
        if isinstance(cell, str):
            raise Rejected(Reason.BAD_TIME, f"{named(cell)}: {_HINT}") from None
        raise Rejected(Reason.BAD_TIME, f"{why.detail}; formats says how theirs are written") from None


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


_USUAL = DateFormats()


def _day_first(match: re.Match[str]) -> LocalMoment:
    day, month, year, hour, minute, second, half = match.groups()
    return LocalMoment(_date(year, month, day), _time(match[0], hour, minute, second, half))


def _time_first(match: re.Match[str]) -> LocalMoment:
    hour, minute, second, half, day, month, year = match.groups()
    return LocalMoment(_date(year, month, day), _time(match[0], hour, minute, second, half))


def _compact(match: re.Match[str]) -> LocalMoment:
    year, month, day, hour, minute, second = match.groups()
    return LocalMoment(_date(year, month, day), _time(match[0], hour, minute, second, None))


def _time(text: str, hour: str | None, minute: str | None, second: str | None, half: str | None) -> time | None:
    if hour is None:
        return None
    number = int(hour)
    if half is not None:
        number = number % 12 + 12 * (half.upper() in _AFTERNOON) if 1 <= number <= 12 else 24
    try:
        return time(number, int(minute or 0), int(second or 0))
    except ValueError:
        raise Rejected(Reason.BAD_TIME, f"{text}: no such time of day") from None


def _date(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise Rejected(Reason.BAD_TIME, f"{day}/{month}/{year}: {error}") from None


_READERS: Mapping[re.Pattern[str], Callable[[re.Match[str]], LocalMoment]] = {
    _DAY_FIRST: _day_first,
    _ISO: lambda match: LocalMoment(_date(match[1], match[2], match[3])),
    _COMPACT: _compact,
    _TIME_FIRST: _time_first,
    _SERIAL: lambda match: _of_serial(float(match[0].replace(",", "."))),
    _IN_WORDS: lambda match: LocalMoment(_date(match[3], match[2], match[1])),
}


def _of_serial(number: float) -> LocalMoment:
    if not excel.FIRST <= number < excel.AFTER:
        raise Rejected(Reason.BAD_TIME, f"{number:g}: {_HINT}")
    at = excel.from_serial(number)
    return LocalMoment(at.date(), at.time())


def _instant(calendar: Calendar, written: LocalMoment, end_of_day: bool) -> int:
    if written.clock is None or (end_of_day and written.clock == time()):
        return _day(calendar, written.day, end_of_day)
    clock = written.clock
    seconds = (clock.hour * 60 + clock.minute) * 60 + clock.second
    return _day(calendar, written.day, end_of_day=False) + seconds * 1000 + clock.microsecond // 1000


@lru_cache(maxsize=8_192)
def _day(calendar: Calendar, day: date, end_of_day: bool) -> int:
    if not end_of_day:
        return calendar.instant(day, time())
    return calendar.closing(day) if calendar.is_working_day(day) else calendar.instant(day, time(23, 59, 59))


def _shown(cell: Any) -> str:
    return named(cell) if isinstance(cell, str) else str(cell)
