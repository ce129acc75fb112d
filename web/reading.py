"""A caller's input, read into its shape; a fault is told with its name and what is allowed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, TypeVar, get_args

import msgspec

from ioc.core import jsons
from ioc.core.errors import Code, IocError

Shape = TypeVar("Shape", bound=msgspec.Struct)

# msgspec tells what is wrong in these forms; any other is passed on as it is
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]+)`")
_AT = re.compile(r" - at `\$\.(?P<name>[^`]+)`$")
_EXPECTED = re.compile(r"Expected (?P<allowed>.+?)(, got .+)?$")


def question(values: Mapping[str, Sequence[str]], shape: type[Shape]) -> Shape:
    """Parameters of an address: all of them text, and an empty one is as good as none; none goes unread."""
    allowed = [field.encode_name for field in msgspec.structs.fields(shape)]
    for name, texts in values.items():
        if name not in allowed:
            told = ", ".join(allowed) or "–"
            raise IocError(Code.UNKNOWN_KEY, f"{name} is no key here; allowed: {told}", name=name, allowed=told)
        if len(texts) > 1:
            detail = f"{name}: given {len(texts)} times, once is allowed"
            raise IocError(Code.INVALID_VALUE, detail, name=name, detail=detail)
    return _read({name: text for name, (text,) in values.items() if text != ""}, shape, strict=False)


def body(value: Any, shape: type[Shape]) -> Shape:
    return _read(value, shape, strict=True)


def _read(value: Any, shape: type[Shape], *, strict: bool) -> Shape:
    try:
        read = msgspec.convert(value, shape, strict=strict)
    except msgspec.ValidationError as error:
        raise _told(str(error), shape) from None
    _check_integers(value if strict else msgspec.to_builtins(read))
    return read


def _check_integers(value: Any) -> None:
    """None that a database would choke on."""
    for name, part in value.items():
        if jsons.beyond(part) is not None:
            detail = f"{name}: whole numbers up to {jsons.HIGHEST}"
            raise IocError(Code.INVALID_VALUE, detail, name=name, detail=detail)


def _told(why: str, shape: type[msgspec.Struct]) -> IocError:
    if missing := _MISSING.search(why):
        name = missing["name"]
        return IocError(Code.MISSING_VALUE, f"{name} is missing", name=name)
    at = _AT.search(why)
    name = at["name"] if at else ""
    what = _AT.sub("", why)
    allowed = ", ".join(_words(shape, name))
    if not allowed and (expected := _EXPECTED.match(what)):
        allowed = expected["allowed"].replace("`", "").replace(" | null", "")
    detail = f"{name}: {allowed or what}" if name else allowed or what
    return IocError(Code.INVALID_VALUE, f"{name}: {what}" if name else what, name=name, detail=detail)


def _words(shape: type[msgspec.Struct], name: str) -> Iterator[str]:
    """The words of the field's enumeration or literal, where it is one."""
    for field in msgspec.structs.fields(shape):
        if field.encode_name == name:
            yield from _of_type(field.type)


def _of_type(kind: Any) -> Iterator[str]:
    if isinstance(kind, type) and issubclass(kind, Enum):
        yield from (str(member.value) for member in kind)
    for inner in get_args(kind):
        if isinstance(inner, str):
            yield inner
        else:
            yield from _of_type(inner)
