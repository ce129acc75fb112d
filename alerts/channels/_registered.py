"""Texts as a brandname registered them: literal, with places in braces for what changes from message to message."""

import re
from collections.abc import Iterable

_PLACE = re.compile(r"\{([^{}:]*)(?::(\d+))?\}")


def pattern(template: str) -> re.Pattern[str]:
    """`{name}` stands for any characters, at least one, `{name:20}` for at most 20; ValueError for a stray brace."""
    parts: list[str] = []
    end = 0
    for place in _PLACE.finditer(template):
        parts += [_literal(template, template[end : place.start()]), f".{{1,{place[2] or ''}}}"]
        end = place.end()
    return re.compile("".join([*parts, _literal(template, template[end:])]))


def is_registered(templates: Iterable[str], text: str) -> bool:
    return any(pattern(template).fullmatch(text) for template in templates)


def _literal(template: str, text: str) -> str:
    if "{" in text or "}" in text:
        raise ValueError(f"templates: {template!r}: a brace without its other; allowed: {{name}} and {{name:20}}")
    return re.escape(text)
