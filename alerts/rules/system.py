"""Rule kind `system`: our own line is in trouble, so that what the wall shows may be late or not kept."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from alerts.model import Condition, Finding, View
from ioc.config.alerting import Rule
from ioc.core.model import Severity
from ioc.platform.beat import Pulse, pulses

kind = "system"
default_hold_s = 30.0
every_s = 2.0
INGEST, CONNECTORS, BROKER = "ingest", "connectors", "broker"
# members of the detail of a role that name a trouble, the gravest first
PARTS = ("stopped_acking", "records", "metric_store")
LOSSES = ("lost", "set_aside")


class Options(Struct, frozen=True, kw_only=True):
    """Nothing to set: what is in trouble says so itself."""


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    with view.db.read() as conn:
        beats = {pulse.role: pulse for pulse in pulses(conn, view.now)}
    trouble = next(troubles(beats), None)
    if trouble is None:
        return
    for root in view.world.inventory.orgs.roots():
        yield Finding(
            rule.id, root.code, Condition.BAD, Severity(rule.severity), "alert.system", dict(trouble), since=view.now
        )


def troubles(beats: Mapping[str, Pulse]) -> Iterator[Mapping[str, Any]]:
    """Obstacles to new figures first, then silent roles, then losses."""
    ingest, broker = beats.get(INGEST), beats.get(BROKER)
    if ingest is not None and not ingest.alive:
        yield _trouble("silent")
    elif ingest is not None and (away := ingest.detail.get("broker", "connected")) != "connected":
        yield _trouble("broker", away)
    if broker is not None and broker.alive and broker.detail.get("full"):
        yield _trouble("full", broker.detail["full"])
    if ingest is not None:
        yield from (_trouble(part, ingest.detail[part]) for part in PARTS if ingest.detail.get(part))
    if CONNECTORS in beats and not beats[CONNECTORS].alive:
        yield _trouble("connectors")
    if ingest is not None:
        yield from (_trouble(part, ingest.detail[part]) for part in LOSSES if ingest.detail.get(part))


def _trouble(part: str, detail: object = "") -> Mapping[str, Any]:
    return {"part": {"key": f"alert.part.{part}", "params": {}}, "detail": str(detail)}
