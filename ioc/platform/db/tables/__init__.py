"""Every table of the records database; instants are integer epoch milliseconds (UTC), documents are JSON."""

from ioc.platform.db.tables.alerting import (
    alert,
    alert_entry,
    channel_health,
    configured,
    delivery,
    drill,
    incident,
    ladder,
    notification,
    notification_alert,
    silence,
)
from ioc.platform.db.tables.base import metadata
from ioc.platform.db.tables.doors import device, unknown_topic
from ioc.platform.db.tables.dossiers import dossier, dossier_delivery, dossier_pause, dossier_snapshot, dossier_tally
from ioc.platform.db.tables.feeds import feed_day, feed_delivery
from ioc.platform.db.tables.figures import feed_figure, figure_entry
from ioc.platform.db.tables.ingested import (
    conference,
    counter,
    cursor,
    derived,
    desk,
    event_seen,
    latest,
    leniency,
    quarantine,
    ticket,
)
from ioc.platform.db.tables.inventory import calendar_day, meta, org, org_past, source
from ioc.platform.db.tables.people import audit, lease, observed, person_pin, role_beat, shift, token, user

__all__ = [
    "alert",
    "alert_entry",
    "audit",
    "calendar_day",
    "channel_health",
    "conference",
    "configured",
    "counter",
    "cursor",
    "delivery",
    "derived",
    "desk",
    "device",
    "dossier",
    "dossier_delivery",
    "dossier_pause",
    "dossier_snapshot",
    "dossier_tally",
    "drill",
    "event_seen",
    "feed_day",
    "feed_delivery",
    "feed_figure",
    "figure_entry",
    "incident",
    "ladder",
    "latest",
    "lease",
    "leniency",
    "meta",
    "metadata",
    "notification",
    "notification_alert",
    "observed",
    "org",
    "org_past",
    "person_pin",
    "quarantine",
    "role_beat",
    "shift",
    "silence",
    "source",
    "ticket",
    "token",
    "unknown_topic",
    "user",
]
