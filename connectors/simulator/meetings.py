"""The week's video conferences: who is expected, who joins when, who stays away."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from connectors.simulator.chance import Dice
from connectors.simulator.days import MINUTE, Shift, at, works
from connectors.simulator.roster import Roster, SimSource

ABSENT: Final = 0.02
ANNOUNCED_MIN: Final = 60
AREA_MEETINGS: Final = 0.35
PROVINCIAL_MORNING: Final = 0.75
_DUTY_EVERY_H: Final = 2
_DUTY_MIN: Final = 25


class SimMeeting(NamedTuple):
    conference_id: str
    title: str
    span: Shift
    host: SimSource
    expected: tuple[SimSource, ...]


@lru_cache(maxsize=32)
def meetings(seed: int, day: date, roster: Roster) -> tuple[SimMeeting, ...]:
    """The conferences of a day, in no order; one endpoint is never in two at once."""
    if not works(day):
        return tuple(_duty(day, roster, range(0, 24, _DUTY_EVERY_H)))
    dice, called = Dice(seed, "meetings", day), roster.profile.meetings
    found = [*_duty(day, roster, (0, 2, 4, 6, 18, 20, 22))]
    if day.weekday() == 0:
        found.append(_meeting(day, "t1", called.weekly, (480, 570), roster.leading_points[0], roster.of("vc")))
    elif dice.happens(PROVINCIAL_MORNING):
        start = dice.pick((480, 510, 540))
        span = (start, start + dice.pick((75, 90, 120)))
        leading = roster.leading_points
        everyone = roster.of("vc") if called.everyone else leading
        found.append(_meeting(day, "t1", dice.pick(called.provincial), span, dice.pick(leading[:4]), everyone))
    for area in roster.areas:
        if dice.happens(AREA_MEETINGS):
            start = dice.pick((825, 840, 870))
            points = roster.points_of(area)
            span = (start, start + dice.pick((60, 90)))
            found.append(_meeting(day, area.split(".", 1)[1], dice.pick(called.local), span, points[0], points))
    return tuple(found)


def _duty(day: date, roster: Roster, hours: "range | tuple[int, ...]") -> Iterator[SimMeeting]:
    """Outside office hours the manned points test their lines with each other."""
    for hour in hours:
        span = (hour * 60 + 5, hour * 60 + 5 + _DUTY_MIN)
        yield _meeting(
            day, f"truc-{hour:02d}", roster.profile.meetings.duty, span, roster.leading_points[1], roster.leading_points
        )


def _meeting(
    day: date, name: str, title: str, minutes: tuple[int, int], host: SimSource, expected: tuple[SimSource, ...]
) -> SimMeeting:
    return SimMeeting(f"{day:%y%m%d}-{name}", title, Shift(at(day, minutes[0]), at(day, minutes[1])), host, expected)


def attendance(seed: int, meeting: SimMeeting, site: SimSource) -> Shift | None:
    """From joining to leaving; None for who stays away. The host opens the room."""
    dice = Dice(seed, "joins", meeting.conference_id, site.path)
    if site == meeting.host:
        return Shift(meeting.span.start - 10 * MINUTE, meeting.span.end + 2 * MINUTE)
    if dice.happens(ABSENT):
        return None
    joins = meeting.span.start + round(dice.between(-8, 3) * MINUTE)
    return Shift(joins, meeting.span.end + round(dice.between(0, 1.9) * MINUTE))


@lru_cache(maxsize=8)
def calls(seed: int, day: date, roster: Roster) -> dict[SimSource, tuple[tuple[Shift, SimMeeting], ...]]:
    """The calls of every endpoint that has any that day."""
    found: dict[SimSource, list[tuple[Shift, SimMeeting]]] = {}
    for meeting in meetings(seed, day, roster):
        for site in meeting.expected:
            span = attendance(seed, meeting, site)
            if span is not None:
                found.setdefault(site, []).append((span, meeting))
    return {site: tuple(spans) for site, spans in found.items()}
