"""The whole demo province as a pure function of a seed and the time: what is on the bus between two instants."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, NamedTuple

from msgspec import to_builtins
from msgspec.structs import asdict

from connectors.simulator.chance import Dice
from connectors.simulator.days import DAY, MINUTE, SECOND, Shift, at, day_of
from connectors.simulator.dossiers import dossier_events
from connectors.simulator.endpoints import call_at, endpoint_state
from connectors.simulator.kiosks import kiosk_events, kiosk_state
from connectors.simulator.meetings import ANNOUNCED_MIN, SimMeeting, calls, meetings
from connectors.simulator.mishaps import absences
from connectors.simulator.roster import Roster, SimSource
from connectors.simulator.systems import link_state, service_state
from connectors.simulator.troubles import Troubles
from ioc.messages.wire import ROOT

IN_CALL_S: Final = 15


class SimMessage(NamedTuple):
    """One payload on its way; `at` and every instant inside are epoch ms of the province's own time."""

    at: int
    topic: str
    payload: dict[str, Any]
    retain: bool = False


class Province:
    """Everything follows from `seed`; `stretch` widens the cadence of states, `tag` ends every event id.

    `troubles`: what goes wrong beside the ordinary mishaps of a day.
    """

    def __init__(
        self, seed: int, roster: Roster, stretch: float = 1.0, tag: str = "", troubles: Troubles | None = None
    ) -> None:
        self.seed = seed
        self.roster = roster
        self.tag = tag
        self._troubles = troubles
        self._last: int | None = None
        self._cadence_s: dict[str, int] = asdict(roster.profile.cadence_s)
        self._senders = [
            (site, round(self._cadence_s[site.key.kind] * SECOND * stretch), Dice(seed, "phase", site.path).unit())
            for site in roster.sites
            if site.key.kind in self._cadence_s and not _speaks_in_events(site)
        ]
        self._happenings = lru_cache(maxsize=4)(self._timeline)

    def step(self, now: int) -> list[SimMessage]:
        """The messages since the last step; at first, those a newcomer must know."""
        messages = self.begin(now) if self._last is None else self.between(self._last, now)
        self._last = now
        return messages

    def begin(self, now: int) -> list[SimMessage]:
        """The messages a newcomer must know: the roll call, the published figures, and the events of today so far."""
        feeds = [message for site in self.roster.of("feed") for message in self._feed(site, now)]
        today = [m for m in self.happened(at(day_of(now), 0) - 1, now) if not m.topic.endswith("/status")]
        return self.roll_call(now) + feeds + today

    def telling(self, now: int, *, complete: bool) -> list[SimMessage]:
        """The statement of each system of dossiers before it tells its past, and behind it."""
        return [self._say(system, "state", now, {"complete": complete}) for system in self.roster.of("dossier")]

    def roll_call(self, now: int) -> list[SimMessage]:
        """The devices that are connected, and the readings of each; later steps go on from here."""
        self._last = now
        standing = [self._standing(site, now) for site in self.roster.sites]
        return standing + [message for site in self.roster.sites if (message := self.state(site, now))]

    def between(self, start: int, end: int) -> list[SimMessage]:
        """Everything said after `start` up to `end`, in order."""
        said = [*self.happened(start, end), *self._states(start, end)]
        return sorted(said, key=attrgetter("at"))

    def present(self, site: SimSource, t: int) -> bool:
        return self._usually(site, t) and (self._troubles is None or self._troubles.gone(site, t) is None)

    def _usually(self, site: SimSource, t: int) -> bool:
        return not any(t in span for span in self._absences(day_of(t), site))

    def state(self, site: SimSource, t: int) -> SimMessage | None:
        """The reading of the source at `t`; None while it is not connected, or where it sends no states."""
        if not self.present(site, t):
            return None
        figures = self._figures(site, t)
        if figures is None:
            return None
        told = figures if self._troubles is None else self._troubles.figures(site, t, figures)
        return self._say(site, "state", t, told)

    def _figures(self, site: SimSource, t: int) -> dict[str, Any] | None:
        match site.key.kind:
            case "vc":
                return endpoint_state(self.seed, site, t, self.roster)
            case "queue" if not _speaks_in_events(site):
                return kiosk_state(self.seed, site, t, self.roster.profile.desks)
            case "service":
                return service_state(self.seed, site, t, self.roster.profile.services[site.key.source])
            case "link":
                return link_state(self.seed, site, t, self.roster.areas)
        return None

    def _states(self, start: int, end: int) -> Iterator[SimMessage]:
        for site, cadence, phase in self._senders:
            every = cadence * IN_CALL_S // self._cadence_s["vc"] if site.key.kind == "vc" else cadence
            offset = round(phase * cadence)
            first = (start - offset) // every + 1
            for slot in range(first, (end - offset) // every + 1):
                t = slot * every + offset
                idle_slot = every == cadence or slot % (cadence // every) == 0
                if idle_slot or call_at(self.seed, site, t, self.roster):
                    message = self.state(site, t)
                    if message is not None:
                        yield message

    def happened(self, start: int, end: int) -> Iterator[SimMessage]:
        """The single messages after `start` up to `end`: comings and goings and events, without the regular states."""
        day = day_of(start)
        while day <= day_of(end):
            instants, messages = self._happenings(day)
            yield from messages[bisect_right(instants, start) : bisect_right(instants, end)]
            day += timedelta(days=1)
        yield from self._troubled(start, end)

    def _troubled(self, start: int, end: int) -> Iterator[SimMessage]:
        """The comings and goings that troubles make, of those that would be there."""
        if self._troubles is None:
            return
        for trouble in self._troubles.between(start, end):
            for site in self._troubles.reached(trouble):
                span = self._troubles.darkness(site, trouble)
                for t, online in ((span.start, False), (span.end, True)) if span else ():
                    if start < t <= end and self._usually(site, t):
                        yield self._status(site, t, online=online)

    def _timeline(self, day: date) -> tuple[list[int], list[SimMessage]]:
        """Everything of a day that is not a regular state, in order."""
        found = sorted(self._of_the_day(day), key=attrgetter("at"))  # stable: an event keeps its place among equals
        return [message.at for message in found], found

    def _of_the_day(self, day: date) -> Iterator[SimMessage]:
        for site in self.roster.sites:
            yield from self._comings_and_goings(day, site)
        for site in filter(_speaks_in_events, self.roster.of("queue")):
            for event in kiosk_events(self.seed, day, site, self.roster.profile.desks, self.tag):
                yield self._say(site, "event", event["ts"], event)
        yield from self._meetings(day)
        yield from self.dossiers(day)

    def dossiers(self, day: date, first_day: date = date.min) -> Iterator[SimMessage]:
        """The events of that day for the dossiers received since `first_day`."""
        for system in self.roster.of("dossier"):
            for event in dossier_events(self.seed, day, first_day, self.roster, self.tag):
                yield self._say(system, "event", event["ts"], event)

    def _absences(self, day: date, site: SimSource) -> tuple[Shift, ...]:
        return absences(self.seed, day, site, self.roster.areas)

    def _comings_and_goings(self, day: date, site: SimSource) -> Iterator[SimMessage]:
        midnight = at(day, 0)
        for span in self._absences(day, site):
            if span.start > midnight:
                yield self._status(site, span.start, online=False)
            if span.end < midnight + DAY:
                yield self._status(site, span.end, online=True)

    def _meetings(self, day: date) -> Iterator[SimMessage]:
        for meeting in meetings(self.seed, day, self.roster):
            yield self._announced(meeting, max(at(day, 0), meeting.span.start - ANNOUNCED_MIN * MINUTE))
        for site, attended in calls(self.seed, day, self.roster).items():
            for span, meeting in attended:
                for step, t in (("joined", span.start), ("left", span.end)):
                    if self.present(site, t):
                        event_id = f"{meeting.conference_id}-{step}{self.tag}"
                        event = {"event_id": event_id, "type": step, "conference_id": meeting.conference_id}
                        yield self._say(site, "event", t, event)

    def _announced(self, meeting: SimMeeting, t: int) -> SimMessage:
        event = {
            "event_id": f"{meeting.conference_id}-scheduled{self.tag}",
            "type": "conference_scheduled",
            "conference_id": meeting.conference_id,
            "title": meeting.title,
            "starts_at": meeting.span.start,
            "ends_at": meeting.span.end,
            "expected": [f"{site.key.org}/{site.key.source}" for site in meeting.expected],
        }
        return self._say(meeting.host, "event", t, event)

    def _feed(self, site: SimSource, t: int) -> Iterator[SimMessage]:
        """Year by year; what is retained, and stands as its state, is the last."""
        periods = self.roster.profile.feeds[site.key.source]
        for age, published in zip(reversed(range(len(periods))), periods, strict=True):
            yield self._say(site, "state", t - age, to_builtins(published), retain=age == 0)

    def _standing(self, site: SimSource, now: int) -> SimMessage:
        """Connected, or gone since when."""
        gone = next((span for span in self._absences(day_of(now), site) if now in span), None)
        if gone is None and self._troubles is not None:
            gone = self._troubles.gone(site, now)
        return self._status(site, now if gone is None else gone.start, online=gone is None)

    def _status(self, site: SimSource, t: int, online: bool) -> SimMessage:
        return self._say(site, "status", t, {"online": online}, retain=True)

    def _say(
        self, site: SimSource, channel: str, t: int, payload: dict[str, Any], *, retain: bool = False
    ) -> SimMessage:
        return SimMessage(t, f"{ROOT}{site.path}/{channel}", {"ts": t, **payload, "simulated": True}, retain)


def _speaks_in_events(site: SimSource) -> bool:
    """The provincial centre's system tells what happens and never sums it up."""
    return site.key.kind == "queue" and site.provincial
