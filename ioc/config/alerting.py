"""Sections of the configuration about alerts: rules, mutes, people, routes and channels."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from ioc.config.fields import Name, OrgCode, Positive, Seconds, SourcePath
from ioc.core.errors import UsageError
from ioc.core.hours import read_periods
from ioc.core.windows import RecurringDays, RecurringWindow

SeverityWord = Literal["info", "warning", "critical"]
Minutes = Annotated[float, Meta(ge=0, le=100_000)]


class AlertOptions(Struct, frozen=True, kw_only=True):
    """`acknowledged_min`: how long an acknowledgement holds, by severity, before the alert is loud again.

    A message older than `stale_after_s` is not sent on its own any more: its receiver gets one summary. One with a
    fallback that has not been delivered `fallback_after_s` after it began goes on to the next of its chain.
    An alert that came and went `flap_returns` times within `flap_window_min` is told once more, as flapping, and then
    stays one alert until it has been well for `flap_stable_min`; 0 returns: none is damped.
    `leaders`: whom a person reports to by a button; no ladder goes so far by itself.
    `proof_at`: when `proof_receivers` get their daily proof over every channel that reaches them.
    `heartbeat_url` is fetched each minute while the engine decides and delivers: for a watchman outside.
    """

    group_wait_s: Seconds = 10.0
    digest_at: Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "07:30"  # of overdue dossiers
    settle_s: Seconds = 10.0
    startup_grace_s: Seconds = 20.0
    heartbeat_url: Annotated[str, Meta(pattern=r"^https?://[^\s/]+")] | None = None
    delivery_days: Annotated[float, Meta(gt=0)] = 2.0
    stale_after_s: Annotated[float, Meta(gt=0)] = 3_600.0
    fallback_after_s: Annotated[float, Meta(gt=0)] = 120.0
    flap_returns: Annotated[int, Meta(ge=0)] = 3
    flap_window_min: Annotated[float, Meta(gt=0)] = 60.0
    flap_stable_min: Annotated[float, Meta(gt=0)] = 20.0
    proof_at: Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "07:00"
    proof_receivers: tuple[Name, ...] = ()
    leaders: tuple[Name, ...] = ()
    acknowledged_min: dict[SeverityWord, Annotated[float, Meta(gt=0)]] = msgspec.field(
        default_factory=lambda: {"critical": 60.0, "warning": 480.0, "info": 1_440.0}
    )


class ContactOptions(Struct, frozen=True, kw_only=True):
    """Whom to call about what a rule finds: a hotline, with the number of the contract they ask for."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    phone: Annotated[str, Meta(pattern=r"^\+?[0-9][0-9 .()-]{1,30}$")]
    contract: Annotated[str, Meta(max_length=120)] | None = None


GuideStep = Annotated[str, Meta(min_length=1, max_length=300)]


class Rule(Struct, frozen=True, kw_only=True):
    """One rule; `options` are those of its kind (`alerts/rules/<kind>.py`).

    `guide`: what to do about it, step by step, each to be ticked on the alert.
    `duty`: what it finds is to be done by a date and breaks nothing now, so that it stands on no wall; absent: as its
    kind has it.
    """

    id: Name
    kind: str
    severity: SeverityWord = "warning"
    duty: bool | None = None
    hours: Literal["always", "source"] = "source"
    hold_s: Seconds | None = None
    org: OrgCode | None = None
    guide: tuple[GuideStep, ...] = ()
    contacts: tuple[ContactOptions, ...] = ()
    options: Any = None

    def __post_init__(self) -> None:
        if len(set(self.guide)) < len(self.guide):
            raise ValueError("guide: a step stands twice")


class ReceiverOptions(Struct, frozen=True, kw_only=True):
    """A person with addresses, a list of others (`members`), or whoever is on duty by a `rota`.

    In `quiet` hours (`22:00-06:00`) nothing but critical alerts is told; what still fires at their end is told then.
    Of more than `per_hour` messages over one channel the rest waits and comes as one. `title`: as screens call it.
    """

    name: Name
    title: Annotated[str, Meta(min_length=1, max_length=80)] | None = None
    email: tuple[str, ...] = ()
    phone: tuple[str, ...] = ()
    lang: Literal["vi", "en"] = "vi"
    members: tuple[Name, ...] = ()
    rota: Name | None = None
    quiet: str | None = None
    per_hour: Positive | None = None

    def __post_init__(self) -> None:
        told = [name for name in ("members", "rota") if getattr(self, name)]
        told += [name for name in ("email", "phone") if getattr(self, name)][:1]
        if len(told) > 1:
            raise ValueError(f"{' and '.join(sorted(told))} do not go together: a person, a list or a rota")
        _check_hours("quiet", self.quiet)


class ShiftOptions(Struct, frozen=True, kw_only=True):
    """A weekly shift: `days` such as `mon-fri` or `sat,sun`, `hours` such as `19:00-07:00` (into the next day).

    Days may also be `working` or `off`, by the calendar of the rota's org.
    """

    days: str
    hours: str
    who: tuple[Name, ...]

    def __post_init__(self) -> None:
        RecurringDays.parse(self.days)
        _check_one_period(self.hours)
        _check_someone(self.who)


class RotaDate(Struct, frozen=True, kw_only=True):
    """The shifts that begin on `date`, in place of the weekly ones.

    Without `hours` from where the day before hands over to where the shifts of that day would have ended.
    """

    date: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    who: tuple[Name, ...]
    hours: str | None = None

    def __post_init__(self) -> None:
        date.fromisoformat(self.date)
        if self.hours is not None:
            _check_one_period(self.hours)
        _check_someone(self.who)


class RotaOptions(Struct, frozen=True, kw_only=True):
    """Who is on duty when, in the local time of `org`; `dates` win over `shifts`, `ics` is a calendar file.

    `part_time`: hours in which nobody is on duty are meant.
    """

    name: Name
    org: OrgCode | None = None
    shifts: tuple[ShiftOptions, ...] = ()
    dates: tuple[RotaDate, ...] = ()
    ics: str | None = None
    part_time: bool = False

    def __post_init__(self) -> None:
        if not (self.shifts or self.dates or self.ics):
            raise ValueError("nobody is ever on duty: one of shifts, dates, ics is needed")


class StepOptions(Struct, frozen=True, kw_only=True):
    """`after_min` minutes after the ladder began these receivers are told; with `keep` also once somebody took it."""

    after_min: Minutes = 0.0
    receivers: tuple[Name, ...]
    channels: tuple[Name, ...] = ()
    fallback: tuple[Name, ...] = ()  # a chain instead of `channels`: the first that delivers
    keep: bool = False

    def __post_init__(self) -> None:
        _check_way(self.receivers, self.channels, self.fallback)


class EscalationOptions(Struct, frozen=True, kw_only=True):
    """A ladder; `clock`: minutes of the day, or of the org's working time. `repeat_min` repeats the last step."""

    name: Name
    clock: Literal["always", "working"] = "always"
    steps: tuple[StepOptions, ...]
    repeat_min: Annotated[float, Meta(gt=0)] | None = None

    def __post_init__(self) -> None:
        after = [step.after_min for step in self.steps]
        if not after:
            raise ValueError("steps: a ladder without a step tells nobody")
        if any(later <= earlier for earlier, later in pairwise(after)):
            told = ", ".join(f"{each:g}" for each in after)
            raise ValueError(f"steps: after_min {told}: each step comes later than the one before it")


class RouteOptions(Struct, frozen=True, kw_only=True):
    """Which alerts go to whom; `receivers` with `channels` or a `fallback` chain, or an `escalation`.

    `hours` are local to the org of the alert, `quiet` those in which it tells nothing but critical alerts.
    """

    name: Name | None = None
    receivers: tuple[Name, ...] = ()
    channels: tuple[Name, ...] = ()
    fallback: tuple[Name, ...] = ()
    escalation: Name | None = None
    org: OrgCode | None = None
    severity: tuple[SeverityWord, ...] = ("warning", "critical")
    kind: tuple[str, ...] = ()
    rule: tuple[Name, ...] = ()
    hours: str | None = None
    quiet: str | None = None
    repeat_min: Annotated[float, Meta(gt=0)] | None = None  # told again and again until somebody acts; absent: once
    continue_: bool = msgspec.field(default=False, name="continue")

    def __post_init__(self) -> None:
        if not self.severity:
            raise ValueError("severity: names none; allowed: info, warning, critical")
        own = [name for name in ("receivers", "channels", "fallback", "repeat_min") if getattr(self, name)]
        if self.escalation is None:
            _check_way(self.receivers, self.channels, self.fallback)
        elif own:
            raise ValueError(f"{', '.join(own)} beside escalation: the ladder says whom, how and how often")
        _check_hours("hours", self.hours)
        _check_hours("quiet", self.quiet)


def _check_way(receivers: tuple[str, ...], channels: tuple[str, ...], fallback: tuple[str, ...]) -> None:
    if not receivers:
        raise ValueError("nobody gets it: receivers is empty")
    if channels and fallback:
        raise ValueError("channels and fallback do not go together: all of them, or the first that delivers")
    if not (channels or fallback):
        raise ValueError("nobody gets it: one of channels, fallback is needed")


def _check_someone(who: tuple[str, ...]) -> None:
    if not who:
        raise ValueError("who: names nobody")


def _check_hours(key: str, hours: str | None) -> None:
    try:
        if hours is not None:
            read_periods(hours, overnight=True)
    except UsageError:
        raise ValueError(f"{key} {hours!r}; allowed: HH:MM-HH:MM up to 24:00, several with commas") from None


def _check_one_period(hours: str) -> None:
    _check_hours("hours", hours)
    if "," in hours:
        raise ValueError(f"hours {hours!r}: one HH:MM-HH:MM; a shift of its own for each")


class MuteMatch(Struct, frozen=True, kw_only=True):
    """The alerts that a mute holds back: all that is named must hold, an org with all below it."""

    org: OrgCode | None = None
    kind: str | None = None
    source: Name | None = None
    rule: Name | None = None
    severity: SeverityWord | None = None

    def __post_init__(self) -> None:
        if not any(getattr(self, name) for name in self.__struct_fields__):
            raise ValueError(f"match names nothing; allowed: {', '.join(self.__struct_fields__)}")


class MaintenanceOptions(Struct, frozen=True, kw_only=True):
    """A window that comes again, in which matching alerts are told to nobody; in the local time of each alert's org.

    `days`: `mon-fri`, days of the month such as `1,15` or `last`, `first-sun`, or `working` and `off` by the calendar.
    """

    name: Name
    match: MuteMatch
    days: str = "mon-sun"
    hours: str

    def __post_init__(self) -> None:
        RecurringWindow.parse(self.days, self.hours)

    @property
    def window(self) -> RecurringWindow:
        return RecurringWindow.parse(self.days, self.hours)


class Channel(Struct, frozen=True, kw_only=True):
    """One way to reach people; `options` are those of its kind (`alerts/channels/<kind>.py`).

    `depends_on`: the sources without which it carries nothing; in trouble, the channel is not the first of a chain.
    """

    name: Name
    kind: str
    per_minute: Positive | None = None  # what the gateway allows; None: no limit
    depends_on: tuple[SourcePath, ...] = ()
    options: Any = None
