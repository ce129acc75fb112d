"""Samples that the metric store refuses for good, or that break us there: in quarantine, counted, replayable."""

import zlib
from collections.abc import Sequence
from typing import Final

import msgspec

from ioc.core.model import Reason
from ioc.ingest.sinks.counts import Count
from ioc.messages.wire import ROOT
from ioc.metrics import RefusedSample
from ioc.platform.db import Database
from ioc.platform.db.tables import counter
from ioc.platform.db.tables import quarantine as table

ORIGIN: Final = "metric-store"  # stands where the name of an inbox would


def quarantine(db: Database, refused: Sequence[RefusedSample], reason: Reason = Reason.STORE_REFUSED) -> None:
    """One row a sample, however often it is refused; a row that was replayed waits again."""
    rows = {(row["seq"], row["element"]): row for row in (_row(one, reason) for one in refused)}
    insert = db.upsert(table)
    again = insert.on_conflict_do_update(
        index_elements=["inbox", "seq", "element"],
        set_={"detail": insert.excluded.detail, "replayed_at": None},
    )
    counted = db.upsert(counter).values(name=Count.REFUSED_BY_STORE, label="", n=len(rows))
    with db.write() as conn:
        conn.execute(again, list(rows.values()))
        conn.execute(
            counted.on_conflict_do_update(
                index_elements=["name", "label"], set_={"n": counter.c.n + counted.excluded.n}
            )
        )


def _row(one: RefusedSample, reason: Reason) -> dict[str, object]:
    """`seq` and `element` are those of the sample itself: its message has been done with long ago."""
    key, t, values = one.sample
    topic = f"{ROOT}{key}/state"
    payload = _encoded({"ts": t, **values})
    return {
        "inbox": ORIGIN,
        "seq": t,
        "element": zlib.crc32(topic.encode() + payload) >> 1,
        "received_at": t,
        "topic": topic,
        "payload": payload,
        "reason": reason,
        "detail": one.words,
    }


def _encoded(payload: dict[str, object]) -> bytes:
    """Whatever breaks us may break this too; then as Python writes it, for a person to read."""
    try:
        return msgspec.json.encode(payload)
    except (TypeError, ValueError, OverflowError):
        return repr(payload).encode()
