"""The signature of a handler: the query and body it reads, the ports it needs, and its answer."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from msgspec import Struct

from web.boundary.answers import Answer
from web.boundary.call import Call


class Nothing(Struct, frozen=True):
    """A call that takes no parameters of this sort."""


class Malformed(Exception):
    """A handler that says too little of itself, with what is missing."""


@dataclass(frozen=True, slots=True)
class Signature:
    """`given` are those of `query` and `body` it takes; `shape` is what its JSON is of, None where there is none."""

    given: tuple[str, ...]
    query: type[Struct]
    body: type[Struct] | None
    ports: Mapping[str, Any]
    shape: Any


def read(handler: Callable[..., Any]) -> Signature:
    """`call: Call` comes first; `query` and `body` are structs; every further parameter is a port."""
    names = list(inspect.signature(handler).parameters)
    hints = get_type_hints(handler)
    if not names or hints.get(names[0]) is not Call:
        raise Malformed(f"the handler {handler.__name__} must take `call: Call` first")
    for name in (*names, "return"):
        if name not in hints:
            raise Malformed(f"the handler {handler.__name__} has no type for `{name}`")
    for name in sorted({"query", "body"}.intersection(names)):
        if not (isinstance(hints[name], type) and issubclass(hints[name], Struct)):
            raise Malformed(f"`{name}` of the handler {handler.__name__} is no struct")
    given = tuple(name for name in names[1:] if name in ("query", "body"))
    ports = {name: hints[name] for name in names[1:] if name not in given}
    return Signature(given, hints.get("query", Nothing), hints.get("body"), ports, _shape(handler, hints["return"]))


def _shape(handler: Callable[..., Any], answer: Any) -> Any:
    shapes = list(_shapes(answer))
    if any(not _is_told(shape) for shape in shapes):
        raise Malformed(f"the handler {handler.__name__} must answer with structs, not {answer}")
    return shapes[0] if len(shapes) == 1 else Union[tuple(shapes)] if shapes else None  # noqa: UP007


def _shapes(answer: Any) -> Iterator[Any]:
    """Of each answer that is JSON."""
    if get_origin(answer) in (Union, UnionType):
        for one in get_args(answer):
            yield from _shapes(one)
    elif get_origin(answer) is Answer:
        yield from _shapes(get_args(answer)[0])
    elif answer not in (str, bytes, NoneType):
        yield answer


def _is_told(shape: Any) -> bool:
    plain = get_origin(shape) or shape
    return isinstance(plain, type) and issubclass(plain, Struct)
