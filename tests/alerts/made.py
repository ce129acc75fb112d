"""Alerts made by hand."""

from alerts.model import Alert, AlertState
from ioc.core.model import Severity


def alert_at(org: str, severity: Severity = Severity.CRITICAL, **values: object) -> Alert:
    """One that fires at an org."""
    plain = {
        "id": 1, "fingerprint": f"rule|{org}", "rule": "rule", "severity": severity, "state": AlertState.FIRING,
        "org": org, "kind": None, "source": None, "title": "alert.offline", "params": {}, "since": 0, "fired_at": 0,
        "ended_at": None, "hold_until": None, "acknowledged_at": None, "acknowledged_by": None, "owner": None,
        "due_at": None, "flaps": 0, "simulated": False, "open": True, "incident_id": 1,
    }  # fmt: skip
    return Alert(**plain | values)
