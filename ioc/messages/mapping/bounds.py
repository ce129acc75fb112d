"""The bounds of a JMESPath: what a vendor's message needs, and far from what could keep a machine busy."""

from collections.abc import Iterator
from typing import Any, Final

MAX_LENGTH: Final = 2_000
MAX_DEPTH: Final = 20
MAX_PIPES: Final = 8
MAX_COPIES: Final = 4_096  # how often one value may stand in what is made: [@, @] | [@, @] doubles it twice

_COPYING = frozenset({"multi_select_list", "multi_select_dict"})
_CALL = "function_expression"
MAX_CALLS: Final = 16


def check_length(text: str) -> None:
    """Before it is parsed; ValueError says what is allowed."""
    if len(text) > MAX_LENGTH:
        raise ValueError(f"path of {len(text)} characters; at most {MAX_LENGTH}")


def check(text: str, parsed: Any) -> None:
    """ValueError says what of the parsed expression is beyond its bound."""
    nodes = list(_nodes(parsed, 1))
    copies = 1
    for node, _depth in nodes:
        copies *= max(1, len(node["children"])) if node["type"] in _COPYING else 1
    found = {
        f"nested {max(depth for _, depth in nodes)} deep; at most {MAX_DEPTH}": max(d for _, d in nodes) > MAX_DEPTH,
        f"more than {MAX_PIPES} pipes": sum(node["type"] == "pipe" for node, _ in nodes) > MAX_PIPES,
        f"more than {MAX_CALLS} calls of functions": sum(node["type"] == _CALL for node, _ in nodes) > MAX_CALLS,
        f"makes up to {copies} copies of a value; at most {MAX_COPIES}": copies > MAX_COPIES,
    }
    for problem, is_so in found.items():
        if is_so:
            raise ValueError(f"path {text[:80]!r}: {problem}")


def _nodes(parsed: Any, depth: int) -> Iterator[tuple[dict[str, Any], int]]:
    """Every node with its depth, without recursion."""
    left = [(parsed, depth)]
    while left:
        node, at = left.pop()
        yield node, at
        left += [(child, at + 1) for child in node["children"] if isinstance(child, dict)]
