"""One field of a map: from what the vendor wrote to what our kind expects."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ioc.core.model import Reason
from ioc.messages.kinds import KindSpec
from ioc.messages.mapping import units
from ioc.messages.mapping.declared import PLACEHOLDER, FieldRule, TimeRule
from ioc.messages.mapping.element import Element
from ioc.messages.mapping.paths import Path
from ioc.messages.wire import Fields, Rejected, is_no_date, parse_time, strptime

_UTC = ZoneInfo("UTC")
_COMMA_NUMBER = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?([eE][+-]?\d+)?", re.ASCII)


class Template:
    """Text with `{named level}` and `{JMESPath}` in it."""

    def __init__(self, text: str, levels: frozenset[str], names: Mapping[str, Mapping[str, str]]) -> None:
        self.text = text
        self.paths = {name: None if name in levels else Path(name) for name in PLACEHOLDER.findall(text)}
        self._names = names

    def of(self, element: Element, levels: Mapping[str, str]) -> str:
        """Rejected `missing_field` where a placeholder finds nothing."""
        return PLACEHOLDER.sub(lambda found: self._filled(found[1], element, levels), self.text)

    def _filled(self, name: str, element: Element, levels: Mapping[str, str]) -> str:
        path = self.paths[name]
        value = levels[name] if path is None else path.of(element.value, element.top)
        if value is None or isinstance(value, dict | list | bool):
            raise Rejected(Reason.MISSING_FIELD, f"{{{name}}}: expected text or a number there")
        text = unicodedata.normalize("NFC", str(value)).strip()
        return self._names.get(name, {}).get(text, text)


class Field:
    """A field as it is read from every message; ValueError at once where its unit cannot become ours."""

    def __init__(
        self,
        name: str,
        rule: FieldRule,
        spec: KindSpec | None,
        levels: frozenset[str],
        names: Mapping[str, Mapping[str, str]],
    ) -> None:
        self.name, self.rule = name, rule
        self.path = None if rule.path is None else Path(rule.path)
        self._template = None if rule.template is None else Template(rule.template, levels, names)
        self._pattern = None if rule.pattern is None else re.compile(rule.pattern)
        self._words = None if rule.words is None else {_bare(word): ours for word, ours in rule.words.items()}
        self._time = TimeRule(path="@", format=rule.format, zone=rule.zone) if rule.is_time else None
        self._scale, self._offset = rule.scale, rule.offset
        if rule.unit is not None:
            scale, offset = units.conversion(rule.unit, units.wanted(spec, name), name)
            self._scale, self._offset = scale * rule.scale, offset * rule.scale + rule.offset
        self._is_number = rule.is_scaled or _wants_number(spec, name)

    def of(self, element: Element, levels: Mapping[str, str]) -> Any:
        """The value, None where the message has none; Rejected names the field."""
        try:
            return self._converted(self._found(element, levels))
        except Rejected as why:
            raise Rejected(why.reason, f"{self.name}: {why.detail}") from None

    def _found(self, element: Element, levels: Mapping[str, str]) -> Any:
        if self.path is not None:
            found = self.path.of(element.value, element.top)
        else:
            found = self.rule.const if self._template is None else self._template.of(element, levels)
        if found is None and self.rule.required:
            raise Rejected(Reason.MISSING_FIELD, f"nothing at {self.rule.path}")
        return found

    def _converted(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "":
            return None
        if self._pattern is not None:
            found = self._pattern.search(str(value))
            if found is None:
                raise Rejected(Reason.BAD_VALUE, f"not as the pattern {self._pattern.pattern}")
            value = found[1]
        if self._words is not None:
            return self._word(value, self._words)
        if self._time is not None:
            return None if is_no_date(value) else instant(self._time, value)
        return self._number(value) if self._is_number else value

    def _word(self, value: Any, words: Mapping[str, Any]) -> Any:
        found = words.get(_bare(value))
        if found is None:
            known = ", ".join(self.rule.words or ())
            raise Rejected(Reason.BAD_VALUE, f"{str(value)[:64]!r} is none of the words {known}")
        return found

    def _number(self, value: Any) -> Any:
        if isinstance(value, str):
            value = _plain(value, self.rule.decimal)
        fields = Fields({}, _UTC)
        number = fields.as_number("value", value, None, None)
        if self._scale == 1 and self._offset == 0:
            return number
        return round(number * self._scale + self._offset, 6)


def instant(rule: TimeRule, value: Any) -> Any:
    """Epoch milliseconds; or the local time as text without an offset, where only the org knows the zone."""
    if rule.format is None:
        if rule.zone is None:
            return value  # every spelling of the contract, and the org's zone, are understood behind us
        return parse_time(value, ZoneInfo(rule.zone))[0]
    text = str(value).strip()
    try:
        at = strptime.read(text, rule.format)
        if at.tzinfo is not None:
            return _ms(at)
        return at.isoformat() if rule.zone is None else _ms(at.replace(tzinfo=ZoneInfo(rule.zone)))
    except (ValueError, OverflowError):
        raise Rejected(Reason.BAD_TIME, f"{text[:40]!r} is not as {rule.format}") from None


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _wants_number(spec: KindSpec | None, name: str) -> bool:
    metric = spec.metrics.get(name) if spec else None
    return metric is not None and not metric.boolean


def _plain(text: str, decimal: str) -> str:
    """A number as Vietnamese or English texts write it; Rejected where a point would have to be guessed at: `23.5`."""
    bare = text.strip().replace("\u00a0", "").replace(" ", "")
    if decimal != ",":
        return bare
    if not _COMMA_NUMBER.fullmatch(bare):
        raise Rejected(Reason.BAD_VALUE, f"{text[:40]!r} is no number with a comma for decimals, such as 1.234,5")
    return bare.replace(".", "").replace(",", ".")


def _bare(word: Any) -> str:
    """Words are the same whatever their case, spaces around and Unicode form."""
    text = {True: "true", False: "false"}[word] if isinstance(word, bool) else str(word)
    return unicodedata.normalize("NFC", text).strip().casefold()
