"""Filling a request template, each value escaped for the language it stands in."""

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote_plus
from xml.sax.saxutils import escape as xml_escape

Escape = Callable[[str], str]
JSON, XML, FORM = "application/json", "text/xml; charset=utf-8", "application/x-www-form-urlencoded"
PLACES = (
    "phone", "text", "sender", "request_id", "segments", "unicode",
    "username", "password", "token", "sms_type", "callback_url",
)  # fmt: skip
_PLACE = re.compile(rf"\{{({'|'.join(PLACES)})\}}")


def fill(template: str, values: Mapping[str, str], escape: Escape) -> str:
    """Replace the known placeholders; every other brace stays."""
    return _PLACE.sub(lambda place: escape(values[place.group(1)]), template)


def escape_for(body: str, headers: Mapping[str, str]) -> tuple[str, Escape]:
    """Media type and escape of a body: by its Content-Type header, else by how it begins; no type for no body."""
    named = next((value.lower() for name, value in headers.items() if name.lower() == "content-type"), "")
    start = body.lstrip()[:1]
    if not start:
        return "", str
    if "json" in named or (not named and start in "{["):
        return JSON, _json
    if "xml" in named or (not named and start == "<"):
        return XML, _xml
    return FORM, quote_plus


def _json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _xml(value: str) -> str:
    return xml_escape(value, {'"': "&quot;", "'": "&apos;"})
