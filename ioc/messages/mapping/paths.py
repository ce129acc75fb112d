"""JMESPath, with one addition: a path that begins with `$.` looks from the top of the message, not of the element."""

from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from ioc.core.model import Reason
from ioc.messages.mapping import bounds
from ioc.messages.wire import Rejected

_TOP = "$."


class Path:
    """A compiled expression; ValueError where it is none, or beyond the bounds of one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._from_top = text.startswith(_TOP)
        bounds.check_length(text)
        try:
            self._compiled = jmespath.compile(text.removeprefix(_TOP))
        except RecursionError:
            raise ValueError(f"path {text[:80]!r}: nested too deep") from None
        bounds.check(text, self._compiled.parsed)

    def of(self, element: Any, top: Any) -> Any:
        """The value at the path, None where there is none; Rejected where a function meets a type it cannot take."""
        try:
            return self._compiled.search(top if self._from_top else element)
        except JMESPathError as error:
            raise Rejected(Reason.WRONG_TYPE, f"{self.text}: {error}") from None


def is_true(value: Any) -> bool:
    """As JMESPath has it: 0 is true, only nothing, false and what is empty are not."""
    return value is not None and value is not False and value not in ("", [], {})


def check(text: str) -> None:
    """ValueError when it is no JMESPath."""
    try:
        Path(text)
    except JMESPathError as error:
        why = str(error).splitlines()[0].rstrip(", ")
        raise ValueError(f"path {text!r} is no JMESPath: {why}") from None
