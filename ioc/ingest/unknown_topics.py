"""The table of topics that nobody understood: bounded, the longest silent leave first."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.messages.mapping.maps import Maps
from ioc.platform.db import Database
from ioc.platform.db.tables import unknown_topic as table

AT_MOST: Final = 500
LONGEST: Final = 512
SAMPLE_BYTES: Final = 4_096


class UnreadTopic(NamedTuple):
    """The newest payload of a topic, how often it came, and when last (epoch ms)."""

    payload: bytes
    n: int
    at: int


def note(db: Database, heard: Mapping[str, UnreadTopic]) -> None:
    """Add to what is known of these topics; above AT_MOST the longest silent are forgotten."""
    insert = db.upsert(table)
    add = insert.on_conflict_do_update(
        index_elements=["topic"],
        set_={
            "payload": insert.excluded.payload,
            "n": table.c.n + insert.excluded.n,
            "last_seen": insert.excluded.last_seen,
        },
    )
    rows = [
        {"topic": topic, "payload": one.payload, "n": one.n, "first_seen": one.at, "last_seen": one.at}
        for topic, one in heard.items()
    ]
    kept = sa.select(table.c.topic).order_by(table.c.last_seen.desc(), table.c.topic).limit(AT_MOST)
    with db.write() as conn:
        conn.execute(add, rows)
        conn.execute(sa.delete(table).where(table.c.topic.not_in(kept)))


def listing(conn: Connection, maps: Maps) -> list[dict[str, Any]]:
    """topic, payload (text), n, first_seen, last_seen; newest first, without those that a map means by now."""
    rows = conn.execute(sa.select(table).order_by(table.c.last_seen.desc(), table.c.topic)).mappings()
    return [{**row, "payload": row["payload"].decode("utf-8", "replace")} for row in rows if not maps.of(row["topic"])]


def forget(conn: Connection, topic: str) -> bool:
    """Take one off the list until it is heard again; False when it is not there."""
    return conn.execute(sa.delete(table).where(table.c.topic == topic)).rowcount == 1
