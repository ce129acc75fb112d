"""A first `[[map]]` for a topic nobody understands, for an administrator to finish."""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from ioc.core import jsons

_CODE = re.compile(r"\d|^[A-Z]+$")
_TIME_NAME = re.compile(r"^(ts|t|time|timestamp|gio|luc|thoi_?gian|ngay_?gio)$", re.IGNORECASE)
_DAY_FIRST = re.compile(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}(:\d{2})?")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_LEAVES = 30
_SHOWN = 40


def propose(topic: str, payload: str, org: str) -> str:
    """TOML: levels that look like codes are named, every value of the sample stands behind # beside its path."""
    levels = _levels(topic)
    names = [level[1:] for level in levels if level.startswith("+")]
    lines = ["[[map]]", f"topic = {_quoted('/'.join(levels))}", f"org = {_quoted(org)}"]
    if "site" in names:
        lines[-1] += f"   # or {_quoted(org + '.{site}')}"
    lines += ['kind = "queue"', f"source = {_quoted('{dev}')}", *_of_payload(payload)]
    return "\n".join(lines) + "\n"


def _levels(topic: str) -> list[str]:
    """The last code is the device, the first of several its site; without any the last level is the device."""
    levels = topic.split("/")
    codes = [i for i, level in enumerate(levels) if i and _CODE.search(level)] or [len(levels) - 1]
    for i in codes:
        levels[i] = "+dev" if i == codes[-1] else "+site" if i == codes[0] else f"+p{i}"
    return levels


def _of_payload(payload: str) -> Iterator[str]:
    try:
        value: Any = jsons.decode(payload)
    except msgspec.DecodeError:
        yield f'format = "{"keyvalue" if "=" in payload else "csv"}"'
        yield "[map.fields]"
        return
    inside = _list_of_objects(value)
    if inside is not None:
        yield f"each = {_quoted(inside)}"
        value = value[inside][0]
    leaves = list(_leaves(value, ""))[:_LEAVES]
    yield from _time(leaves)
    yield "[map.fields]"
    for path, leaf in leaves:
        yield f"# waiting = {_quoted(path)}   # {json.dumps(leaf, ensure_ascii=False)[:_SHOWN]}"


def _list_of_objects(value: Any) -> str | None:
    """The one member that is an array of objects."""
    members = value.items() if isinstance(value, dict) else ()
    found = [name for name, member in members if isinstance(member, list) and member and isinstance(member[0], dict)]
    return found[0] if len(found) == 1 and _IDENTIFIER.fullmatch(found[0]) else None


def _time(leaves: list[tuple[str, Any]]) -> Iterator[str]:
    for path, leaf in leaves:
        if isinstance(leaf, str) and (told := _DAY_FIRST.fullmatch(leaf)):
            yield f'time = {{ path = {_quoted(path)}, format = "%d/%m/%Y %H:%M{":%S" if told[1] else ""}" }}'
            return
        if _TIME_NAME.match(path.rpartition(".")[2].strip('"')):
            yield f"time = {_quoted(path)}"
            return


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            step = name if _IDENTIFIER.fullmatch(name) and name.isascii() else json.dumps(name, ensure_ascii=False)
            yield from _leaves(inner, f"{path}.{step}" if path else step)
    elif not isinstance(value, list):
        yield path or "@", value


def _quoted(text: str) -> str:
    """A TOML string: literal where the text holds quotes, as a quoted JMESPath does."""
    return f"'{text}'" if '"' in text and "'" not in text else json.dumps(text, ensure_ascii=False)
