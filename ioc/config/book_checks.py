"""Checks across the entries of a book: names, loops, addresses, and whether everybody who is meant can be told."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ioc.config import indicator_checks
from ioc.config.alerting import ReceiverOptions, RotaDate, RotaOptions, RouteOptions, ShiftOptions, StepOptions
from ioc.config.book import SECTIONS, Book, Entry, key_of, name_of
from ioc.core.contact import EMAIL, MOBILE, is_email, is_mobile
from ioc.core.duty import WeeklyDuty, pattern_faults
from ioc.core.hours import read_periods
from ioc.core.ical import CalendarEvent, CalendarFile
from ioc.core.windows import RecurringDays

ANY_TZ = ZoneInfo("UTC")  # names do not depend on it
Place = Callable[[str, int, Entry], str]


def by_number(section: str, number: int, _entry: Entry) -> str:
    """The place of an entry in a file."""
    return f"{section}[{number}]"


def by_name(section: str, _number: int, entry: Entry) -> str:
    return f"{section} {name_of(entry)!r}"


def faults(book: Book, channels: Collection[str], place: Place = by_number) -> list[str]:
    """Names that must exist elsewhere, names that must be unique, addresses that are none, lists that hold themselves.

    A route or rota of which this is true cannot be meant.
    """
    checks = _NameCheck(book, channels, place)
    of_indicators = indicator_checks.faults(book.indicator, lambda n, each: place("indicator", n, each))
    told = (checks.uniqueness(), checks.receivers(), checks.rotas(), checks.rules(), checks.ways(), of_indicators)
    return [fault for each in told for fault in each]


def reach_faults(book: Book, address_of: Mapping[str, str], place: Place = by_number) -> list[str]:
    """Whom no channel reaches; `address_of`: by channel the field of a receiver that it speaks to.

    That is `channel` where it needs none.
    """
    problems: list[str] = []
    alone = "channel" in address_of.values()
    for n, receiver in enumerate(book.receiver):
        if not (receiver.email or receiver.phone or receiver.members or receiver.rota or alone):
            at = place("receiver", n, receiver)
            problems.append(f"{at}: no address; expected email, phone, members or rota")
    return problems + [fault for way in _ways(book, place) for fault in _nobody(book, way, address_of)]


def file_faults(book: Book, place: Place = by_number) -> list[str]:
    """Calendar files that cannot be read, or speak of nobody we know."""
    return [fault for n, rota in enumerate(book.rota) for fault in _of_file(book, rota, place("rota", n, rota))]


def twice(where: str, names: Sequence[str]) -> list[str]:
    return [f"{where}: {name!r} stands twice" for name in sorted({n for n in names if names.count(n) > 1})]


def unknown(where: str, names: Sequence[str], known: Collection[str]) -> list[str]:
    allowed = ", ".join(sorted(known)) or "none is defined"
    return [f"{where}: {name!r} is not defined; allowed: {allowed}" for name in names if name not in known]


def persons(book: Book, name: str) -> set[str]:
    """Every person who may ever be meant by a name, files aside."""
    receivers = {receiver.name: receiver for receiver in book.receiver}
    rotas = {rota.name: rota for rota in book.rota}
    found: set[str] = set()
    _walk(name, receivers, rotas, found, set())
    return found


class TellingWay(NamedTuple):
    """Whom and how one route or step tells, and where it says so."""

    at: str
    receivers: tuple[str, ...]
    channels: tuple[str, ...]
    fallback: tuple[str, ...]


def _ways(book: Book, place: Place) -> Iterator[TellingWay]:
    for n, route in enumerate(book.route):
        if route.escalation is None:
            yield _way(place("route", n, route), route)
    for n, ladder in enumerate(book.escalation):
        for k, step in enumerate(ladder.steps):
            yield _way(f"{place('escalation', n, ladder)}.steps[{k}]", step)


def _way(at: str, told: RouteOptions | StepOptions) -> TellingWay:
    return TellingWay(at, told.receivers, told.channels, told.fallback)


class _NameCheck:
    """What can be said without looking anywhere else."""

    def __init__(self, book: Book, channels: Collection[str], place: Place) -> None:
        self.book, self.channels, self.place = book, channels, place
        self.people = [receiver.name for receiver in book.receiver]
        self.rota_names = [rota.name for rota in book.rota]
        self.names = [*self.people, *self.rota_names]

    def uniqueness(self) -> Iterator[str]:
        for section in SECTIONS:
            yield from twice(f"{section}.{key_of(section)}", [name_of(each) for each in getattr(self.book, section)])
        for name in sorted(set(self.people) & set(self.rota_names)):
            yield f"rota.name: {name!r} is a receiver too; they share their names"

    def receivers(self) -> Iterator[str]:
        for n, receiver in enumerate(self.book.receiver):
            at = self.place("receiver", n, receiver)
            yield from _not(is_mobile, MOBILE, f"{at}.phone", receiver.phone)
            yield from _not(is_email, EMAIL, f"{at}.email", receiver.email)
            yield from unknown(f"{at}.members", receiver.members, self.names)
            yield from unknown(f"{at}.rota", [receiver.rota] if receiver.rota else [], self.rota_names)
            if _holds_itself(receiver, self.book.receiver):
                yield f"{at}.members: the list holds itself"

    def rotas(self) -> Iterator[str]:
        for n, rota in enumerate(self.book.rota):
            at = self.place("rota", n, rota)
            for k, shift in enumerate(rota.shifts):
                yield from unknown(f"{at}.shifts[{k}].who", shift.who, self.people)
            for k, dated in enumerate(rota.dates):
                yield from unknown(f"{at}.dates[{k}].who", dated.who, self.people)
            for hole in _holes(rota):
                yield f"{at}.shifts: {hole}; fill the hole, or say part_time = true where it is meant"

    def rules(self) -> Iterator[str]:
        """A rule that is about a rota names one."""
        for n, rule in enumerate(self.book.rule):
            rota = getattr(rule.options, "rota", None)
            yield from unknown(f"{self.place('rule', n, rule)}.rota", [rota] if rota else [], self.rota_names)

    def ways(self) -> Iterator[str]:
        for way in _ways(self.book, self.place):
            yield from unknown(f"{way.at}.receivers", way.receivers, self.names)
            yield from unknown(f"{way.at}.channels", way.channels, self.channels)
            yield from unknown(f"{way.at}.fallback", way.fallback, self.channels)
        ladders = [ladder.name for ladder in self.book.escalation]
        rules = [rule.id for rule in self.book.rule]
        for n, route in enumerate(self.book.route):
            at = self.place("route", n, route)
            yield from unknown(f"{at}.escalation", [route.escalation] if route.escalation else [], ladders)
            yield from unknown(f"{at}.rule", route.rule, rules)


def _holes(rota: RotaOptions) -> list[str]:
    if rota.part_time or rota.ics or not rota.shifts:
        return []
    weekly = [
        WeeklyDuty(RecurringDays.parse(shift.days), read_periods(shift.hours, overnight=True)[0], shift.who)
        for shift in rota.shifts
    ]
    return pattern_faults(weekly)


def _holds_itself(receiver: ReceiverOptions, receivers: Iterable[ReceiverOptions]) -> bool:
    members = {each.name: each.members for each in receivers}
    seen: set[str] = set()
    waiting = list(receiver.members)
    while waiting:
        name = waiting.pop()
        if name == receiver.name:
            return True
        if name not in seen:
            seen.add(name)
            waiting += members.get(name, ())
    return False


def _walk(
    name: str,
    receivers: Mapping[str, ReceiverOptions],
    rotas: Mapping[str, RotaOptions],
    found: set[str],
    seen: set[str],
) -> None:
    if name in seen:
        return
    seen.add(name)
    if (receiver := receivers.get(name)) is not None:
        further = [*receiver.members, *filter(None, [receiver.rota])]
        found.update([] if further else [name])
    else:
        rota = rotas.get(name)
        shifts: tuple[ShiftOptions | RotaDate, ...] = () if rota is None else (*rota.shifts, *rota.dates)
        further = [who for each in shifts for who in each.who]
        if rota is not None and rota.ics:
            further += [each for each in receivers if each not in seen]
    for each in further:
        _walk(each, receivers, rotas, found, seen)


def _nobody(book: Book, way: TellingWay, address_of: Mapping[str, str]) -> list[str]:
    """A way that leads to no address of anybody."""
    receivers = {receiver.name: receiver for receiver in book.receiver}
    who = sorted({name for told in way.receivers for name in persons(book, told)})
    channels = way.channels or way.fallback
    for channel in channels:
        field = address_of.get(channel, "channel")
        if field == "channel" or any(getattr(receivers[name], field, ()) for name in who):
            return []
    wanted = ", ".join(f"{channel} needs {address_of[channel]}" for channel in channels)
    return [f"{way.at}: nobody gets it: {', '.join(who) or 'nobody'} cannot be reached; {wanted}"]


def _of_file(book: Book, rota: RotaOptions, at: str) -> Iterator[str]:
    if rota.ics is None:
        return
    try:
        file = CalendarFile.read(Path(rota.ics).read_bytes(), ANY_TZ)
    except OSError as error:
        yield f"{at}.ics: {rota.ics!r} cannot be read ({error.strerror})"
        return
    except ValueError as error:
        yield f"{at}.ics: {rota.ics!r}: {error}"
        return
    nameless = sum(not on_duty(event, book.receiver) for event in file.each())
    if nameless:
        yield f"{at}.ics: {rota.ics!r}: {nameless} event(s) name no receiver by summary or attendee"


def on_duty(event: CalendarEvent, receivers: Iterable[ReceiverOptions]) -> tuple[str, ...]:
    """The receivers that an event means: by the names in its summary (`lan, hung`), else by invited addresses."""
    known = {receiver.name: receiver for receiver in receivers}
    named = [name for part in event.summary.split(",") if (name := part.strip()) in known]
    if named:
        return tuple(dict.fromkeys(named))
    invited = {address.lower() for address in event.attendees}
    return tuple(name for name, each in known.items() if invited & {address.lower() for address in each.email})


def _not(right: Callable[[str], bool], allowed: str, where: str, values: Sequence[str]) -> list[str]:
    return [f"{where}[{n}]: {value!r}: expected {allowed}" for n, value in enumerate(values) if not right(value)]
