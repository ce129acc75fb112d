"""Duties: what is to be done by a date and breaks nothing now; they stand on the console and on no wall."""

from collections.abc import Mapping

from sqlalchemy.engine import Connection

from alerts.configured import rows


def duty_kinds(plugins: Mapping[str, object]) -> frozenset[str]:
    """The kinds of rule that find nothing but duties."""
    return frozenset(kind for kind, plugin in plugins.items() if getattr(plugin, "duty", False))


def duty_rules(conn: Connection, kinds: frozenset[str]) -> frozenset[str]:
    """The rules in force whose alerts are duties: by their own word, else by their kind."""
    bodies = [row["body"] for row in rows.standing(conn, "rule")]
    return frozenset(body["id"] for body in bodies if body.get("duty", body["kind"] in kinds))
