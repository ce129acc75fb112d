"""The incidents of a demonstration: a small one every few minutes, over by itself or soon after somebody took it."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from connectors.simulator.chance import Dice
from connectors.simulator.days import SECOND, Shift, day_of, in_office
from connectors.simulator.mishaps import absences, dark
from connectors.simulator.roster import Roster, SimSource
from connectors.simulator.systems import CUT_OFF
from connectors.simulator.timeline import Timeline

State = dict[str, Any]
EVERY_S: Final = 240
FIRST_CUT_S: Final = 180
LONGEST_S: Final = 420
# seconds from and to: longer than its rule waits, and long enough to be taken
LASTS: Final = {
    "paper": (240, 360),
    "points": (300, LONGEST_S),
    "slow": (300, LONGEST_S),
    "lossy": (240, 360),
    "waiting": (240, 360),
    "kiosk": (300, LONGEST_S),
    "cut": (180, 300),
}
SORTS: Final = tuple(LASTS)  # in this order, so that a newcomer sees each of them within half an hour
AT_DESKS: Final = ("paper", "waiting", "kiosk")
FORGOTTEN_S: Final = 31 * 60
AFTERGLOW: Final = 30 * SECOND  # the last of them is back by then


class SimTrouble(NamedTuple):
    """What happens to whom, and when by the province's own time."""

    slot: int
    sort: str
    subjects: tuple[SimSource, ...]
    span: Shift


class Troubles:
    """Begins at `begins` (epoch ms, real) with the line of the province's first cut; lasts as long on every clock."""

    def __init__(self, seed: int, roster: Roster, begins: int, timeline: Timeline) -> None:
        self._seed = seed
        self._roster = roster
        self._begins = begins
        self._timeline = timeline
        self._plans: dict[int, SimTrouble] = {}
        self._ends: dict[int, int] = {}

    def at(self, t: int) -> list[SimTrouble]:
        return [one for one in self.between(t, t) if t in one.span]

    def between(self, start: int, end: int) -> Iterator[SimTrouble]:
        """Those that may have anything to say from `start` to `end`."""
        first, last = (self._timeline.real(t) - self._begins for t in (start, end))
        every = EVERY_S * SECOND
        for slot in range(max(0, (first - LONGEST_S * SECOND - AFTERGLOW) // every), last // every + 1):
            yield self._planned(slot)

    def end(self, trouble: SimTrouble, t: int) -> None:
        """Over at `t` at the latest."""
        self._ends[trouble.slot] = min(t, trouble.span.end)

    def gone(self, site: SimSource, t: int) -> Shift | None:
        """From when to when the source is not connected, where that is so at `t`."""
        spans = (self.darkness(site, one) for one in self.between(t, t))
        return next((span for span in spans if span is not None and t in span), None)

    def darkness(self, site: SimSource, trouble: SimTrouble) -> Shift | None:
        """When this trouble takes the source off, if it does."""
        return dark(self._seed, site, trouble.span) if site in self.reached(trouble) else None

    def reached(self, trouble: SimTrouble) -> tuple[SimSource, ...]:
        """Those that lose their connection; a line is probed from its other end and says itself that it is down."""
        if trouble.sort in ("points", "kiosk"):
            return trouble.subjects
        return self._roster.behind(trouble.subjects[0].key.org) if trouble.sort == "cut" else ()

    def figures(self, site: SimSource, t: int, usual: State) -> State:
        for one in self.at(t):
            if site in one.subjects:
                return usual | self._changed(one, site, t, usual)
        return usual

    def _changed(self, one: SimTrouble, site: SimSource, t: int, usual: State) -> State:
        dice = Dice(self._seed, "troubled", site.path, t)
        match one.sort:
            case "cut":
                return dict(CUT_OFF)
            case "lossy":
                return {"loss_pct": round(dice.between(6.5, 10.5), 2)}
            case "slow" if usual.get("up"):
                return {"latency_ms": round(dice.between(3_400, 5_600), 1)}
            case "paper":
                return {"paper": "out"}
            case "waiting":
                return _forgotten((t - one.span.start) // SECOND, usual)
        return {}

    def _planned(self, slot: int) -> SimTrouble:
        plan = self._plans.get(slot)
        if plan is None:
            plan = self._plans[slot] = self._plan(slot)
        end = self._ends.get(slot, plan.span.end)
        return plan._replace(span=Shift(plan.span.start, end))

    def _plan(self, slot: int) -> SimTrouble:
        begins = self._begins + slot * EVERY_S * SECOND
        if slot == 0:
            line = self._roster.line(self._roster.profile.first_cut)
            return SimTrouble(0, "cut", (line,), self._span(begins, FIRST_CUT_S))
        dice = Dice(self._seed, "trouble", slot)
        turn = (slot - 1) % len(SORTS)
        for sort in (*SORTS[turn:], *SORTS[:turn]):
            span = self._span(begins, dice.between(*LASTS[sort]))
            if subjects := self._subjects(sort, dice, span):
                return SimTrouble(slot, sort, subjects, span)
        raise AssertionError("lines are there at any hour")

    def _span(self, begins: int, seconds: float) -> Shift:
        return Shift(*(self._timeline.virtual(t) for t in (begins, begins + round(seconds * SECOND))))

    def _subjects(self, sort: str, dice: Dice, span: Shift) -> tuple[SimSource, ...]:
        people = self._roster
        if sort in AT_DESKS:
            desks = [site for site in people.of("queue") if not site.provincial and in_office(span.start)]
            return (dice.pick(desks),) if desks and in_office(span.end) else ()
        if sort == "points":
            there = [site for site in people.points_of(dice.pick(people.areas)) if self._present(site, span)]
            first = dice.whole(0, max(0, len(there) - 3))
            return tuple(there[first : first + dice.whole(1, 3)])
        if sort == "slow":
            return (
                dice.pick([one for one in people.of("service") if not people.profile.services[one.key.source].hall]),
            )
        return (people.line(dice.pick(people.areas)),)

    def _present(self, site: SimSource, span: Shift) -> bool:
        usual = absences(self._seed, day_of(span.start), site, self._roster.areas)
        return not any(away.start < span.end + AFTERGLOW and span.start < away.end for away in usual)


def _forgotten(elapsed_s: int, usual: State) -> State:
    """A ticket that nobody calls any more."""
    alone = usual["waiting"] == 0
    return {
        "waiting": usual["waiting"] + alone,
        "issued_today": usual["issued_today"] + alone,
        "longest_wait_s": max(usual["longest_wait_s"], FORGOTTEN_S + elapsed_s),
    }
