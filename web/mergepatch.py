"""JSON merge patches (RFC 7396): what turns one payload into the next; a key that is null counts as absent."""

from collections.abc import Mapping
from typing import Any


def diff(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The smallest patch that turns `old` into `new`; empty when they say the same."""
    patch: dict[str, Any] = {}
    for key, value in new.items():
        before = old.get(key)
        if value is before or value == before:
            continue
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            inner = diff(before, value)
            if inner:
                patch[key] = inner
        else:
            patch[key] = value
    for key, before in old.items():
        if before is not None and key not in new:
            patch[key] = None
    return patch


def apply(target: Any, patch: Any) -> Any:
    """`target` after `patch`, as RFC 7396 defines it; neither is changed."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = apply(result.get(key), value)
    return result
