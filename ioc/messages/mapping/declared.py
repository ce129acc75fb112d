"""The options of `[[map]]`, checked as far as they can be without a message."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from ioc.core import charsets
from ioc.messages.mapping import checks, paths, units
from ioc.messages.mapping.pattern import Pattern
from ioc.messages.wire import Rejected, parse_time

Scalar = bool | int | float | str
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
EACH = re.compile(r"@|[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


class TimeRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`format` is that of strptime, every spelling of the contract without one; `zone` is the org's without one."""

    path: str
    format: str | None = None
    zone: str | None = None

    def __post_init__(self) -> None:
        paths.check(self.path)
        checks.format(self.format)
        checks.zone(self.zone)


class FieldRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One value: where it comes from (`path`, `template` or `const`), then what is done to it, in this order."""

    path: str | None = None
    template: str | None = None
    const: Scalar | None = None
    pattern: str | None = None  # its one group is the value
    format: str | None = None  # an instant, as in `time`
    zone: str | None = None
    words: dict[str, Scalar] | None = None
    decimal: Literal[".", ","] = "."
    unit: str | None = None  # the vendor's unit; ours is the metric's
    scale: float = 1.0
    offset: float = 0.0
    required: bool = False

    def __post_init__(self) -> None:
        given = [name for name in ("path", "template", "const") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give one of path, template, const; there is {' and '.join(given) or 'none'}")
        if self.path is not None:
            paths.check(self.path)
        if self.pattern is not None:
            checks.pattern(self.pattern)
        if self.unit is not None:
            units.check(self.unit)
        checks.format(self.format)
        checks.zone(self.zone)

    @property
    def is_time(self) -> bool:
        return self.format is not None or self.zone is not None

    @property
    def is_scaled(self) -> bool:
        return self.unit is not None or self.scale != 1 or self.offset != 0 or self.decimal != "."


class MapRule(Struct, frozen=True, kw_only=True):
    """One `[[map]]`; `+name` in `topic` is a level that templates may name as `{name}`."""

    topic: str
    org: str
    kind: str
    source: str
    name: Name | None = None
    channel: str = "state"
    format: Literal["json", "csv", "keyvalue"] = "json"
    encoding: str = "utf-8"
    when: str | None = None  # JMESPath: this map is meant only where it is true
    each: str | None = None  # an array or object of the message, whose every member is a message of its own
    time: str | TimeRule | None = None
    fields: dict[str, Any] = {}
    names: dict[str, dict[str, str]] = {}  # {placeholder: {theirs: ours}}
    delimiter: str | None = None  # csv
    columns: tuple[str, ...] = ()  # csv without a header line
    separator: str | None = None  # keyvalue: between the pairs
    per_minute: Annotated[int, Meta(ge=1)] | None = None  # states of one source; what is above is refused and counted
    sample: str | None = None
    sample_topic: str | None = None
    sample_at: str | None = None

    def __post_init__(self) -> None:
        wrong = list(_problems(self))
        if wrong:
            raise ValueError("; ".join(wrong))

    @property
    def label(self) -> str:
        return self.name or self.topic

    @property
    def time_rule(self) -> TimeRule | None:
        return TimeRule(path=self.time) if isinstance(self.time, str) else self.time

    @property
    def decimal_comma(self) -> bool:
        """True where any figure is written as 23,5."""
        return any(isinstance(raw, dict) and raw.get("decimal") == "," for raw in self.fields.values())

    def sampled_at(self) -> int | None:
        """When the sample was received, in epoch ms."""
        return None if self.sample_at is None else parse_time(self.sample_at, ZoneInfo("UTC"))[0]

    def field_rules(self) -> dict[str, FieldRule]:
        return {name: read_field(raw) for name, raw in self.fields.items()}


def read_field(raw: Any) -> FieldRule:
    """A JMESPath, or a table; ValueError says what is wrong with it."""
    if isinstance(raw, str):
        return FieldRule(path=raw)
    if isinstance(raw, bool | int | float):
        return FieldRule(const=raw)
    return msgspec.convert(raw, FieldRule)


def _problems(rule: MapRule) -> Iterator[str]:
    levels: frozenset[str] = frozenset()
    try:
        levels = frozenset(Pattern.parse(rule.topic).names)
    except ValueError as error:
        yield f"topic: {error}"
    if rule.each is not None:
        levels |= {"key"}
    for where in ("org", "kind", "source", "channel"):
        yield from _template(where, getattr(rule, where), levels)
    yield from _field_problems(rule, levels)
    yield from _payload_problems(rule)


def _field_problems(rule: MapRule, levels: frozenset[str]) -> Iterator[str]:
    for name, raw in rule.fields.items():
        try:
            field = read_field(raw)
        except ValueError as error:
            yield f"fields.{name}: {error}"
        else:
            yield from _template(f"fields.{name}", field.template or "", levels)
    if rule.when is not None:
        yield from _path("when", rule.when)
    if isinstance(rule.time, str):
        yield from _path("time", rule.time)


def _payload_problems(rule: MapRule) -> Iterator[str]:
    if rule.each is not None and not EACH.fullmatch(rule.each):
        yield f"each: {rule.each!r}: expected @ or names with dots between, such as tram.quay"
    if rule.each is not None and rule.format != "json":
        yield "each: only a json payload has members; a csv row and a keyvalue line are each a message already"
    try:
        charsets.check(rule.encoding)
    except ValueError as error:
        yield str(error)
    if rule.sample_at is not None:
        try:
            rule.sampled_at()
        except Rejected as why:
            yield f"sample_at: {rule.sample_at!r}: {why.detail}"
    if rule.delimiter is not None and len(rule.delimiter) != 1:
        yield f"delimiter: {rule.delimiter!r}: expected one character"


def _template(where: str, text: str, levels: frozenset[str]) -> Iterator[str]:
    if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
        yield f"{where}: {text!r}: expected {{name}}, each brace with its other one"
    for placeholder in PLACEHOLDER.findall(text):
        if placeholder not in levels:
            yield from _path(where, placeholder)


def _path(where: str, text: str) -> Iterator[str]:
    try:
        paths.check(text)
    except ValueError as error:
        yield f"{where}: {error}"
