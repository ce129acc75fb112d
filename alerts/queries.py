"""Queries for alerts, their history and their notifications; each takes the scope of the caller."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from alerts import drills
from alerts.model import HELD, Alert, AlertState
from alerts.repository import DROPS, read_alert, select_alerts
from ioc.core.model import Severity
from ioc.domain.inventory import Scope
from ioc.platform.db.tables import alert, alert_entry, counter, delivery, notification, notification_alert

SHOWN = (AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.RESOLVED_UNSEEN)
AWAY = ("alert.offline", "alert.silent")  # the titles that say of a source that it is gone
MOST_SPANS = 20_000
Row = RowMapping


class AlertOrder(StrEnum):
    """The order of a list of alerts."""

    NEWEST = "newest"
    URGENCY = "urgency"  # what nobody has first, then by severity, then the oldest


@dataclass(frozen=True, slots=True)
class NotificationHistory:
    """One notification of an alert with its attempts."""

    notification: Row
    deliveries: Sequence[Row]


@dataclass(frozen=True, slots=True)
class AlertHistory:
    """One alert with every transition, comment, notification and attempt, oldest first."""

    alert: Alert
    entries: Sequence[Row]
    notifications: Sequence[NotificationHistory]


def alerts(
    conn: Connection,
    scope: Scope,
    *,
    states: Collection[AlertState] = (),
    severities: Collection[Severity] = (),
    sort: AlertOrder = AlertOrder.NEWEST,
    page: int = 1,
    per_page: int = 50,
    only: Collection[str] | None = None,
    without: Collection[str] = (),
) -> tuple[list[Alert], int]:
    """One page in that order, and how many there are; without `states`, whatever fired or may yet.

    `only` of some rules, or `without` some.
    """
    wanted = [_within(scope), *_by_rule(only, without)]
    wanted.append(alert.c.state.in_(states) if states else sa.or_(alert.c.open, alert.c.fired_at.is_not(None)))
    if severities:
        wanted.append(alert.c.severity.in_(severities))
    total = conn.scalar(sa.select(sa.func.count()).select_from(alert).where(*wanted)) or 0
    query = select_alerts().where(*wanted).order_by(*_ORDER[sort])
    rows = conn.execute(query.limit(per_page).offset((page - 1) * per_page)).mappings()
    return [read_alert(row) for row in rows], total


def counts(
    conn: Connection,
    scope: Scope,
    states: Collection[AlertState] = tuple(AlertState),
    *,
    only: Collection[str] | None = None,
    without: Collection[str] = (),
) -> dict[tuple[str, AlertState, Severity], int]:
    """The number of alerts by (org, state, severity); those of drills are counted nowhere."""
    group = (alert.c.org, alert.c.state, alert.c.severity)
    counted = (_within(scope), alert.c.state.in_(states), alert.c.rule != drills.RULE.id, *_by_rule(only, without))
    rows = conn.execute(sa.select(*group, sa.func.count().label("n")).where(*counted).group_by(*group))
    return {(row.org, AlertState(row.state), Severity(row.severity)): row.n for row in rows}


def shown(conn: Connection, scope: Scope, limit: int = 1_000, without: Collection[str] = ()) -> list[Alert]:
    """The alerts of a wall: firing, acknowledged, and resolved unseen; `without` those of some rules."""
    return alerts(conn, scope, states=SHOWN, per_page=limit, without=without)[0]


def between(
    conn: Connection, scope: Scope, start: int, end: int, kinds: Collection[str], *, limit: int = MOST_SPANS
) -> list[Alert]:
    """Those about sources of these kinds whose condition lasted at any time from `start` to `end`, the newest first.

    Also what was held back or over before its hold: it was so. Those of drills were not.
    """
    t = alert.c
    lasted = sa.and_(t.since <= end, sa.or_(t.ended_at > start, sa.and_(t.ended_at.is_(None), t.open)))
    wanted = (_within(scope), lasted, t.kind.in_(kinds), t.rule != drills.RULE.id)
    rows = conn.execute(select_alerts().where(*wanted).order_by(t.since.desc(), t.id.desc()).limit(limit)).mappings()
    return [read_alert(row) for row in rows]


def held(conn: Connection, scope: Scope) -> list[Alert]:
    """Every alert that a mute, or what its source hangs on, holds back."""
    rows = conn.execute(select_alerts().where(alert.c.state.in_(HELD), _within(scope))).mappings()
    return [read_alert(row) for row in rows]


def one(conn: Connection, scope: Scope, alert_id: int) -> Alert | None:
    """None when there is no such alert, or the caller may not see it."""
    row = conn.execute(select_alerts().where(alert.c.id == alert_id, _within(scope))).mappings().first()
    return read_alert(row) if row else None


def history(conn: Connection, scope: Scope, alert_id: int) -> AlertHistory | None:
    about = one(conn, scope, alert_id)
    if about is None:
        return None
    entries = sa.select(alert_entry).where(alert_entry.c.alert_id == alert_id).order_by(alert_entry.c.id)
    sent = (
        sa.select(notification)
        .join(notification_alert, notification_alert.c.notification_id == notification.c.id)
        .where(notification_alert.c.alert_id == alert_id)
        .order_by(notification.c.id)
    )
    rows = conn.execute(sent).mappings().all()
    tried = attempts(conn, [row["id"] for row in rows])
    notifications = [NotificationHistory(row, tried.get(row["id"], [])) for row in rows]
    return AlertHistory(about, conn.execute(entries).mappings().all(), notifications)


def notifications(
    conn: Connection,
    scope: Scope,
    *,
    receiver: str | None = None,
    states: Collection[str] = (),
    page: int = 1,
    per_page: int = 50,
) -> tuple[list[Row], int]:
    """Those about alerts of the scope, newest first, and how many there are; for who sees the whole tree, all."""
    about = sa.exists().where(
        notification_alert.c.notification_id == notification.c.id,
        notification_alert.c.alert_id == alert.c.id,
        _within(scope),
    )
    wanted: list[sa.ColumnElement[bool]] = [] if scope.root is None else [about]
    if receiver is not None:
        wanted.append(notification.c.receiver == receiver)
    if states:
        wanted.append(notification.c.state.in_(states))
    total = conn.scalar(sa.select(sa.func.count()).select_from(notification).where(*wanted)) or 0
    query = sa.select(notification).where(*wanted).order_by(notification.c.id.desc())
    rows = conn.execute(query.limit(per_page).offset((page - 1) * per_page)).mappings()
    return list(rows), total


def alert_counts(conn: Connection) -> dict[tuple[str, str], int]:
    """The number of alerts by (state, severity), for `/metrics`."""
    group = (alert.c.state, alert.c.severity)
    real = alert.c.rule != drills.RULE.id
    rows = conn.execute(sa.select(*group, sa.func.count().label("n")).where(real).group_by(*group))
    return {(row.state, row.severity): row.n for row in rows}


class Noise(NamedTuple):
    """How many alerts of a rule people called noise, of all that fired."""

    called: int
    of: int


def noise(conn: Connection, scope: Scope, since: int) -> dict[str, Noise]:
    """By rule, of the alerts that fired since then; those of drills are counted nowhere."""
    counted = (_within(scope), alert.c.fired_at >= since, alert.c.rule != drills.RULE.id)
    query = sa.select(alert.c.rule, sa.func.count(alert.c.noise).label("called"), sa.func.count().label("of"))
    rows = conn.execute(query.where(*counted).group_by(alert.c.rule))
    return {row.rule: Noise(row.called, row.of) for row in rows}


def notification_counts(conn: Connection) -> dict[tuple[str, str], int]:
    """The number of notifications by (channel, state)."""
    group = (notification.c.channel, notification.c.state)
    rows = conn.execute(sa.select(*group, sa.func.count().label("n")).group_by(*group))
    return {(row.channel, row.state): row.n for row in rows}


def delivery_counts(conn: Connection) -> dict[tuple[str, bool], int]:
    """The number of attempts by (channel, success)."""
    group = (notification.c.channel, delivery.c.ok)
    query = sa.select(*group, sa.func.count().label("n")).join(notification).group_by(*group)
    return {(row.channel, bool(row.ok)): row.n for row in conn.execute(query)}


def drop_counts(conn: Connection) -> dict[str, int]:
    """The number of notifications that were not sent, by reason (`alerts.model.DropReason`)."""
    rows = conn.execute(sa.select(counter.c.label, counter.c.n).where(counter.c.name == DROPS))
    return {row.label: row.n for row in rows}


_BEGAN = sa.func.coalesce(alert.c.fired_at, alert.c.since)
_TAKEN = sa.case({AlertState.FIRING: 0, AlertState.RESOLVED_UNSEEN: 2}, value=alert.c.state, else_=1)
_GRAVITY = sa.case({Severity.CRITICAL: 0, Severity.WARNING: 1}, value=alert.c.severity, else_=2)
_ORDER = {
    AlertOrder.NEWEST: (_BEGAN.desc(), alert.c.id.desc()),
    AlertOrder.URGENCY: (_TAKEN, _GRAVITY, _BEGAN, alert.c.id),
}


def _within(scope: Scope) -> sa.ColumnElement[bool]:
    return sa.true() if scope.root is None else alert.c.org.in_(scope.codes)


def _by_rule(only: Collection[str] | None, without: Collection[str]) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = [] if only is None else [alert.c.rule.in_(only)]
    return [*wanted, *([alert.c.rule.not_in(without)] if without else [])]


def attempts(conn: Connection, ids: list[int]) -> dict[int, list[Row]]:
    """By notification, oldest first."""
    found: dict[int, list[Row]] = {}
    query = sa.select(delivery).where(delivery.c.notification_id.in_(ids)).order_by(delivery.c.id)
    for row in conn.execute(query).mappings():
        found.setdefault(row["notification_id"], []).append(row)
    return found
