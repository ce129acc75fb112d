"""Messages that somebody asks for: a test over one channel, the daily proof over all of them."""

import uuid
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts.delivery.routing import Destination
from alerts.model import NotificationState, NotificationType
from ioc.core.contact import mailbox, subscriber
from ioc.core.model import Severity
from ioc.platform.db.tables import notification


def checked(field: str, address: str) -> str:
    """The address; IocError for what no channel that speaks to this field of a receiver could reach."""
    if field == "email":
        mailbox(address)
    elif field == "phone":
        subscriber(address)
    return address


def test_payload(lang: str, channel: str, by: str, tz: str, now: int) -> dict[str, object]:
    """What a test says."""
    return {"lang": lang, "lines": [], "channel": channel, "by": by, "time": now, "tz": tz}


def queue_test(conn: Connection, to: Destination, by: str, tz: str, now: int) -> int:
    """The id of the notification, which the outbox sends like any other."""
    return _queue(conn, to, NotificationType.TEST, "test", test_payload(to.lang, to.channel, by, tz, now), now)


def queue_proof(conn: Connection, to: Iterable[Destination], n_open: int, tz: str, now: int) -> int:
    """How many were queued."""
    queued = 0
    for one in to:
        payload = {"lang": one.lang, "lines": [], "channel": one.channel, "open": n_open, "time": now, "tz": tz}
        _queue(conn, one, NotificationType.PROOF, "proof", payload, now)
        queued += 1
    return queued


def _queue(
    conn: Connection, to: Destination, what: NotificationType, subject: str, payload: dict[str, object], now: int
) -> int:
    values = {
        "ref": uuid.uuid4().hex,
        "receiver": to.receiver,
        "channel": to.channel,
        "address": to.address,
        "what": what,
        "subject": subject,
        "severity": Severity.INFO,
        "payload": payload,
        "state": NotificationState.WAITING,
        "created_at": now,
        "next_try_at": now,
    }
    key = conn.execute(sa.insert(notification).values(**values)).inserted_primary_key
    return int(key[0]) if key else 0
