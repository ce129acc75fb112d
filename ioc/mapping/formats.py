"""A vendor's payload as elements: members of a JSON message, rows of CSV, lines of key=value pairs."""

import csv
import io
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import msgspec

from ioc.mapping.declared import MapRule
from ioc.model import Reason
from ioc.privacy import Privacy
from ioc.wire import MAX_ELEMENTS, MAX_PAYLOAD, Rejected, parse_json

_DELIMITERS = (";", "\t", "|", ",")
_SEPARATORS = (";", "&", "|", ",", "\t", " ")
_BOM = "\ufeff"


class Element(NamedTuple):
    """`value` is what paths look into, `top` the message it stands in, `key` its name or place there."""

    value: Any
    top: Any
    key: str
    raw: Callable[[], bytes]  # a payload that holds this element alone and is read as this one was


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
        text = _text(rule, payload)
        if rule.format == "json":
            kept, stripped = privacy.strip(text.encode())
            return (kept.decode().encode(rule.encoding), True) if stripped else (payload, False)
        kept_text = _STRIPPERS[rule.format](rule, text, privacy)
    except (Rejected, UnicodeError):
        return privacy.strip(payload)
    return (payload, False) if kept_text == text else (kept_text.encode(rule.encoding), True)


def _text(rule: MapRule, payload: bytes) -> str:
    try:
        return payload.decode(rule.encoding).removeprefix(_BOM)
    except UnicodeError as error:
        raise Rejected(Reason.BAD_JSON if rule.format == "json" else Reason.BAD_VALUE, str(error)) from None


def _json(rule: MapRule, payload: bytes) -> Iterator[Element]:
    raw = _text(rule, payload).encode()
    read, _leniencies = parse_json(raw)
    top = read if raw.lstrip()[:1] == b"[" else read[0]
    names = [] if rule.each in (None, "@") else str(rule.each).split(".")
    members = _member(top, names, rule) if rule.each is not None else top if isinstance(top, list) else None
    if members is None:
        yield Element(top, top, "0", partial(bytes, payload))
        return
    if isinstance(members, dict):
        for key, value in members.items():
            yield Element(value, top, key, partial(_with, top, names, {key: value}, rule))
    else:
        for i, value in enumerate(members):
            yield Element(value, top, str(i), partial(_with, top, names, [value], rule))


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
    encoded: bytes = msgspec.json.encode(made)
    return encoded.decode().encode(rule.encoding, "replace")


def _csv(rule: MapRule, payload: bytes) -> Iterator[Element]:
    text = _text(rule, payload)
    header, rows = _rows(rule, text)
    if (
        not rows and header
    ):  # one line alone is no header without rows, but a row without a header: [0] is its first cell
        yield Element(header, header, "0", partial(bytes, payload))
        return
    top = [dict(zip(header, row, strict=False)) for row in rows]
    for i, (row, value) in enumerate(zip(rows, top, strict=True)):
        if len(row) != len(header):
            raise Rejected(Reason.BAD_VALUE, f"line {i + 1}: {len(row)} cells, expected {len(header)}")
        yield Element(value, top, str(i), partial(_row_alone, rule, text, header, row))


def _rows(rule: MapRule, text: str) -> tuple[list[str], list[list[str]]]:
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=_delimiter(rule, text), strict=True) if any(row)]
    except csv.Error as error:
        raise Rejected(Reason.BAD_VALUE, f"csv: {error}") from None
    if rule.columns:
        return list(rule.columns), rows
    if not rows:
        raise Rejected(Reason.MISSING_FIELD, "csv: no header line")
    return [name.strip() for name in rows[0]], rows[1:]


def _delimiter(rule: MapRule, text: str) -> str:
    """As told, else whatever the first line holds most of."""
    first = text.partition("\n")[0]
    return rule.delimiter or max(_DELIMITERS, key=first.count)


def _sheet(rule: MapRule, text: str, header: list[str], rows: list[list[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=_delimiter(rule, text), lineterminator="\n")
    writer.writerows(rows if rule.columns else [header, *rows])
    return out.getvalue()


def _row_alone(rule: MapRule, text: str, header: list[str], row: list[str]) -> bytes:
    return _sheet(rule, text, header, [row]).encode(rule.encoding)


def _strip_csv(rule: MapRule, text: str, privacy: Privacy) -> str:
    header, rows = _rows(rule, text)
    private = [privacy.is_private(name) for name in header]
    if not any(private):
        return text
    kept = [["" if hide else cell for cell, hide in zip(row, private, strict=False)] for row in rows]
    return _sheet(rule, text, header, kept)


def _keyvalue(rule: MapRule, payload: bytes) -> Iterator[Element]:
    text = _text(rule, payload)
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.count("=") == 1 for line in lines):  # a pair a line
        pairs = {key: value for line in lines for key, value in _pairs(rule, line).items()}
        yield Element(pairs, pairs, "0", partial(bytes, payload))
        return
    top = [_pairs(rule, line) for line in lines]
    for i, (line, value) in enumerate(zip(lines, top, strict=True)):
        yield Element(value, top, str(i), partial(line.encode, rule.encoding))


def _pairs(rule: MapRule, line: str) -> dict[str, str]:
    pairs = [part.split("=", 1) for part in line.split(_separator(rule, line)) if "=" in part]
    if not pairs:
        raise Rejected(Reason.MISSING_FIELD, "no key=value in the line")
    return {key.strip(): value.strip().strip('"') for key, value in pairs}


def _separator(rule: MapRule, line: str) -> str:
    """As told, else whatever leaves a key=value in every part."""
    if rule.separator:
        return rule.separator
    for separator in _SEPARATORS:
        parts = [part for part in line.strip().split(separator) if part.strip()]
        if len(parts) > 1 and all("=" in part for part in parts):
            return separator
    return _SEPARATORS[0]


def _strip_keyvalue(rule: MapRule, text: str, privacy: Privacy) -> str:
    return "".join(_strip_line(rule, line, privacy) for line in text.splitlines(keepends=True))


def _strip_line(rule: MapRule, line: str, privacy: Privacy) -> str:
    separator = _separator(rule, line)
    return separator.join(_strip_pair(part, privacy) for part in line.split(separator))


def _strip_pair(part: str, privacy: Privacy) -> str:
    key, _, value = part.partition("=")
    return f"{key}=" if value and privacy.is_private(key.strip()) else part


_READERS: dict[str, Callable[[MapRule, bytes], Iterator[Element]]] = {
    "json": _json,
    "csv": _csv,
    "keyvalue": _keyvalue,
}
_STRIPPERS: dict[str, Callable[[MapRule, str, Privacy], str]] = {"csv": _strip_csv, "keyvalue": _strip_keyvalue}
