"""The people of a book: who is meant by a name at an instant, and who is on duty by a rota; never changed, replaced."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import NamedTuple

from alerts.people.rota_file import RotaFile
from ioc.config.alerting import ReceiverOptions, RotaDate, RotaOptions
from ioc.config.book import Book
from ioc.core.duty import DatedDuty, DutyPlan, Hole, WeeklyDuty
from ioc.core.hours import Period, read_periods
from ioc.core.windows import RecurringDays
from ioc.domain.calendar import Calendar
from ioc.domain.inventory import Inventory


class OnDuty(NamedTuple):
    """A person who is told, and the rota by which it is this one."""

    person: ReceiverOptions
    rota: str | None


class DutyAnswer(NamedTuple):
    """Who is on duty, until when, and who after that; `until` None where that is not in sight."""

    who: tuple[str, ...]
    until: int | None
    following: tuple[str, ...]


class Directory:
    """Answers from a book; calendar files are read again when they change."""

    def __init__(self, book: Book) -> None:
        self.receivers: Mapping[str, ReceiverOptions] = {each.name: each for each in book.receiver}
        self.rotas: Mapping[str, RotaOptions] = {each.name: each for each in book.rota}
        self._plans = {name: _Plan(rota, book.receiver) for name, rota in self.rotas.items()}

    def persons(self, names: Iterable[str], at: int, inventory: Inventory) -> list[OnDuty]:
        """Everybody who is meant at that instant, each once; who is on duty in nobody's time is nobody."""
        found: dict[str, OnDuty] = {}
        for each in self._walk(names, at, inventory, None, frozenset()):
            found.setdefault(each.person.name, each)
        return list(found.values())

    def plan(self, rota: str, inventory: Inventory) -> tuple[DutyPlan, Calendar]:
        """With the calendar that its times are of; KeyError for no rota."""
        calendar = self._calendar(self.rotas[rota], inventory)
        return self._plans[rota].at(calendar), calendar

    def orgs_of(self, rota: str, inventory: Inventory) -> list[str]:
        """The org a rota is of, else every root."""
        org = self.rotas[rota].org
        return [org] if org is not None and org in inventory.orgs else [root.code for root in inventory.orgs.roots()]

    def on(self, rota: str, at: int, inventory: Inventory) -> DutyAnswer:
        plan, calendar = self.plan(rota, inventory)
        until = plan.handover(at, calendar)
        return DutyAnswer(plan.on(at, calendar), until, () if until is None else plan.on(until, calendar))

    def holes(self, rota: str, start: int, end: int, inventory: Inventory) -> list[Hole]:
        """Where nobody is on duty between two instants; those that are meant are none."""
        if self.rotas[rota].part_time:
            return []
        plan, calendar = self.plan(rota, inventory)
        return plan.holes(start, end, calendar)

    def _walk(
        self, names: Iterable[str], at: int, inventory: Inventory, rota: str | None, above: frozenset[str]
    ) -> Iterator[OnDuty]:
        for name in names:
            receiver = self.receivers.get(name)
            if name in above:  # a list that holds itself is refused where it is entered; here it costs nobody anything
                continue
            if name in self.rotas:
                plan, calendar = self.plan(name, inventory)
                yield from self._walk(plan.on(at, calendar), at, inventory, name, above | {name})
            elif receiver is not None and (receiver.members or receiver.rota):
                further = (*receiver.members, *filter(None, [receiver.rota]))
                yield from self._walk(further, at, inventory, rota, above | {name})
            elif receiver is not None:
                yield OnDuty(receiver, rota)

    def _calendar(self, rota: RotaOptions, inventory: Inventory) -> Calendar:
        known = rota.org if rota.org is not None and rota.org in inventory.orgs else None
        roots = inventory.orgs.roots()
        return inventory.calendar(known or (roots[0].code if roots else ""))


class _Plan:
    """The plan of a rota, with its file where it has one."""

    def __init__(self, rota: RotaOptions, receivers: tuple[ReceiverOptions, ...]) -> None:
        self._rota = rota
        self._file = None if rota.ics is None else RotaFile(rota.name, rota.ics, receivers)

    def at(self, calendar: Calendar) -> DutyPlan:
        if self._file is None:
            return self._told
        return DutyPlan(self._told.weekly, self._told.dated, self._file.events(calendar.tz))

    @cached_property
    def _told(self) -> DutyPlan:
        weekly = [
            WeeklyDuty(RecurringDays.parse(shift.days), _period(shift.hours), shift.who) for shift in self._rota.shifts
        ]
        return DutyPlan(weekly, _dated(self._rota.dates))


def _dated(dates: Iterable[RotaDate]) -> dict[date, list[DatedDuty]]:
    found: dict[date, list[DatedDuty]] = {}
    for each in dates:
        duty = DatedDuty(each.who, None if each.hours is None else _period(each.hours))
        found.setdefault(date.fromisoformat(each.date), []).append(duty)
    return found


def _period(hours: str) -> Period:
    return read_periods(hours, overnight=True)[0]
