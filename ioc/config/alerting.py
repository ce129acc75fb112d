"""Sections of the configuration about alerts: rules, mutes, people, routes and channels."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from ioc.config.fields import Name, OrgCode, Positive, Seconds, SourcePath
from ioc.core.windows import RecurringWindow

SeverityWord = Literal["info", "warning", "critical"]
Minutes = Annotated[float, Meta(ge=0, le=100_000)]


class AlertOptions(Struct, frozen=True, kw_only=True):
    """`acknowledged_min`: how long an acknowledgement holds, by severity, before the alert is loud again.

    A message older than `stale_after_s` is not sent on its own any more: its receiver gets one summary. One with a
    fallback that has not been delivered `fallback_after_s` after it began goes on to the next of its chain.
    """

    group_wait_s: Seconds = 10.0
    settle_s: Seconds = 10.0
    startup_grace_s: Seconds = 20.0
    delivery_days: Annotated[float, Meta(gt=0)] = 2.0
    stale_after_s: Annotated[float, Meta(gt=0)] = 3_600.0
    fallback_after_s: Annotated[float, Meta(gt=0)] = 120.0
    acknowledged_min: dict[SeverityWord, Annotated[float, Meta(gt=0)]] = msgspec.field(
        default_factory=lambda: {"critical": 60.0, "warning": 480.0, "info": 1_440.0}
    )


class Rule(Struct, frozen=True, kw_only=True):
    """One rule; `options` are those of its kind (`alerts/rules/<kind>.py`)."""

    id: Name
    kind: str
    severity: SeverityWord = "warning"
    hours: Literal["always", "source"] = "source"
    hold_s: Seconds | None = None
    org: OrgCode | None = None
    options: Any = None


class ReceiverOptions(Struct, frozen=True, kw_only=True):
    """A person with addresses, a list of others (`members`), or whoever is on duty by a `rota`."""

    name: Name
    email: tuple[str, ...] = ()
    phone: tuple[str, ...] = ()
    lang: Literal["vi", "en"] = "vi"
    members: tuple[Name, ...] = ()
    rota: Name | None = None


class ShiftOptions(Struct, frozen=True, kw_only=True):
    """A weekly shift: `days` such as `mon-fri` or `sat,sun`, `hours` such as `19:00-07:00` (into the next day)."""

    days: str
    hours: str
    who: tuple[Name, ...]


class RotaDate(Struct, frozen=True, kw_only=True):
    """The shifts that begin on `date`, in place of the weekly ones; without `hours` the whole day."""

    date: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    who: tuple[Name, ...]
    hours: str | None = None


class RotaOptions(Struct, frozen=True, kw_only=True):
    """Who is on duty when, in the local time of `org`; `dates` win over `shifts`, `ics` is a calendar file."""

    name: Name
    org: OrgCode | None = None
    shifts: tuple[ShiftOptions, ...] = ()
    dates: tuple[RotaDate, ...] = ()
    ics: str | None = None


class StepOptions(Struct, frozen=True, kw_only=True):
    """`after_min` minutes after the ladder began these receivers are told."""

    after_min: Minutes = 0.0
    receivers: tuple[Name, ...]
    channels: tuple[Name, ...] = ()
    fallback: tuple[Name, ...] = ()  # a chain instead of `channels`: the first that delivers


class EscalationOptions(Struct, frozen=True, kw_only=True):
    """A ladder; `clock`: minutes of the day, or of the org's working time. `repeat_min` repeats the last step."""

    name: Name
    clock: Literal["always", "working"] = "always"
    steps: tuple[StepOptions, ...]
    repeat_min: Annotated[float, Meta(gt=0)] | None = None


class RouteOptions(Struct, frozen=True, kw_only=True):
    """Which alerts go to whom; `receivers` with `channels` or a `fallback` chain, or an `escalation`."""

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
    continue_: bool = msgspec.field(default=False, name="continue")


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
