"""Payloads of lines: rows of CSV and pairs of key=value, read, cut to one line, and freed of private values."""

import csv
import io
from collections.abc import Iterator
from functools import partial

from ioc.core import charsets
from ioc.core.model import Reason
from ioc.messages.mapping.declared import MapRule
from ioc.messages.mapping.element import Element, text_of
from ioc.messages.privacy import Privacy
from ioc.messages.wire import Rejected

_DELIMITERS = (";", "\t", "|", ",")
_SEPARATORS = (";", "&", "|", ",", "\t", " ")


def csv_rows(rule: MapRule, payload: bytes) -> Iterator[Element]:
    text = text_of(rule, payload)
    header, rows = _rows(rule, text)
    if (
        not rows and header
    ):  # one line alone is no header without rows, but a row without a header: [0] is its first cell
        yield Element(header, header, "0", partial(bytes, payload))
        return
    top = [dict(zip(header, row, strict=False)) for row in rows]
    for i, (row, value) in enumerate(zip(rows, top, strict=True)):
        yield Element(value, top, str(i), partial(_row_alone, rule, text, header, row), _ragged(i, row, header))


def _ragged(i: int, row: list[str], header: list[str]) -> Rejected | None:
    if len(row) == len(header):
        return None
    return Rejected(Reason.BAD_VALUE, f"line {i + 1}: {len(row)} cells, expected {len(header)}")


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
    """As told, else whatever the first line holds most of; a comma of decimals parts nothing."""
    first = text.partition("\n")[0]
    return rule.delimiter or max(_DELIMITERS[: -1 if rule.decimal_comma else None], key=first.count)


def _sheet(rule: MapRule, text: str, header: list[str], rows: list[list[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=_delimiter(rule, text), lineterminator="\n")
    writer.writerows(rows if rule.columns else [header, *rows])
    return out.getvalue()


def _row_alone(rule: MapRule, text: str, header: list[str], row: list[str]) -> bytes:
    return charsets.encode(_sheet(rule, text, header, [row]), rule.encoding)


def strip_csv(rule: MapRule, text: str, privacy: Privacy) -> str:
    header, rows = _rows(rule, text)
    private = [privacy.is_private(name) for name in header]
    if not any(private):
        return text
    kept = [["" if hide else cell for cell, hide in zip(row, private, strict=False)] for row in rows]
    return _sheet(rule, text, header, kept)


def keyvalue_lines(rule: MapRule, payload: bytes) -> Iterator[Element]:
    text = text_of(rule, payload)
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.count("=") == 1 for line in lines):  # a pair a line
        pairs = {key: value for line in lines for key, value in _pairs(rule, line).items()}
        yield Element(pairs, pairs, "0", partial(bytes, payload))
        return
    top = [_pairs(rule, line) for line in lines]
    for i, (line, value) in enumerate(zip(lines, top, strict=True)):
        wrong = None if value else Rejected(Reason.MISSING_FIELD, f"line {i + 1}: no key=value in it")
        yield Element(value, top, str(i), partial(charsets.encode, line, rule.encoding), wrong)


def _pairs(rule: MapRule, line: str) -> dict[str, str]:
    pairs = [part.split("=", 1) for part in line.split(_separator(rule, line)) if "=" in part]
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


def strip_keyvalue(rule: MapRule, text: str, privacy: Privacy) -> str:
    return "".join(_strip_line(rule, line, privacy) for line in text.splitlines(keepends=True))


def _strip_line(rule: MapRule, line: str, privacy: Privacy) -> str:
    separator = _separator(rule, line)
    return separator.join(_strip_pair(part, privacy) for part in line.split(separator))


def _strip_pair(part: str, privacy: Privacy) -> str:
    key, _, value = part.partition("=")
    return f"{key}=" if value and privacy.is_private(key.strip()) else part
