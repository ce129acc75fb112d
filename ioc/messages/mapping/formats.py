"""A vendor's payload as elements: members of a JSON message, rows of CSV, lines of key=value pairs."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ioc.core import charsets
from ioc.core.model import Reason
from ioc.messages.mapping import tabular
from ioc.messages.mapping.declared import MapRule
from ioc.messages.mapping.element import Element, text_of
from ioc.messages.privacy import Privacy
from ioc.messages.wire import MAX_ELEMENTS, MAX_PAYLOAD, Rejected, Unusable, element_of, parse_json, read_loosely


def elements(rule: MapRule, payload: bytes) -> list[Element]:
    """Rejected with the contract's reasons where it cannot be read."""
    if len(payload) > MAX_PAYLOAD:
        raise Rejected(Reason.TOO_LARGE, f"more than {MAX_PAYLOAD} bytes")
    found = list(_READERS[rule.format](rule, payload))
    if len(found) > MAX_ELEMENTS:
        raise Rejected(Reason.TOO_LARGE, f"{len(found)} elements, at most {MAX_ELEMENTS}")
    return found


def strip(rule: MapRule, payload: bytes, privacy: Privacy) -> tuple[bytes, bool]:
    """The payload without the values of private keys, in its own format; broken text is treated like broken JSON."""
    try:
        text = text_of(rule, payload)
        if rule.format == "json":
            kept, stripped = privacy.strip(text.encode())
            return (charsets.encode(kept.decode(), rule.encoding), True) if stripped else (payload, False)
        kept_text = _STRIPPERS[rule.format](rule, text, privacy)
    except (Rejected, UnicodeError):
        return privacy.strip(payload)
    return (payload, False) if kept_text == text else (charsets.encode(kept_text, rule.encoding), True)


def _json(rule: MapRule, payload: bytes) -> Iterator[Element]:
    raw = text_of(rule, payload).encode()
    top, loose = _top(rule, raw)
    names = [] if rule.each in (None, "@") else str(rule.each).split(".")
    members = _member(top, names, rule) if rule.each is not None else top if isinstance(top, list) else None
    if members is None:
        yield Element(top, top, "0", partial(bytes, payload))
        return
    named = members if isinstance(members, dict) else {str(i): value for i, value in enumerate(members)}
    for key, value in named.items():
        alone = {key: value} if isinstance(members, dict) else [value]
        read = element_of(value) if loose else None
        wrong = read.why if isinstance(read, Unusable) else None
        yield Element(value, top, key, partial(_with, top, names, alone, rule), wrong)


def _top(rule: MapRule, raw: bytes) -> tuple[Any, bool]:
    """The message, and whether there is NaN in it: it is read all the same for those of its members that hold none."""
    try:
        read, _leniencies = parse_json(raw)
    except Rejected as why:
        if rule.each is None or why.reason is not Reason.NOT_FINITE:
            raise
        return read_loosely(raw, why), True
    if raw.lstrip()[:1] != b"[":
        return read[0], False
    spoilt = next((one for one in read if isinstance(one, Unusable)), None)
    return (read, False) if spoilt is None else (read_loosely(raw, spoilt.why), True)


def _member(top: Any, names: list[str], rule: MapRule) -> dict[str, Any] | list[Any]:
    found = top
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    if found is None:
        raise Rejected(Reason.MISSING_FIELD, f"each: nothing at {rule.each}")
    if not isinstance(found, dict | list):
        raise Rejected(Reason.WRONG_TYPE, f"each: {rule.each} is neither an array nor an object")
    return found


def _with(top: Any, names: list[str], alone: Any, rule: MapRule) -> bytes:
    """The message with one member left."""
    made = alone
    for i in reversed(range(len(names))):
        around = top
        for name in names[:i]:
            around = around[name]
        made = {**around, names[i]: made}
    return charsets.encode(json.dumps(made, ensure_ascii=False, separators=(",", ":")), rule.encoding, replace=True)


_READERS: dict[str, Callable[[MapRule, bytes], Iterator[Element]]] = {
    "json": _json,
    "csv": tabular.csv_rows,
    "keyvalue": tabular.keyvalue_lines,
}
_STRIPPERS: dict[str, Callable[[MapRule, str, Privacy], str]] = {
    "csv": tabular.strip_csv,
    "keyvalue": tabular.strip_keyvalue,
}
