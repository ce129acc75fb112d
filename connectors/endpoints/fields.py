"""A field map over one JSON answer: the same rules as in `[[map]]`."""

from collections.abc import Mapping
from typing import Any

from ioc.core.errors import Code, IocError
from ioc.core.model import Number
from ioc.messages.mapping.declared import TimeRule, read_field
from ioc.messages.mapping.element import Element
from ioc.messages.mapping.paths import Path
from ioc.messages.mapping.values import Field, instant
from ioc.messages.wire import Rejected

Read = tuple[dict[str, Number], dict[str, str]]


class FieldMap:
    """ValueError names the field that is declared wrongly. Units are told by the ends of names: `_ms`, `_pct`, `_c`."""

    def __init__(self, declared: Mapping[str, Any], time: str | TimeRule | None = None) -> None:
        self._fields = [_field(name, raw) for name, raw in declared.items()]
        self._time = TimeRule(path=time) if isinstance(time, str) else time

    def read(self, answer: Any) -> Read:
        """Figures and texts by name; IocError where the answer holds what a field cannot take."""
        element = Element(answer, answer, "0", bytes)
        figures: dict[str, Number] = {}
        texts: dict[str, str] = {}
        try:
            for field in self._fields:
                value = field.of(element, {})
                if isinstance(value, bool | int | float):
                    figures[field.name] = value
                elif isinstance(value, str):
                    texts[field.name] = value
        except Rejected as why:
            raise IocError(Code.FIELD_UNREADABLE, why.detail) from None
        return figures, texts

    def instant(self, answer: Any) -> Any:
        """When the answer says it is from, as a `ts` may be written; None where it does not say."""
        if self._time is None:
            return None
        try:
            found = Path(self._time.path).of(answer, answer)
            return None if found is None else instant(self._time, found)
        except Rejected as why:
            raise IocError(Code.FIELD_UNREADABLE, f"time: {why.detail}") from None


def _field(name: str, raw: Any) -> Field:
    try:
        return Field(name, read_field(raw), None, frozenset(), {})
    except ValueError as error:
        raise ValueError(f"fields.{name}: {error}") from None
