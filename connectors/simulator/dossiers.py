"""Dossiers on their way through the one-stop system, in the proportions the seeds report; codes mean nobody."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from connectors.simulator.chance import Dice
from connectors.simulator.days import CLOSING, MINUTE, OPENINGS, at, day_of, minutes_of, working_day_after, works
from connectors.simulator.profile import Desks, Procedure, Procedures
from connectors.simulator.roster import Roster, SimSource

State = dict[str, Any]

# Trung tâm Phục vụ hành chính công, 1/1-11/12/2019: 82.97 % early, 14.05 % on time, 2.64 % late, 0.34 % open overdue
EARLY: Final = 0.8297
ON_TIME: Final = 0.1405
LATE: Final = 0.0264
ONLINE: Final = 510 / 9_079
SUPPLEMENT_OF_LONG: Final = 0.12
LONGEST_LIFE_DAYS: Final = 45
FIRST_STATUS, PROCESSING, SUPPLEMENTING, DONE, RETURNED = 2, 4, 5, 9, 10


class SimDossier(NamedTuple):
    """A dossier's plan; instants are epoch ms."""

    code: str
    procedure: Procedure
    centre: SimSource
    received: int
    due: int
    accepted: int
    supplement: tuple[int, int] | None
    finished: int | None
    returned: int | None
    submission: str
    paid_online: bool
    satisfaction: int | None


@lru_cache(maxsize=128)
def received_on(seed: int, day: date, roster: Roster) -> tuple[SimDossier, ...]:
    if not works(day):
        return ()
    return tuple(
        _dossier(seed, day, site, roster.profile.procedures, unit, number)
        for unit, site in enumerate(roster.of("queue"))
        for number in range(1, _how_many(seed, day, site, roster.profile.desks) + 1)
    )


def dossier_events(seed: int, day: date, first_day: date, roster: Roster, tag: str) -> Iterator[State]:
    """Everything that happens on that day to a dossier received on `first_day` or later."""
    for back in range(min(LONGEST_LIFE_DAYS, (day - first_day).days + 1)):
        for dossier in _told_on(seed, day - timedelta(days=back), roster).get(day, ()):
            for event in _life(dossier, tag):
                if day_of(event["ts"]) == day:
                    yield event


@lru_cache(maxsize=128)
def _told_on(seed: int, received: date, roster: Roster) -> dict[date, tuple[SimDossier, ...]]:
    """The dossiers received on one day, by each day on which anything happens to them."""
    found: dict[date, list[SimDossier]] = {}
    for dossier in received_on(seed, received, roster):
        for day in {day_of(ts) for ts, _ in _steps(dossier)}:
            found.setdefault(day, []).append(dossier)
    return {day: tuple(dossiers) for day, dossiers in found.items()}


def _how_many(seed: int, day: date, site: SimSource, desks: Desks) -> int:
    usual = (desks.provincial if site.provincial else desks.local).dossiers_a_day
    return round(usual * Dice(seed, "dossiers", site.path, day).between(0.7, 1.3))


def _dossier(seed: int, day: date, site: SimSource, procedures: Procedures, unit: int, number: int) -> SimDossier:
    code = f"{procedures.prefix}.{procedures.first_unit + unit}-{day:%y%m%d}-{number:04d}"
    dice = Dice(seed, code)
    procedure = dice.pick(procedures.provincial if site.provincial else procedures.local)
    received = _at_work(dice, day)
    due = at(working_day_after(day, procedure.days), CLOSING)
    accepted = received + round(dice.between(5, 50) * MINUTE)
    finished = _outcome(dice, day, procedure.days, accepted)
    supplement = _supplement(dice, accepted, finished)
    returned = None if finished is None else _later(finished, dice)
    submission = "online" if dice.happens(ONLINE) else "post" if dice.happens(0.05) else "direct"
    satisfaction = (5 if dice.happens(0.7) else 4 if dice.happens(0.88) else 3) if dice.happens(0.5) else None
    return SimDossier(
        code, procedure, site, received, due, accepted, supplement, finished, returned, submission,
        procedure.fee > 0 and dice.happens(0.35), satisfaction,
    )  # fmt: skip


def _outcome(dice: Dice, day: date, days: int, accepted: int) -> int | None:
    """When the work is finished; None for the few that stay open past their date."""
    draw = dice.unit()
    if draw < EARLY:
        finished = _at_work(dice, working_day_after(day, dice.whole(0, days - 1)))
    elif draw < EARLY + ON_TIME:
        finished = _at_work(dice, working_day_after(day, days))
    elif draw < EARLY + ON_TIME + LATE:
        finished = _at_work(dice, working_day_after(day, days + dice.whole(1, 5)))
    else:
        return None
    return max(finished, accepted + round(dice.between(1, 8) * MINUTE))


def _supplement(dice: Dice, accepted: int, finished: int | None) -> tuple[int, int] | None:
    """In a long enough case papers are asked for once: when, and when they came."""
    if not dice.happens(SUPPLEMENT_OF_LONG) or finished is None:
        return None
    first, last = day_of(accepted), day_of(finished)
    asked, brought = _at_work(dice, working_day_after(first, 1)), _at_work(dice, working_day_after(first, 2))
    return (asked, brought) if day_of(brought) < last else None


def _at_work(dice: Dice, day: date) -> int:
    """Some moment of the opening hours, leaving time to finish what came in."""
    start, end = OPENINGS[0] if dice.happens(0.58) else OPENINGS[1]
    return at(day, dice.between(start + 3, end - 60))


def _later(finished: int, dice: Dice) -> int:
    """The result is fetched the same day or on one of the next working days."""
    day = working_day_after(day_of(finished), dice.pick((0, 1, 1, 2)))
    minutes = max(minutes_of(finished) + 2, OPENINGS[0][0]) if day == day_of(finished) else None
    return at(day, dice.between(minutes, CLOSING) if minutes and minutes < CLOSING else dice.between(455, 685))


def _life(dossier: SimDossier, tag: str) -> Iterator[State]:
    """The events of one dossier, each with what changed."""
    for number, (ts, changed) in enumerate(_steps(dossier)):
        yield {"event_id": f"{dossier.code}-{number}{tag}", "ts": ts, "code": dossier.code, **changed}


def _steps(dossier: SimDossier) -> Iterator[tuple[int, State]]:
    procedure, centre = dossier.procedure, dossier.centre.key.org
    yield (
        dossier.received,
        {
            "status": FIRST_STATUS,
            "procedure": procedure.code,
            "procedure_name": procedure.name,
            "receiving_org": centre,
            "handling_org": procedure.handled_by or dossier.centre.unit,
            "submission": dossier.submission,
            "submitted_at": dossier.received - 5 * MINUTE,
            "received_at": dossier.received,
            "due_at": dossier.due,
            "term": {"value": procedure.days, "unit": "working_day"},
            "fee": procedure.fee,
            "online_payment": dossier.paid_online,
            "digitised": True,
        },
    )
    yield dossier.accepted, {"status": PROCESSING}
    if dossier.supplement is not None:
        asked, brought = dossier.supplement
        yield asked, {"status": SUPPLEMENTING, "supplement_requested_at": asked}
        yield brought, {"status": PROCESSING, "supplement_received_at": brought}
    if dossier.finished is not None and dossier.returned is not None:
        yield dossier.finished, {"status": DONE, "finished_at": dossier.finished, "electronic_result": True}
        rated = {} if dossier.satisfaction is None else {"satisfaction": dossier.satisfaction}
        yield dossier.returned, {"status": RETURNED, "returned_at": dossier.returned, **rated}
