"""Meetings as endpoints announce them, and which endpoint is in which."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.model import SourceKey
from ioc.domain.meetings import attended, plan
from ioc.live.deltas import Patch
from ioc.messages.events import ConferenceEvent, ConferenceEventType
from ioc.platform.db import Database
from ioc.platform.db.tables import conference


def apply(db: Database, conn: Connection, key: SourceKey, events: Iterable[ConferenceEvent]) -> None:
    """Keep announcements, and who was in what; a later word about the same meeting replaces an earlier one.

    A meeting that is once confidential stays so, whatever is announced of it later.
    """
    for event in events:
        if event.type is ConferenceEventType.JOINED:
            attended.joined(db, conn, event.conference_id, key, event.ts)
            continue
        if event.type is ConferenceEventType.LEFT:
            attended.left(conn, event.conference_id, key, event.ts, event.reason)
            continue
        known = plan.find(conn, key.org, event.conference_id)
        confidential = event.confidential or (known is not None and known.confidential)
        if event.type is ConferenceEventType.CONFERENCE_SCHEDULED:
            values = {
                "title": None if confidential else event.title,
                "starts_at": event.starts_at,
                "ends_at": event.ends_at,
                "expected": [] if confidential else list(event.expected),
                "cancelled_at": None,
                "confidential": confidential,
            }
        else:
            values = {"cancelled_at": event.ts}
        if confidential:
            plan.forget(conn, key.org, event.conference_id)
        row = {"org": key.org, "conference_id": event.conference_id, "expected": [], "changed_at": event.ts, **values}
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
