"""The calendars that the cases speak of, and the clock on their wall."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from ioc.core.hours import OFFICE_PERIODS, Hours, Period
from ioc.core.weeks import OFFICE_WEEK
from ioc.domain.calendar import Calendar, DayKind, Season, Special, WeekRow

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def at(text: str) -> int:
    """Local time as epoch ms."""
    return int(datetime.fromisoformat(text).replace(tzinfo=HANOI).timestamp() * 1000)


def hours(text: str) -> tuple[Period, ...]:
    return Hours.parse(text).periods


def work(periods: str = "") -> Special:
    return Special(DayKind.WORK, hours(periods) if periods else ())


OFF = Special(DayKind.OFF)
OWN = {
    date(2026, 1, 2): work(),
    date(2026, 2, 17): work("08:00-10:00"),
    date(2026, 6, 10): OFF,
    date(2026, 6, 12): work("07:30-11:30"),
    date(2026, 6, 13): work("08:00-11:00"),
    date(2026, 6, 14): work(),
    date(2026, 8, 22): OFF,
}
WINTER = WeekRow(dict.fromkeys(range(5), hours("07:30-12:00,13:30-17:00")), Season((10, 17), (4, 15)))
SATURDAYS = WeekRow({5: hours("07:30-11:30")}, Season((7, 1), (9, 30)))
FOR_THE_PEOPLE = {  # "Chủ nhật vì dân": single Sundays, one in the morning, one like a weekday; a Saturday as well
    date(2026, 9, 13): work("08:00-11:00"),
    date(2026, 9, 20): work(),
    date(2026, 11, 28): work("07:30-11:30"),
}
CALENDARS = {
    "default": Calendar(HANOI),
    "library": Calendar(HANOI, corrections={}),
    "sunday": Calendar(HANOI, week=(*OFFICE_WEEK[:6], hours("08:00-11:00"))),
    "saturday": Calendar(HANOI, week=((OFFICE_PERIODS,) * 5 + (hours("07:30-11:30"), ()))),
    "hue": Calendar(HANOI, week=((hours("07:30-11:30,13:00-17:00"),) * 5 + ((), ()))),
    "three": Calendar(HANOI, week=((hours("07:00-09:00,09:30-11:30,13:30-17:00"),) * 5 + ((), ()))),
    "own": Calendar(HANOI, OWN),
    "nghe-an": Calendar(HANOI, rows=(WINTER,)),
    "seasons": Calendar(HANOI, FOR_THE_PEOPLE, rows=(WINTER, SATURDAYS)),
}
