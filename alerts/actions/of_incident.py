"""An act on an incident: the same on all its alerts, in one transaction."""

from alerts.actions.act import Act, Action
from alerts.actions.performing import carry_out
from alerts.incidents import queries
from alerts.model import Alert, AlertState
from ioc.config.alerting import AlertOptions
from ioc.core.errors import Code, IocError
from ioc.domain.inventory import Scope
from ioc.platform.db import Database

OF_INCIDENTS = (Action.ACKNOWLEDGE, Action.ASSIGN, Action.COMMENT, Action.SEEN, Action.CLOSE)


def perform(db: Database, scope: Scope, incident_id: int, act: Act, options: AlertOptions) -> int:
    """How many of its alerts it changed, of those seen from `scope`; `unknown_incident` where it is not seen."""
    with db.write() as conn:
        found = queries.one(conn, scope, incident_id)
        if found is None:
            raise IocError(Code.UNKNOWN_INCIDENT, f"incident {incident_id} is not known", incident=incident_id)
        alerts = queries.alerts_of(conn, scope, found.id)
        return carry_out(conn, scope, [alert.id for alert in _meant(alerts, act.action)], act, options)


def _meant(alerts: list[Alert], action: Action) -> list[Alert]:
    """Who takes the incident has not taken what its cause still holds back: that is told if it stays."""
    heard = [alert for alert in alerts if alert.state is not AlertState.SUPPRESSED]
    return heard if action is Action.ACKNOWLEDGE and heard else alerts
