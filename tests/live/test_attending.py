"""Who is in a meeting while it runs: by what endpoints say, by what they measure, the later word before the earlier."""

from dataclasses import dataclass, field

import pytest

from ioc.core.model import SourceKey
from ioc.domain.meetings.attended import Attended
from ioc.live.attending import MeetingPart, attending
from ioc.live.deltas import Patch
from ioc.live.meetings import AnnouncedMeeting
from ioc.live.world import World
from tests.live.worlds import ENDPOINT, inventory, kinds

START = 1_795_230_000_000  # Saturday: no office hours, and a meeting does not keep to them
NOW = START + 20 * 60_000
SITE = f"{ENDPOINT.org}/{ENDPOINT.source}"
MEETING = AnnouncedMeeting("hg", "giao-ban", "Giao ban", START, START + 3_600_000, (ENDPOINT,))


@dataclass
class Hall:
    """The endpoint, with what it said and measured so far."""

    world: World = field(default_factory=lambda: World(inventory(), kinds()))
    stays: list[Attended] = field(default_factory=list)
    seen: set[SourceKey] = field(default_factory=set)

    def measures(self, at: int, in_call: bool, conference: str = "giao-ban") -> None:
        texts = {"conference_id": (at, conference)}
        self.world.merge([Patch(ENDPOINT, {"in_call": (at, in_call)}, texts, (at, True), at)])

    def leaves_the_network(self, at: int) -> None:
        self.world.merge([Patch(ENDPOINT, {}, {}, (at, False), at)])

    def part(self) -> MeetingPart:
        return attending(self.world, MEETING, self.stays, self.seen, NOW)[ENDPOINT].part


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_it_has_not_come_while_it_is_there_and_in_no_call(hall: Hall) -> None:
    hall.measures(NOW - 10_000, in_call=False)
    assert hall.part() is MeetingPart.LATE


def test_it_is_in_by_its_own_word_and_by_its_reading(hall: Hall) -> None:
    hall.measures(NOW - 10_000, in_call=True)
    assert hall.part() is MeetingPart.IN
    assert Hall(stays=[Attended(SITE, START + 60_000, None, None)]).part() is MeetingPart.IN, "it said so, and no more"


def test_the_later_word_counts(hall: Hall) -> None:
    hall.stays = [Attended(SITE, START, NOW - 60_000, "hung up")]
    hall.measures(NOW - 10_000, in_call=True)
    assert hall.part() is MeetingPart.IN, "it came back without a word"
    hall.stays = [Attended(SITE, START, None, None)]
    hall.measures(NOW - 5_000, in_call=False)
    assert hall.part() is MeetingPart.LEFT, "it left without a word"


def test_a_call_of_another_meeting_or_of_before_is_not_this_one(hall: Hall) -> None:
    hall.measures(NOW - 10_000, in_call=True, conference="khac")
    assert hall.part() is MeetingPart.LATE
    earlier = Hall()
    earlier.world.merge([Patch(ENDPOINT, {"in_call": (START - 1, True)}, {}, (NOW, True), NOW)])
    assert earlier.part() is MeetingPart.LATE


def test_who_is_gone_is_lost_whether_it_had_come_or_not(hall: Hall) -> None:
    hall.measures(START + 60_000, in_call=True)
    hall.leaves_the_network(NOW - 30_000)
    found = attending(hall.world, MEETING, [Attended(SITE, START, None, None)], (), NOW)[ENDPOINT]
    assert (found.part, found.since, found.came) == (MeetingPart.LOST, NOW - 30_000, True)
    never = Hall()
    never.leaves_the_network(START - 60_000)
    found = attending(never.world, MEETING, [], (), NOW)[ENDPOINT]
    assert (found.part, found.came) == (MeetingPart.LOST, False)


def test_who_was_measured_in_the_call_and_is_no_more_has_left(hall: Hall) -> None:
    hall.measures(NOW - 5_000, in_call=False)
    hall.seen = {ENDPOINT}
    assert hall.part() is MeetingPart.LEFT
