"""The postbox of the demonstration: every message as its receiver has it. Elsewhere there is none."""

from pathlib import Path
from typing import Literal, NamedTuple, Protocol

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from alerts import sms
from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.platform.db.tables import notification
from ioc.platform.postbox import Postbox, PostboxMessage
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.ports import OffloadsWrites
from web.boundary.route import V1, Route


class HasPostbox(Protocol):
    """Where the demonstration keeps what it sends; None where messages go out to people."""

    @property
    def postbox(self) -> Path | None: ...


class SmsFigures(Struct, frozen=True):
    """What a text is charged as."""

    segments: int
    characters: int
    unicode: bool


class OutboxItem(Struct, frozen=True, kw_only=True):
    """`receiver` and `what` as the notification has them; null for a message that is of none."""

    at: Instant
    way: Literal["sms", "email"]
    address: str
    receiver: str | None
    what: str | None
    sender: str
    subject: str
    text: str
    html: str
    sms: SmsFigures | None


class SentTo(NamedTuple):
    """A notification's receiver and occasion."""

    receiver: str
    what: str


def outbox(call: Call, records: OffloadsWrites, demo: HasPostbox) -> Page[OutboxItem]:
    """The newest first; `not_found` outside the demonstration, and for who does not see the whole tree."""
    if demo.postbox is None or not call.sees_all:
        raise IocError(Code.NOT_FOUND, "messages are shown in the demonstration only")
    messages = records.offload(Postbox(demo.postbox).newest)
    known = records.read(lambda conn: _sent(conn, {one.ref for one in messages}))
    return call.part.of(messages, lambda one: _item(call, one, known.get(one.ref)))


def _sent(conn: Connection, refs: set[str]) -> dict[str, SentTo]:
    t = notification.c
    rows = conn.execute(sa.select(t.ref, t.receiver, t.what).where(t.ref.in_(refs)))
    return {row.ref: SentTo(row.receiver, row.what) for row in rows}


def _item(call: Call, one: PostboxMessage, sent: SentTo | None) -> OutboxItem:
    return OutboxItem(
        at=call.at(one.at, None),
        way=one.way,
        address=one.address,
        receiver=sent.receiver if sent else None,
        what=sent.what if sent else None,
        sender=one.sender,
        subject=one.subject,
        text=one.text,
        html=one.html,
        sms=_figures(one.text) if one.way == "sms" else None,
    )


def _figures(text: str) -> SmsFigures:
    return SmsFigures(sms.segments(text), len(text), not sms.is_gsm(text))


ROUTES = (Route("GET", f"{V1}/outbox", Role.LEADER, outbox, "Messages of the demonstration", (Code.NOT_FOUND,)),)
