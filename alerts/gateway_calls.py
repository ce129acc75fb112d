"""What a gateway calls us with: a delivery report, or a message that somebody sent to its number."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

Fields = Mapping[str, str]  # of a query, a form or the top level of a JSON body
Patterns = dict[str, str]  # field → what its whole value must match


class ReportFormat(Struct, frozen=True, kw_only=True):
    """The shape of a gateway's delivery report: where it names the message, and what says how it went.

    `id` is the field with the gateway's own message id, `ref` the one with ours, where it tells it back. `delivered`
    and `failed` are alternatives: in one of them every field must match; a report that fits neither says nothing yet.
    """

    id: str
    ref: str | None = None
    delivered: tuple[Patterns, ...]
    failed: tuple[Patterns, ...] = ()

    def __post_init__(self) -> None:
        _compile(*self.delivered, *self.failed)


class ReplyFormat(Struct, frozen=True, kw_only=True):
    """The shape of an incoming message: the fields of the sender's number and of the text, `when` others match."""

    phone: str
    text: str
    when: Patterns = {}

    def __post_init__(self) -> None:
        _compile(self.when)


class GatewayReport(NamedTuple):
    """A message by its gateway's id or our ref, and whether its phone got it."""

    message_id: str
    ref: str
    delivered: bool


class IncomingText(NamedTuple):
    """A message that somebody sent us."""

    phone: str
    text: str


def read_report(form: ReportFormat, fields: Fields) -> GatewayReport | None:
    """None where it says nothing final, or names no message."""
    message_id, ref = fields.get(form.id, ""), fields.get(form.ref, "") if form.ref else ""
    outcomes = ((True, form.delivered), (False, form.failed))
    said = next((ok for ok, ways in outcomes if any(_match(way, fields) for way in ways)), None)
    return None if said is None or not (message_id or ref) else GatewayReport(message_id, ref, said)


def read_reply(form: ReplyFormat, fields: Fields) -> IncomingText | None:
    """None where it is no incoming message."""
    if not _match(form.when, fields) or not fields.get(form.phone):
        return None
    return IncomingText(fields[form.phone], fields.get(form.text, ""))


def _match(patterns: Patterns, fields: Fields) -> bool:
    return all(re.fullmatch(pattern, fields.get(name, "")) for name, pattern in patterns.items())


def _compile(*alternatives: Patterns) -> None:
    for name, pattern in ((name, pattern) for way in alternatives for name, pattern in way.items()):
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{name} {pattern!r}: {error}") from error
