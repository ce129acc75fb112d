"""Rows as messages: only those that are not as they were sent last, in arrays that ingest takes."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from connectors.deliveries.kept import SentRow, SyncState
from ioc.domain.dossiers.history.status import OPEN
from ioc.domain.dossiers.importing.rows import CheckedRow

AT_MOST = 1_000  # elements of an array
BYTES_AT_MOST = 250_000  # a little below what a message may hold
_HASH_BYTES = 12
_ENDS = ("finished_at", "returned_at")


class Letter(NamedTuple):
    """One message and the rows it says."""

    payload: bytes
    rows: list[SentRow]


def letters(kept: SyncState, chunk: Sequence[CheckedRow], as_of: int) -> Iterator[Letter]:
    """The changed rows of a chunk."""
    known = kept.hashes([key_of(row) for row in chunk])
    told = (_told(row, sent, as_of) for row in chunk for sent in [sent_as(row)] if known.get(sent.key) != sent.hash)
    yield from _packed(told)


def sent_as(row: CheckedRow) -> SentRow:
    says = msgspec.json.encode([row.code, row.fields], order="sorted")
    digest = hashlib.blake2b(says, digest_size=_HASH_BYTES).digest()
    return SentRow(key_of(row), digest, row.own_id is None and is_open(row.fields))


def key_of(row: CheckedRow) -> str:
    """A row with an id of its own is an event, of which a dossier may have many."""
    return row.code if row.own_id is None else f"{row.code}\n{row.own_id}"


def is_open(said: dict[str, Any]) -> bool:
    status = said.get("status")
    if status is not None:
        return status in OPEN
    return not any(said.get(name) for name in _ENDS)


def _told(row: CheckedRow, sent: SentRow, as_of: int) -> tuple[bytes, SentRow]:
    """The id names the delivery too: a dossier that goes back to what it was says so anew."""
    event_id = row.own_id or f"{sent.hash.hex()}-{as_of}"
    return msgspec.json.encode({**row.fields, "event_id": event_id, "ts": row.ts, "code": row.code}), sent


def _packed(told: Iterable[tuple[bytes, SentRow]]) -> Iterator[Letter]:
    events: list[bytes] = []
    rows: list[SentRow] = []
    size = 0
    for event, sent in told:
        if len(events) == AT_MOST or (events and size + len(event) > BYTES_AT_MOST):
            yield Letter(_array(events), rows)
            events, rows, size = [], [], 0
        events.append(event)
        rows.append(sent)
        size += len(event) + 1
    if events:
        yield Letter(_array(events), rows)


def _array(events: list[bytes]) -> bytes:
    return b"[" + b",".join(events) + b"]"
