"""The history of one dossier: what was reported of it, in order, whatever order it came in and however often."""

from bisect import bisect
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from ioc.messages.events import DossierEvent


class Statement(NamedTuple):
    """One event: when it was so (epoch ms), its id, and the fields it named."""

    ts: int
    event_id: str
    fields: dict[str, Any]


History = Sequence[Statement]

_decoder = msgspec.json.Decoder(list[Statement])
_encoder = msgspec.json.Encoder()


def read(text: str) -> list[Statement]:
    return _decoder.decode(text)


def write(history: History) -> str:
    return _encoder.encode(history).decode()


def merge(history: list[Statement], events: Iterable[DossierEvent]) -> bool:
    """Put events in their places; False when all of them were there already."""
    seen = {statement.event_id for statement in history}
    changed = False
    for event in events:
        if event.event_id not in seen:
            seen.add(event.event_id)
            statement = Statement(event.ts, event.event_id, event.fields)
            history.insert(bisect(history, _order(statement), key=_order), statement)
            changed = True
    return changed


def latest(history: History) -> dict[str, Any]:
    """Every field as last reported."""
    fields: dict[str, Any] = {}
    for statement in history:
        fields.update(statement.fields)
    return fields


def successive(history: History, name: str) -> list[tuple[int, Any]]:
    """The values a field went through, each with the instant it was first reported in its turn."""
    found: list[tuple[int, Any]] = []
    for statement in history:
        value = statement.fields.get(name)
        if value is not None and (not found or found[-1][1] != value):
            found.append((statement.ts, value))
    return found


def _order(statement: Statement) -> tuple[int, str]:
    return statement.ts, statement.event_id
