"""Small facts that belong to the whole installation: revisions that tell other processes to look again."""

import hashlib
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.platform.db import Database
from ioc.platform.db.tables import meta

LONGEST_KEY = 64


class Fact(StrEnum):
    """The keys in use."""

    INVENTORY_REV = "inventory_rev"
    LIVE_EPOCH = "live_epoch"
    LIVE_N = "live_n"
    CREATED_AT = "created_at"
    BOOK_REV = "book_rev"  # of table `configured`
    BOOK_ORDER = "book_order"  # digest of the order of the entries in the file
    DIGEST_DAY = "digest_day"  # when the daily digest was last told
    DOSSIER_RULES = "dossier_rules"  # by which the dossiers were judged
    PROOF_DAY = "proof_day"  # of the last daily proof
    FEED_CURSOR = "feed"  # of a channel: the last event its feed was given


def get(conn: Connection, fact: Fact, default: str = "", *, of: str = "") -> str:
    """`of` names whose it is, of a fact that several have."""
    value = conn.scalar(sa.select(meta.c.value).where(meta.c.key == _key(fact, of)))
    return default if value is None else str(value)


def put(db: Database, conn: Connection, fact: Fact, value: object, *, of: str = "") -> None:
    insert = db.upsert(meta).values(key=_key(fact, of), value=str(value))
    conn.execute(insert.on_conflict_do_update(index_elements=["key"], set_={"value": str(value)}))


def hold(db: Database, conn: Connection, fact: Fact) -> None:
    """Until the transaction ends nobody else changes what this revision is of; it is there from then on."""
    insert = db.upsert(meta).values(key=fact, value="0")
    conn.execute(insert.on_conflict_do_update(index_elements=["key"], set_={"value": meta.c.value}))


def bump(db: Database, conn: Connection, fact: Fact) -> None:
    """Raise a revision by one, inside the transaction that made the change."""
    put(db, conn, fact, int(get(conn, fact, "0")) + 1)


def _key(fact: Fact, of: str) -> str:
    key = f"{fact}:{of}" if of else str(fact)
    return key if len(key) <= LONGEST_KEY else f"{fact}:{hashlib.sha256(of.encode()).hexdigest()[:32]}"
