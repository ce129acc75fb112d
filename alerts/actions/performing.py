"""An act carried out: every alert it means or none, in one transaction and a fixed number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts.actions.act import Act, HoldingTimes
from alerts.actions.changes import Consequence, LastEntry, change
from alerts.incidents import repository as incidents
from alerts.model import Alert, IncidentState, Transition
from alerts.repository import ENGINE, read_alert, select_alerts
from ioc.config.alerting import AlertOptions
from ioc.core.errors import Code, IocError
from ioc.domain.inventory import Scope
from ioc.platform import audit
from ioc.platform.db import Database
from ioc.platform.db.tables import alert, alert_entry


def perform(db: Database, scope: Scope, ids: Iterable[int], act: Act, options: AlertOptions) -> int:
    """How many alerts it changed; `unknown_alert` names one that is not there or not to be seen from `scope`."""
    with db.write() as conn:
        return carry_out(conn, scope, ids, act, options)


def carry_out(conn: Connection, scope: Scope, ids: Iterable[int], act: Act, options: AlertOptions) -> int:
    """The same inside a transaction."""
    wanted = sorted(set(ids))
    found = _locked(conn, scope, wanted)
    for alert_id in wanted:
        if alert_id not in found:
            raise IocError(Code.UNKNOWN_ALERT, f"alert {alert_id} is not known", alert=alert_id)
    last, times = _last_entries(conn, wanted), HoldingTimes.of(options)
    every = (change(found[alert_id], act, last.get(alert_id), times) for alert_id in wanted)
    changes = [one for one in every if one is not None]
    if changes:
        _write(conn, changes, act)
        _follow(conn, changes, act)
    return len(changes)


def _locked(conn: Connection, scope: Scope, ids: Sequence[int]) -> dict[int, Alert]:
    """Nobody changes them before we have: the engine finds them changed, and looks again."""
    within = sa.true() if scope.root is None else alert.c.org.in_(scope.codes)
    query = select_alerts().where(alert.c.id.in_(ids), within).order_by(alert.c.id).with_for_update()
    return {row["id"]: read_alert(row) for row in conn.execute(query).mappings()}


def _last_entries(conn: Connection, ids: Sequence[int]) -> dict[int, LastEntry]:
    by_people = sa.and_(alert_entry.c.alert_id.in_(ids), alert_entry.c.actor != ENGINE)
    newest = sa.select(sa.func.max(alert_entry.c.id)).where(by_people).group_by(alert_entry.c.alert_id)
    rows = conn.execute(sa.select(alert_entry).where(alert_entry.c.id.in_(newest))).mappings()
    return {
        row["alert_id"]: LastEntry(Transition(row["what"]), row["actor"], row["at"], row["comment"]) for row in rows
    }


def _write(conn: Connection, changes: Sequence[Consequence], act: Act) -> None:
    alike: dict[tuple[tuple[str, object], ...], list[int]] = defaultdict(list)
    for one in changes:
        if one.values:
            alike[tuple(sorted(one.values.items()))].append(one.alert.id)
    for values, ids in alike.items():
        conn.execute(sa.update(alert).where(alert.c.id.in_(ids)).values(dict(values)))
    conn.execute(sa.insert(alert_entry), [_entry(one, act) for one in changes])
    audit.record_many(conn, [_audited(one, act) for one in changes])


def _follow(conn: Connection, changes: Sequence[Consequence], act: Act) -> None:
    """Each incident is what its alerts are."""
    touched = {one.alert.incident_id for one in changes if one.values and one.alert.incident_id is not None}
    refreshed = incidents.refresh(conn, touched, act.now)
    incidents.close(conn, [each.incident.id for each in refreshed if each.incident.state is IncidentState.OVER])


def _entry(one: Consequence, act: Act) -> dict[str, object]:
    said = {"what": one.transition, "actor": act.actor, "comment": one.comment, "detail": one.detail}
    return {"alert_id": one.alert.id, "at": act.now, **said}


def _audited(one: Consequence, act: Act) -> audit.AuditRow:
    detail = {"alert": one.alert.fingerprint, **(one.detail or {})}
    if one.comment:
        detail["comment"] = one.comment
    return audit.AuditRow(act.now, act.actor, f"alert.{one.transition}", str(one.alert.id), detail, one.alert.org)
