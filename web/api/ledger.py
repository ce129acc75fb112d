"""Records of the operation: the audit, the quarantine and its replay."""

from functools import partial
from typing import Any, Protocol

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc.core.errors import Code
from ioc.core.model import Reason, Role
from ioc.domain.inventory import Scope
from ioc.ingest import quarantine
from ioc.ingest.replay import send
from ioc.platform.db import Database
from ioc.platform.db.tables import audit
from web.boundary.answers import Instant, Page, Part
from web.boundary.call import Call
from web.boundary.ports import BrokerPort, Offloads, Reads
from web.boundary.route import V1, Route


class LiveKey(Protocol):
    """The key that signs messages to ourselves."""

    @property
    def live_key(self) -> bytes: ...


class QuarantineQuery(Struct, frozen=True):
    reason: str | None = None


class ReplayBody(Struct, frozen=True):
    reason: str | None = None


class AuditItem(Struct, frozen=True, kw_only=True):
    """A change: its author, its subject, its time."""

    id: int
    at: Instant
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    org: str | None


class Quarantined(Struct, frozen=True, kw_only=True):
    """A message that could not be used, with the reason."""

    id: int
    inbox: str
    seq: int
    element: int
    received_at: Instant
    topic: str
    payload: str
    reason: Reason
    detail: str
    replayed_at: Instant | None


class ResentCount(Struct, frozen=True):
    """The number of messages that went through ingest again."""

    sent: int


def audit_rows(call: Call, records: Reads) -> Page[AuditItem]:
    rows, total = records.read(lambda conn: _audit(conn, call.scope, call.part))
    return call.part.read((AuditItem(**row | {"at": call.at(row["at"], None)}) for row in rows), total)


def _audit(conn: Connection, scope: Scope, part: Part) -> tuple[list[dict[str, Any]], int]:
    where = sa.true() if scope.root is None else audit.c.org.in_(scope.codes)
    total = conn.scalar(sa.select(sa.func.count()).select_from(audit).where(where)) or 0
    rows = sa.select(audit).where(where).order_by(audit.c.id.desc()).limit(part.per_page).offset(part.offset)
    return [dict(row) for row in conn.execute(rows).mappings()], total


def quarantined(call: Call, query: QuarantineQuery, records: Reads) -> Page[Quarantined]:
    page, per_page = call.part
    rows, total = records.read(
        lambda conn: quarantine.listing(conn, call.scope, reason=query.reason, page=page, per_page=per_page)
    )
    instants = ("received_at", "replayed_at")
    items = (Quarantined(**row | {name: call.at(row[name], None) for name in instants}) for row in rows)
    return call.part.read(items, total)


def replay(
    call: Call, body: ReplayBody, off: Offloads, db: Database, broker: BrokerPort, signs: LiveKey
) -> ResentCount:
    """Send what waits in quarantine through ingest again."""
    again, actor = partial(send, broker, signs.live_key), call.actor
    return ResentCount(off.offload(quarantine.resend, db, again, call.scope, actor, call.now, reason=body.reason))


_QUARANTINE = f"{V1}/quarantine"
_REASON = (Code.BAD_VALUE,)
ROUTES = (
    Route("GET", f"{V1}/audit", Role.ADMIN, audit_rows, "Who changed what"),
    Route("GET", _QUARANTINE, Role.ADMIN, quarantined, "What could not be used, with the reason", _REASON),
    Route("POST", f"{_QUARANTINE}/replay", Role.ADMIN, replay, "Try it again", _REASON),
)
