"""One part of a vendor's message that becomes a message of ours."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ioc.core import charsets
from ioc.core.model import Reason
from ioc.messages.mapping.declared import MapRule
from ioc.messages.wire import Rejected

_BOM = "\ufeff"


class Element(NamedTuple):
    """`value` is what paths look into, `top` the message it stands in, `key` its name or place there."""

    value: Any
    top: Any
    key: str
    raw: Callable[[], bytes]  # a payload that holds this element alone and is read as this one was
    wrong: Rejected | None = None  # why it cannot be used, though its neighbours may be


def text_of(rule: MapRule, payload: bytes) -> str:
    try:
        return charsets.decode(payload, rule.encoding).removeprefix(_BOM).rstrip("\0")
    except UnicodeError as error:
        raise Rejected(Reason.BAD_JSON if rule.format == "json" else Reason.BAD_VALUE, str(error)) from None
