"""Meetings as endpoints announce them, and which endpoint is in which."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.model import SourceKey
from ioc.live.deltas import Patch
from ioc.messages.events import ConferenceEvent, ConferenceEventType
from ioc.platform.db import Database
from ioc.platform.db.tables import conference


def apply(db: Database, conn: Connection, org: str, events: Iterable[ConferenceEvent]) -> None:
    """Keep announcements; a later one about the same meeting replaces an earlier one."""
    for event in events:
        if event.type is ConferenceEventType.CONFERENCE_SCHEDULED:
            values = {
                "title": event.title,
                "starts_at": event.starts_at,
                "ends_at": event.ends_at,
                "expected": list(event.expected),
                "cancelled_at": None,
            }
        elif event.type is ConferenceEventType.CONFERENCE_CANCELLED:
            values = {"cancelled_at": event.ts}
        else:
            continue
        row = {"org": org, "conference_id": event.conference_id, "expected": [], "changed_at": event.ts, **values}
        insert = db.upsert(conference).values(**row)
        conn.execute(
            insert.on_conflict_do_update(
                index_elements=["org", "conference_id"],
                set_={**values, "changed_at": event.ts},
                where=sa.and_(conference.c.changed_at <= event.ts),
            )
        )


def presence(key: SourceKey, event: ConferenceEvent) -> Patch | None:
    """Joining and leaving as the state figures they imply."""
    if event.type is ConferenceEventType.JOINED:
        in_call, conference_id = True, event.conference_id
    elif event.type is ConferenceEventType.LEFT:
        in_call, conference_id = False, ""
    else:
        return None
    return Patch(key, {"in_call": (event.ts, in_call)}, {"conference_id": (event.ts, conference_id)})
