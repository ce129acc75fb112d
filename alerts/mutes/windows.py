"""The maintenance windows in force, as the book has them."""

from sqlalchemy.engine import Connection

from alerts.configured import rows
from ioc.config.alerting import MaintenanceOptions
from ioc.config.read import one_entry

SECTION = "maintenance"


def in_force(conn: Connection) -> list[MaintenanceOptions]:
    """In order; one that can no longer be read is left out, as everywhere."""
    read = (one_entry(SECTION, row["body"], {})[0] for row in rows.standing(conn, SECTION))
    return [entry for entry in read if isinstance(entry, MaintenanceOptions)]


def rule_ids(conn: Connection) -> list[str]:
    """The rules in force, by which a mute may name what it means."""
    return [row["name"] for row in rows.standing(conn, "rule")]
