"""What an incident became part of; alerts that are open, with what was told of them, have incidents of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

_BEGIN = """
INSERT INTO incident (cause_alert, org, kind, source, severity, state, since, taken_at, owner, simulated, open)
SELECT id, org, kind, source, severity, CASE state WHEN 'acknowledged' THEN 'taken' ELSE 'open' END, since,
       acknowledged_at, acknowledged_by, simulated, open
FROM alert WHERE open AND incident_id IS NULL AND state IN ('firing', 'acknowledged', 'suppressed')
"""
_JOIN = """
UPDATE alert SET incident_id = (SELECT incident.id FROM incident WHERE incident.cause_alert = alert.id)
WHERE incident_id IS NULL AND open AND EXISTS (SELECT 1 FROM incident WHERE incident.cause_alert = alert.id)
"""
_TOLD = """
UPDATE notification SET incident_id = (
    SELECT MIN(alert.incident_id) FROM notification_alert JOIN alert ON alert.id = notification_alert.alert_id
    WHERE notification_alert.notification_id = notification.id)
WHERE incident_id IS NULL AND id IN (
    SELECT notification_alert.notification_id FROM notification_alert
    JOIN alert ON alert.id = notification_alert.alert_id WHERE alert.open AND alert.incident_id IS NOT NULL)
"""


def upgrade() -> None:
    op.add_column("incident", sa.Column("merged_into", sa.BigInteger()))
    for statement in (_BEGIN, _JOIN, _TOLD):
        op.execute(statement)
