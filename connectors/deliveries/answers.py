"""Answers of an interface: a good one or not, and the dossiers it holds; null is none."""

import re
from collections.abc import Iterable
from typing import Any

from ioc.core.errors import Code, IocError
from ioc.messages.mapping.paths import Path

_PLAIN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_SAID = 120


class Answers:
    """`success_path` leads to what must be one of `values`; without it HTTP alone tells a good answer from an error."""

    def __init__(self, items: str, success_path: str | None, values: Iterable[str]) -> None:
        self._items = Path(items)
        self._success = None if success_path is None else Path(success_path)
        self._values = tuple(values)

    def items(self, answer: Any) -> list[Any]:
        """IocError `rest_failed` for an error in the clothes of an answer, and where there is no array."""
        if self._success is not None:
            self._check(_written(self._success.of(answer, answer)), self._success.text)
        found = self._items.of(answer, answer)
        if found is None and (self._success is not None or _is_null(answer, self._items.text)):
            return []
        if not isinstance(found, list):
            raise IocError(Code.REST_FAILED, f"items {self._items.text!r}: there is no array in the answer")
        return found

    def _check(self, said: str, path: str) -> None:
        if said not in self._values:
            allowed = ", ".join(self._values)
            raise IocError(Code.REST_UNAVAILABLE, f"not a good answer: {path} is {said[:_SAID]!r}; good is {allowed}")


def _written(value: Any) -> str:
    """As the configuration writes it: 200, true, OK; what is not there is null."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _is_null(answer: Any, path: str) -> bool:
    """True where null stands in the place of the dossiers: JMESPath itself does not tell it from a missing member."""
    if answer is None:
        return True
    plain = _PLAIN.match(path)
    for name in [] if plain is None else plain[0].split("."):
        if not isinstance(answer, dict) or name not in answer:
            return False
        answer = answer[name]
        if answer is None:
            return True
    return False
