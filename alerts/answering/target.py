"""The incident that an answer means: one that this very receiver was told of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from alerts.model import OPEN_STATES, Alert, AlertState
from alerts.repository import read_alert, select_alerts
from ioc.core.contact import is_mobile, subscriber
from ioc.platform.db.tables import alert, notification, notification_alert

_ANSWER = re.compile(r"\s*(\d{1,18})\s*([^\W\d_]+)\b[\s.,:;-]*(.*)", re.DOTALL)
_TAKEN_FROM = (AlertState.FIRING, AlertState.SUPPRESSED)


class AnswerText(NamedTuple):
    """`12a đang đi xem`: the number of an alert, what to do with its incident, and a remark."""

    alert: int
    action: str
    remark: str


@dataclass(frozen=True, slots=True)
class AnswerTarget:
    """Whom it was told, in which language, and every alert of the incident, those of the message first."""

    receiver: str
    lang: str
    alerts: Sequence[Alert]

    @property
    def is_open(self) -> bool:
        return any(each.state in OPEN_STATES for each in self.alerts)

    @property
    def to_take(self) -> list[int]:
        """The alerts that an acknowledgement is of: those that are loud, else those that are held back."""
        found = ([each.id for each in self.alerts if each.state is state] for state in _TAKEN_FROM)
        return next(filter(None, found), [])


def understood(text: str) -> AnswerText | None:
    found = _ANSWER.fullmatch(text)
    return AnswerText(int(found[1]), found[2].lower(), found[3].strip()) if found else None


def is_known(conn: Connection, number: str) -> bool:
    """Whether anything ever went to this mobile number."""
    return any(_is_of(row.address, number) for row in conn.execute(_ended_like(number, notification.c.address)))


def of_phone(conn: Connection, number: str, alert_id: int) -> AnswerTarget | None:
    """The incident of an alert that this phone was told of."""
    pair = notification_alert.c
    query = (
        _ended_like(number, notification)
        .join(notification_alert, pair.notification_id == notification.c.id)
        .where(pair.alert_id == alert_id)
        .order_by(notification.c.id.desc())
    )
    rows = [row for row in conn.execute(query).mappings() if _is_of(row["address"], number)]
    return target(conn, rows[0]) if rows else None


def notification_of(conn: Connection, number: int) -> RowMapping | None:
    return conn.execute(sa.select(notification).where(notification.c.id == number)).mappings().first()


def target(conn: Connection, row: RowMapping) -> AnswerTarget:
    """All of the incident that the alerts of a message are part of by now."""
    pair = notification_alert.c
    own = sa.select(pair.alert_id).where(pair.notification_id == row["id"])
    incidents = sa.select(alert.c.incident_id).where(alert.c.id.in_(own), alert.c.incident_id.is_not(None))
    every = select_alerts().where(sa.or_(alert.c.id.in_(own), alert.c.incident_id.in_(incidents)))
    ordered = every.order_by(alert.c.id.not_in(own), alert.c.id)
    alerts = [read_alert(each) for each in conn.execute(ordered).mappings()]
    return AnswerTarget(row["receiver"], row["payload"]["lang"], alerts)


def _ended_like(number: str, *columns: sa.ColumnElement[str] | sa.Table) -> sa.Select[tuple[str]]:
    """Those whose address ends in the same digits; however a number is written, its last ones stand together."""
    digits = subscriber(number)[-2:] if is_mobile(number) else "none"
    return sa.select(*columns).where(notification.c.address.like(f"%{digits[0]}%{digits[1]}"))


def _is_of(address: str, number: str) -> bool:
    return is_mobile(address) and is_mobile(number) and subscriber(address) == subscriber(number)
