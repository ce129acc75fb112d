"""Events of an iCalendar file (RFC 5545), those that come again among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from icalendar import Calendar as Parsed

LARGEST = 2_000_000  # bytes
_MAILTO = "mailto:"


class CalendarEvent(NamedTuple):
    """One event, or one of its repetitions: instants in epoch ms, its summary, and who is invited by e-mail address.

    `uid` is the same for all repetitions; `is_private` where its class is anything but public.
    """

    start: int
    end: int
    summary: str
    attendees: tuple[str, ...]
    uid: str = ""
    categories: tuple[str, ...] = ()
    is_private: bool = False
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A file that was read; what has no zone of its own, and whole days, are in `tz`."""

    parsed: "Parsed"
    tz: ZoneInfo

    @classmethod
    def read(cls, content: bytes, tz: ZoneInfo) -> "CalendarFile":
        """ValueError where it is no iCalendar file with an event; nothing of its text is in the error."""
        from icalendar import Calendar as Parsed

        if len(content) > LARGEST:
            raise ValueError(f"longer than {LARGEST} bytes")
        try:
            parsed: Any = Parsed.from_ical(content)
        except (ValueError, IndexError, KeyError):
            raise ValueError("not an iCalendar file") from None
        if not isinstance(parsed, Parsed) or not parsed.walk("VEVENT"):
            raise ValueError("no event in it")
        return cls(parsed, tz)

    def each(self) -> Iterator[CalendarEvent]:
        """Every event as it stands there, without repetitions."""
        return (self._event(found) for found in self.parsed.walk("VEVENT"))

    def between(self, start: int, end: int) -> list[CalendarEvent]:
        """Events and repetitions that overlap `[start, end)`, in the order they begin."""
        import recurring_ical_events

        span = (datetime.fromtimestamp(at / 1000, UTC) for at in (start, end))
        found = (self._event(each) for each in recurring_ical_events.of(self.parsed).between(*span))
        return sorted(event for event in found if event.start < end and event.end > start)

    def _event(self, found: Any) -> CalendarEvent:
        begin = found["DTSTART"].dt
        given = found.get("ATTENDEE", [])
        invited = [str(each) for each in (given if isinstance(given, list) else [given])]
        attendees = tuple(each[len(_MAILTO) :] for each in invited if each.lower().startswith(_MAILTO))
        return CalendarEvent(
            self._instant(begin),
            self._instant(_end(found, begin)),
            str(found.get("SUMMARY", "")).strip(),
            attendees,
            str(found.get("UID", "")),
            tuple(_categories(found)),
            str(found.get("CLASS", "PUBLIC")).upper() != "PUBLIC",
            str(found.get("STATUS", "")).upper() == "CANCELLED",
        )

    def _instant(self, at: date | datetime) -> int:
        moment = at if isinstance(at, datetime) else datetime.combine(at, time())
        return int((moment if moment.tzinfo is not None else moment.replace(tzinfo=self.tz)).timestamp() * 1000)


def _categories(found: Any) -> Iterator[str]:
    given = found.get("CATEGORIES", [])
    for each in given if isinstance(given, list) else [given]:
        yield from (str(one).strip() for one in each.cats)


def _end(found: Any, begin: date | datetime) -> date | datetime:
    """Without an end or a duration a whole day lasts that day, anything else no time at all."""
    if "DTEND" in found:
        end: date | datetime = found["DTEND"].dt
        return end
    length: timedelta = found["DURATION"].dt if "DURATION" in found else timedelta(days=not isinstance(begin, datetime))
    return begin + length
