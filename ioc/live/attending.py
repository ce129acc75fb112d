"""Which of the endpoints a running meeting expects are in it now, by what they said and by what they measure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from ioc.core.hours import ALWAYS, Hours
from ioc.core.model import SourceKey
from ioc.domain.meetings.attended import Attended
from ioc.live.meetings import AnnouncedMeeting, site_key
from ioc.live.world import MISSED_INTERVALS, Live, World

_NO_HOURS = Hours.parse(ALWAYS)


class MeetingPart(StrEnum):
    """Where an endpoint is while its meeting runs: exactly one of these."""

    IN = "in"
    LOST = "lost"  # gone from the network, whether it had come or not
    LEFT = "left"  # it was in, and can be reached
    LATE = "late"  # it has not come yet, and can be reached


class Attending(NamedTuple):
    """`since` in epoch ms where it is known; `came` False for one that was never in."""

    part: MeetingPart
    since: int | None
    came: bool


class _Word(NamedTuple):
    """The last that is known of an endpoint and this meeting."""

    at: int
    is_in: bool


def attending(
    world: World, meeting: AnnouncedMeeting, stays: Iterable[Attended], seen: Collection[SourceKey], now: int
) -> dict[SourceKey, Attending]:
    """Every endpoint expected. `stays` as endpoints told them; `seen`: those measured in a call since it began."""
    last = {site_key(stay.site): stay for stay in stays}  # the latest of each: they come in the order of time
    return {key: _of(world, meeting, key, last, seen, now) for key in meeting.expected}


def _of(
    world: World,
    meeting: AnnouncedMeeting,
    key: SourceKey,
    last: Mapping[SourceKey, Attended],
    seen: Collection[SourceKey],
    now: int,
) -> Attending:
    told, live = last.get(key), world.of(key)
    word = max(filter(None, (_told(told), _measured(live, meeting))), default=None)
    came = told is not None or key in seen or (word is not None and word.is_in)
    source = world.inventory.sources.get(key)
    gone = None if source is None else world.offline_since(replace(source, hours=_NO_HOURS), now, MISSED_INTERVALS)
    if gone is not None:
        return Attending(MeetingPart.LOST, gone, came)
    if word is not None and word.is_in:
        return Attending(MeetingPart.IN, told.joined_at if told is not None else None, True)
    return Attending(MeetingPart.LEFT, told.left_at if told is not None else None, True) if came else LATE


LATE = Attending(MeetingPart.LATE, None, False)


def _told(stay: Attended | None) -> _Word | None:
    if stay is None:
        return None
    return _Word(stay.joined_at, True) if stay.left_at is None else _Word(stay.left_at, False)


def _measured(live: Live, meeting: AnnouncedMeeting) -> _Word | None:
    """A call of before it began is another one, and so is one that goes by another id."""
    in_call, named = live.metrics.get("in_call"), live.texts.get("conference_id")
    if in_call is None or (in_call[1] and in_call[0] < meeting.starts_at):
        return None
    other = named is not None and bool(named[1]) and named[1] != meeting.conference_id
    return _Word(in_call[0], bool(in_call[1]) and not other)
