"""The working days of one org: its own table wins over announcements, those over the package, that over the week."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ioc.core.clock import local
from ioc.core.hours import MIDNIGHT, OFFICE_PERIODS, Period
from ioc.core.weeks import OFFICE_WEEK, Week, WeekRow
from ioc.domain.calendar import seed
from ioc.domain.calendar.days import Day, DayKind, DayReason, Special
from ioc.domain.calendar.seed import Seed

_LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True, slots=True, eq=False)  # known by identity, so that answers can be kept
class Calendar:
    """Pure: what it says of a day depends on nothing but these tables; instants are epoch ms."""

    tz: ZoneInfo
    specials: Mapping[date, Special] = field(default_factory=dict)
    week: Week = OFFICE_WEEK
    rows: tuple[WeekRow, ...] = ()  # over the week, the later wins
    corrections: Mapping[date, Special] = field(default_factory=seed.corrections)
    seed: Callable[[int], Seed] = seed.seed
    _known: dict[date, Day] = field(default_factory=dict, init=False, repr=False)

    def day(self, day: date) -> Day:
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = self._judged(day)
        return known

    def week_on(self, day: date) -> Week:
        """The weekly hours in force on `day`."""
        week = self.week
        for row in self.rows:
            week = row.over(week, day)
        return week

    def plain(self, day: date) -> Day:
        """The plan of `day` if there were only weeks."""
        usual = self.week_on(day)[day.weekday()]
        return Day(day, usual, DayReason.WORKING_DAY if usual else DayReason.WEEKEND)

    def periods_on(self, day: date) -> tuple[Period, ...]:
        return self.day(day).periods

    def is_working_day(self, day: date) -> bool:
        return self.day(day).working

    def estimated(self, year: int) -> bool:
        """True where the days off around Tết of `year` are computed: neither announced nor in the org's own table."""
        if year <= seed.announced_to():
            return False
        tet = self.seed(year)
        return not any(tet.is_tet(day) for day in self.specials)

    def estimated_on(self, day: date) -> bool:
        """True where `day` is off by computation only: it is set by announcement, and none is known."""
        told = day in self.specials or day in self.corrections
        known = self.seed(day.year)
        return not told and day in known.off and known.set_yearly(day) and self.estimated(day.year)

    def date_of(self, at: int) -> date:
        return local(at, self.tz).date()

    def time_of(self, at: int) -> time:
        return local(at, self.tz).time()

    def instant(self, day: date, at: time) -> int:
        return int(datetime.combine(day, at, self.tz).timestamp() * 1000)

    def spans_on(self, day: date) -> list[tuple[int, int]]:
        """The periods of a day as instants."""
        return [(self.instant(day, start), self._end(day, end)) for start, end in self.periods_on(day)]

    def closing(self, day: date) -> int:
        """When a working day ends: on that day, though it were open until midnight."""
        last = self.periods_on(day)[-1][1]
        return self.instant(day, _LAST_SECOND if last == MIDNIGHT else last)

    def opened_at(self, now: int) -> int | None:
        """When the period that is open now began, None when closed."""
        return _opened_at(self, now // 60_000)

    def _end(self, day: date, end: time) -> int:
        return self.instant(day + timedelta(days=1), time()) if end == MIDNIGHT else self.instant(day, end)

    def _judged(self, day: date) -> Day:
        found = self._seeded(day)
        if day in self.corrections and self._concerns(self.corrections[day].kind, day):
            found = self._told(found, self.corrections[day], DayReason.MAKE_UP_DAY, DayReason.SWAPPED_OFF)
        if day in self.specials:
            found = self._told(found, self.specials[day], DayReason.OPENED, DayReason.CLOSED)
        return found

    def _told(self, below: Day, row: Special, work: DayReason, off: DayReason) -> Day:
        """The day as a row makes it; a row that only confirms keeps the reason that was there."""
        works = row.kind is DayKind.WORK
        periods = row.periods or self._worked(below.date) if works else ()
        confirms = works == below.working and not row.periods
        reason = below.reason if confirms else work if works else off
        return Day(below.date, periods, reason, row.note or (below.note if confirms else ""), row.source)

    def _seeded(self, day: date) -> Day:
        known, plain = self.seed(day.year), self.plain(day)
        if day in known.off:
            return Day(day, (), DayReason.HOLIDAY, known.off[day])
        if day in known.work and not plain.working and self._concerns(DayKind.WORK, day):
            return Day(day, self._worked(day), DayReason.MAKE_UP_DAY)
        return plain

    def _concerns(self, kind: DayKind, day: date) -> bool:
        """False for a calendar without hours: it makes up for nothing."""
        return kind is DayKind.OFF or any(self.week_on(day))

    def _worked(self, day: date) -> tuple[Period, ...]:
        """The hours of a day that is worked: its own, or for a day off those of the first weekday that has any."""
        week = self.week_on(day)
        return week[day.weekday()] or next((periods for periods in week if periods), OFFICE_PERIODS)


@lru_cache(maxsize=512)
def _opened_at(calendar: Calendar, minute: int) -> int | None:
    """Hours change on whole minutes only, so one answer serves a minute."""
    at = minute * 60_000
    for start, end in calendar.spans_on(calendar.date_of(at)):
        if start <= at < end:
            return start
    return None
