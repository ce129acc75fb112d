"""JSON of strangers: whatever is wrong with it, its depth and its bytes too, is a `msgspec.DecodeError`."""

from collections.abc import Iterable
from typing import Any, Final, TypeVar, overload

import msgspec

DEEPEST: Final = 64
HIGHEST: Final = 2**63 - 1  # the most that a database counts to
T = TypeVar("T")


@overload
def decode(raw: bytes | str) -> Any: ...


@overload
def decode(raw: bytes | str, kind: type[T]) -> T: ...


def decode(raw: bytes | str, kind: Any = Any) -> Any:
    """As msgspec reads it, nested at most DEEPEST levels."""
    try:
        value = msgspec.json.decode(raw)
        if _openings(raw) > DEEPEST and not _is_flat(value, DEEPEST):
            raise msgspec.DecodeError(f"nested deeper than {DEEPEST} levels")
        return value if kind is Any else msgspec.convert(value, kind)
    except RecursionError:
        raise msgspec.DecodeError(f"nested deeper than {DEEPEST} levels") from None
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(f"not UTF-8: {error}") from None


def _openings(raw: bytes | str) -> int:
    """Of a bracket each; what stands in texts counts too."""
    return raw.count("[") + raw.count("{") if isinstance(raw, str) else raw.count(b"[") + raw.count(b"{")


def _is_flat(value: Any, levels: int) -> bool:
    """Without recursion: what is looked at may be deeper than any stack."""
    level = [value]
    while level and levels:
        level = [inner for one in level for inner in _members(one) if isinstance(inner, dict | list)]
        levels -= 1
    return not level


def beyond(value: Any) -> int | None:
    """A whole number somewhere in it that no database can hold, None where there is none."""
    if isinstance(value, int):
        return value if abs(value) > HIGHEST else None
    return next((found for inner in _members(value) if (found := beyond(inner)) is not None), None)


def _members(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
