"""When a demonstration plays: at the time it is told, else now, else on the last working morning, played again."""

from datetime import date, timedelta
from typing import Final, NamedTuple

from connectors.simulator.days import CLOSING, OPENING, at, day_of, minutes_of, works
from connectors.simulator.profile import ProvinceProfile
from ioc.core.errors import Code, UsageError

MORNING: Final = 9 * 60 + 5  # the first visitors are served, and the conferences have begun


class Showtime(NamedTuple):
    """`begins` is epoch ms; `chosen`: by us, because now there is nothing to see."""

    begins: int
    chosen: bool = False


def showtime(profile: ProvinceProfile, now: int, told: int | None, *, live: bool) -> Showtime:
    """UsageError where the province did not live then."""
    if told is not None or live:
        begins = now if told is None else told
        _check(profile, day_of(begins))
        return Showtime(begins)
    if profile.morning is not None:
        return Showtime(at(profile.morning, MORNING), chosen=True)
    if works(day_of(now)) and OPENING <= minutes_of(now) < CLOSING:
        return Showtime(now)
    return Showtime(at(_last_working_day(now), MORNING), chosen=True)


def _last_working_day(now: int) -> date:
    """The last one whose morning is over."""
    day = day_of(now)
    if minutes_of(now) < CLOSING:
        day -= timedelta(days=1)
    while not works(day):
        day -= timedelta(days=1)
    return day


def _check(profile: ProvinceProfile, day: date) -> None:
    first, last = profile.first or date.min, profile.last or date.max
    if not first <= day <= last:
        allowed = f"until {last}" if day > last else f"from {first} on"
        message = f"{profile.name} is told {allowed}, not on {day}: choose another --at, or the other --province"
        raise UsageError(Code.BAD_OPTION, message)
