"""Credentials of devices: one secret a source, for MQTT and for HTTP alike, kept as hashes only."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, UsageError
from ioc.core.model import SourceKey
from ioc.messages.mapping.pattern import check_topic
from ioc.messages.wire import is_id
from ioc.platform import audit, mosquitto
from ioc.platform.db import Database
from ioc.platform.db.tables import device as table
from ioc.platform.db.tables import org as org_table
from ioc.platform.nats import accounts as accounts_of_nats

RENEW = "renew: nats-server does not know it"


def add(
    db: Database, key: SourceKey, topics: Sequence[str], now: int, *, renew: bool = False, actor: str = "cli"
) -> str:
    """A new secret of 256 random bits, which is not kept; it is the password of the MQTT user `ORG/KIND/SOURCE`.

    `topics` are those of the vendor's own that the device may write beside ours. UsageError where there is no such
    org, or where the source has a living credential and `renew` does not say to end it.
    """
    for topic in topics:
        _check_topic(topic)
    secret = secrets.token_urlsafe(32)
    row = {
        **key._asdict(),
        "sha256": _digest(secret),
        "mqtt_hash": mosquitto.password_hash(secret),
        "nats_hash": accounts_of_nats.hashed(secret),
        "topics": list(topics),
        "created_at": now,
    }
    with db.write() as conn:
        if conn.scalar(sa.select(org_table.c.code).where(org_table.c.code == key.org)) is None:
            raise UsageError(
                Code.UNKNOWN_ORG, f"org: {key.org!r} is not in the inventory; import it first", org=key.org
            )
        ended = _end(conn, key, now)
        if ended and not renew:
            raise UsageError(Code.DEVICE_KNOWN, f"{key} has a credential; end it by --renew, or revoke it")
        conn.execute(sa.insert(table).values(row))
        action = "device_renewed" if ended else "device_added"
        audit.record(conn, now, actor, action, str(key), {"topics": list(topics)}, key.org)
    return secret


def revoke(db: Database, key: SourceKey, now: int, actor: str = "cli") -> bool:
    """End the credential of a source; False when it has none. Over HTTP this is at once."""
    with db.write() as conn:
        ended = _end(conn, key, now)
        if ended:
            audit.record(conn, now, actor, "device_revoked", str(key), {}, key.org)
    return ended


def owner(conn: Connection, secret: str) -> SourceKey | None:
    """The source whose living credential this is."""
    t = table.c
    found = sa.select(t.org, t.kind, t.source).where(t.sha256 == _digest(secret), t.revoked_at.is_(None))
    row = conn.execute(found).one_or_none()
    return None if row is None else SourceKey(*row)


def listing(conn: Connection) -> list[Mapping[str, Any]]:
    """device, topics, created_at, revoked_at, remark of every credential ever made."""
    t = table.c
    query = sa.select(table).order_by(t.org, t.kind, t.source, t.id)
    return [
        {
            "device": str(SourceKey(row.org, row.kind, row.source)),
            "topics": " ".join(row.topics),
            "created_at": row.created_at,
            "revoked_at": row.revoked_at,
            "remark": RENEW if row.nats_hash is None and row.revoked_at is None else None,
        }
        for row in conn.execute(query)
    ]


def nats_users(conn: Connection) -> list[accounts_of_nats.User]:
    """The accounts for nats-server: living credentials whose secret it can check."""
    t = table.c
    living = sa.select(table).where(t.revoked_at.is_(None), t.nats_hash.is_not(None)).order_by(t.id)
    return [
        accounts_of_nats.device(str(SourceKey(row.org, row.kind, row.source)), row.nats_hash, tuple(row.topics))
        for row in conn.execute(living)
    ]


def accounts(conn: Connection) -> list[mosquitto.DeviceAccount]:
    """Everybody that ever had a credential, as the broker should know them."""
    t = table.c
    query = sa.select(t.org, t.kind, t.source, t.mqtt_hash, t.topics, t.revoked_at).order_by(t.id)
    rows = {SourceKey(row.org, row.kind, row.source): row for row in conn.execute(query)}  # the newest of each
    return [
        mosquitto.DeviceAccount(str(key), None if row.revoked_at is not None else row.mqtt_hash, tuple(row.topics))
        for key, row in sorted(rows.items())
    ]


def read_key(text: str, kinds: Sequence[str]) -> SourceKey:
    """UsageError unless `ORG/KIND/SOURCE` of a kind there is."""
    try:
        key = SourceKey.parse(text)
    except ValueError:
        raise UsageError(Code.BAD_SOURCE, f"{text!r}: give ORG/KIND/SOURCE") from None
    if key.kind not in kinds or not is_id(key.source):
        raise UsageError(Code.BAD_SOURCE, f"{text!r}: give ORG/KIND/SOURCE with a kind of {', '.join(sorted(kinds))}")
    return key


def _end(conn: Connection, key: SourceKey, now: int) -> bool:
    t = table.c
    living = sa.and_(t.org == key.org, t.kind == key.kind, t.source == key.source, t.revoked_at.is_(None))
    return conn.execute(sa.update(table).where(living).values(revoked_at=now)).rowcount > 0


def _check_topic(topic: str) -> None:
    try:
        check_topic(topic)
    except ValueError as error:
        raise UsageError(Code.BAD_TOPIC, f"--topic {error}") from None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
