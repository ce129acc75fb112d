"""A plug-in held to its contract: every member is there and is what the contract says it is."""

import dataclasses
import inspect
import re
import types
import unicodedata
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Literal, Protocol, Union, get_args, get_origin, get_type_hints

from ioc.core.texts import LANGUAGES, Catalogues

_MISSING: Any = object()


class Plugin(Protocol):
    """The optional members of a plug-in of any sort, beside those of its own contract."""

    TEXTS: Annotated[Catalogues, 'its own texts: {"vi": {key: text}, "en": {key: text}}'] = MappingProxyType({})
    SAMPLE: Annotated[str, "its lines for the sample configuration"] = ""


def texts(module: object) -> Catalogues:
    """The texts of a plug-in, by language."""
    brought: Catalogues = getattr(module, "TEXTS", {})
    return {lang: brought.get(lang, {}) for lang in LANGUAGES}


def wrong_texts(brought: Catalogues) -> Iterator[str]:
    """A line for each text that one language lacks, or that is none."""
    for key in sorted({key for catalogue in brought.values() for key in catalogue}):
        said = [brought[lang].get(key, "") for lang in LANGUAGES]
        if not all(text.strip() for text in said):
            yield f"TEXTS: {key} is needed in {' and '.join(LANGUAGES)}"
        elif len({frozenset(_PARAMETER.findall(text)) for text in said}) > 1:
            yield f"TEXTS: {key} has other parameters in {' than in '.join(LANGUAGES)}"
        elif any(unicodedata.normalize("NFC", text) != text for text in said):
            yield f"TEXTS: {key} is not composed (NFC)"


def problems(module: object, contract: type) -> Iterator[str]:
    """A line for each member that is missing or wrong; a member with a value in the contract may be left out."""
    for name, hint in _hints(contract).items():
        value = getattr(module, name, _MISSING)
        if value is not _MISSING:
            yield from wrong(name, value, hint)
        elif not hasattr(contract, name):
            yield f"{name} is missing; needed: {_told(name, hint)}"
    for name, method in _methods(contract):
        value = getattr(module, name, _MISSING)
        if value is _MISSING:
            yield f"{name} is missing; needed: {_heading(name, method)}"
        elif not _is_like(value, method):
            yield f"{name} is another; needed: {_heading(name, method)}"


def wrong(place: str, value: object, hint: Any) -> Iterator[str]:
    """A line where a value is not of its type, or something in it is not."""
    plain = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if not _fits(value, plain):
        yield f"{place} = {_short(value)}; allowed: {_told('', hint)}"
    else:
        for inner, part, sort in _parts(place, value, plain):
            yield from wrong(inner, part, sort)


def _fits(value: object, hint: Any) -> bool:
    """By itself, without what is in it."""
    origin, arguments = get_origin(hint) or hint, get_args(hint)
    if origin is Any:
        return True
    if origin in (Union, types.UnionType):
        return any(next(wrong("", value, one), None) is None for one in arguments)
    if origin is Literal:
        return value in arguments
    if origin is type:
        return isinstance(value, type) and issubclass(value, arguments[0])
    if origin is Callable or origin is _CALLABLE:
        return callable(value) and (not arguments or arguments[0] is Ellipsis or _takes(value, len(arguments[0])))
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if hint is None or hint is types.NoneType:
        return value is None
    return isinstance(value, origin)


def _parts(place: str, value: Any, hint: Any) -> Iterator[tuple[str, object, Any]]:
    """The values in a value, each with its place and its type."""
    arguments = get_args(hint)
    if get_origin(hint) in (Union, types.UnionType):
        return  # one of its types fits, with all that is in it
    if isinstance(value, Mapping) and len(arguments) == 2:
        yield from ((f"{place}[{name!r}]", part, arguments[1]) for name, part in value.items())
    elif isinstance(value, tuple) and len(arguments) == 2 and arguments[1] is Ellipsis:
        yield from ((f"{place}[{at}]", part, arguments[0]) for at, part in enumerate(value))
    elif isinstance(hint, type) and dataclasses.is_dataclass(hint):
        for name, sort in _hints(hint).items():
            yield f"{place}.{name}", getattr(value, name), sort


@cache  # a value of a kind's table is met hundreds of times
def _hints(declared: type) -> dict[str, Any]:
    return get_type_hints(declared, include_extras=True)


def _methods(contract: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    for one in reversed(contract.__mro__):
        for name, member in vars(one).items():
            if inspect.isfunction(member) and not name.startswith("_"):
                yield name, member


def _is_like(value: object, method: Callable[..., Any]) -> bool:
    """True where it can be called as the method of the contract is."""
    if not callable(value) or not _takes(value, len(_parameters(method))):
        return False
    if inspect.iscoroutinefunction(method) != inspect.iscoroutinefunction(value):
        return False
    yields = get_origin(get_type_hints(method).get("return")) is Generator
    return not yields or inspect.isgeneratorfunction(value)


def _takes(value: Callable[..., Any], n: int) -> bool:
    try:
        inspect.signature(value).bind(*range(n))
    except (TypeError, ValueError):
        return False
    return True


def _parameters(method: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(method).parameters)[1:]


def _heading(name: str, method: Callable[..., Any]) -> str:
    """As one would write it."""
    how = "async def" if inspect.iscoroutinefunction(method) else "def"
    gives = get_type_hints(method).get("return")
    more = ", which yields" if get_origin(gives) is Generator else f" -> {_name(gives)}"
    return f"{how} {name}({', '.join(_parameters(method))}){more}"


def _told(name: str, hint: Any) -> str:
    """A member as one would declare it, with what the contract says of it."""
    said = [one for one in get_args(hint)[1:] if isinstance(one, str)] if get_origin(hint) is Annotated else []
    sort = _name(get_args(hint)[0] if get_origin(hint) is Annotated else hint)
    return ", ".join([f"{name}: {sort}" if name else sort, *said])


def _name(hint: Any) -> str:
    """As it is written, without the modules of its types."""
    if isinstance(hint, type) and not get_args(hint):
        return hint.__name__
    return _MODULE.sub("", str(hint))


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


_CALLABLE: Any = get_origin(Callable[[], None])
_PARAMETER = re.compile(r"\{(\w+)\}")
_MODULE = re.compile(r"\b(?:\w+\.)+(?=\w)")


def lines(file: object, found: Iterable[str]) -> list[str]:
    """Each with the file it is about."""
    return [f"{file}: {line}" for line in found]
