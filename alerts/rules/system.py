"""Rule kind `system`: our own line is in trouble, so that what the wall shows may be late or not kept."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from alerts.model import Finding, Verdict, View
from ioc.beat import Pulse, pulses
from ioc.model import Severity
from ioc.settings import Rule

kind = "system"
default_hold_s = 30.0
every_s = 2.0
INGEST, CONNECTORS = "ingest", "connectors"
# what ingest tells of itself and takes for a trouble, the gravest first
PARTS = ("stopped_acking", "records", "metric_store")


class Options(Struct, frozen=True, kw_only=True):
    """Nothing to set: what is in trouble says so itself."""


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    with view.db.read() as conn:
        heard = {pulse.role: pulse for pulse in pulses(conn, view.now)}
    trouble = said(heard[INGEST]) if INGEST in heard else None
    if trouble is None and CONNECTORS in heard and not heard[CONNECTORS].alive:
        trouble = {"part": {"key": "alert.part.connectors", "params": {}}, "detail": ""}
    if trouble is None:
        return
    for root in view.world.inventory.orgs.roots():
        yield Finding(
            rule.id, root.code, Verdict.BAD, Severity(rule.severity), "alert.system", dict(trouble), since=view.now
        )


def said(pulse: Pulse) -> Mapping[str, Any] | None:
    """The part that is in trouble and its own words; None when all is well."""
    if not pulse.alive:
        return {"part": {"key": "alert.part.silent", "params": {}}, "detail": ""}
    for part in PARTS:
        if pulse.detail.get(part):
            return {"part": {"key": f"alert.part.{part}", "params": {}}, "detail": str(pulse.detail[part])}
    return None
