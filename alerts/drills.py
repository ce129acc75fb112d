"""Drills: an incident, recorded or invented, that is played through the real engine, people and channels.

The engine takes a drill's findings like any other; its alerts are of the rule `drill`, are counted nowhere, and their
texts begin DIEN TAP. A real critical alert ends every drill.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection, RowMapping

from alerts.model import Condition, Finding, RulePlugin, Subject, View
from ioc.config.alerting import Rule
from ioc.core.errors import Code, IocError
from ioc.core.model import Severity, SourceKey
from ioc.domain.inventory import Inventory, Scope
from ioc.platform import audit
from ioc.platform.db.tables import alert, drill

RULE = Rule(id="drill", kind="drill", severity="critical", hours="always")
LONGEST_MIN = 240
TEXT_LENGTH = 120
REAL_ALERT = "engine"  # as who ended a drill


@dataclass(frozen=True, slots=True)
class DrillScene:
    """What is played at one subject: from and until so many milliseconds after the start, None until the end."""

    org: str
    kind: str | None
    source: str | None
    severity: Severity
    title: str
    params: Mapping[str, Any]
    from_ms: int = 0
    until_ms: int | None = None

    @property
    def subject(self) -> Subject:
        if self.kind is None or self.source is None:
            return self.org
        return SourceKey(self.org, self.kind, self.source)


@dataclass(frozen=True, slots=True)
class Drill:
    """One row of table `drill`; `ended_at` is known from the start: by then it is over at the latest."""

    id: int
    org: str
    scenes: Sequence[DrillScene]
    started_at: int
    started_by: str
    ended_at: int
    ended_by: str | None


class DrillRule(RulePlugin):
    """The rule behind every drill; it stands in no file and in no list of rules."""

    kind = RULE.kind
    default_hold_s = 0.0
    every_s = 0.0

    class Options(Struct, frozen=True):
        """Nothing to set."""

    def evaluate(self, view: View, rule: Rule) -> Iterator[Finding]:
        with view.db.read() as conn:
            running = active(conn, view.now)
        for going in running:
            for scene in _on_stage(going, view.now):
                params = {"what": {"key": scene.title, "params": dict(scene.params)}}
                since = going.started_at + scene.from_ms
                yield Finding(rule.id, scene.subject, Condition.BAD, scene.severity, "alert.drill", params, since)


def invented(
    inventory: Inventory, org: str, source: SourceKey | None, severity: Severity, what: str
) -> list[DrillScene]:
    """One scene of somebody's own words; IocError names what is not there or too long."""
    text = " ".join(what.split())
    if not 1 <= len(text) <= TEXT_LENGTH:
        detail = f"1-{TEXT_LENGTH} characters"
        raise IocError(Code.INVALID_VALUE, f"what: {detail}", name="what", detail=detail)
    if org not in inventory.orgs:
        raise IocError(Code.UNKNOWN_ORG, f"org {org!r} is not in the tree", org=org)
    if source is not None and source not in inventory.sources:
        raise IocError(Code.UNKNOWN_SOURCE, f"source {source} is not known", source=str(source))
    kind, name = (source.kind, source.source) if source else (None, None)
    return [DrillScene(org, kind, name, severity, "alert.drill.invented", {"text": text})]


def recorded(conn: Connection, inventory: Inventory, scope: Scope, incident_id: int) -> list[DrillScene]:
    """The alerts of an incident that was, at their distances in time; without those of sources that are no more."""
    within = sa.true() if scope.root is None else alert.c.org.in_(scope.codes)
    fired = sa.and_(alert.c.incident_id == incident_id, alert.c.fired_at.is_not(None), alert.c.rule != RULE.id, within)
    rows = conn.execute(sa.select(alert).where(fired).order_by(alert.c.since)).mappings().all()
    if not rows:
        raise IocError(Code.UNKNOWN_INCIDENT, f"incident {incident_id} is not known", incident=incident_id)
    began = rows[0]["since"]
    scenes = (_scene(row, began) for row in rows)
    return [scene for scene in scenes if _exists(inventory, scene.subject)]


def start(conn: Connection, org: str, scenes: Sequence[DrillScene], minutes: float, now: int, actor: str) -> Drill:
    """Begin one; IocError `drill_running` where another of that org still runs, `invalid_value` for its length."""
    if not 0 < minutes <= LONGEST_MIN:
        detail = f"more than 0, at most {LONGEST_MIN}"
        raise IocError(Code.INVALID_VALUE, f"minutes: {minutes}; {detail}", name="minutes", detail=detail)
    if any(running.org == org for running in active(conn, now)):
        raise IocError(Code.DRILL_RUNNING, f"a drill of {org} runs already", org=org)
    row = {"org": org, "scenes": [_kept(scene) for scene in scenes], "started_at": now, "started_by": actor}
    ends = now + round(minutes * 60_000)
    key = conn.execute(sa.insert(drill).values(**row, ended_at=ends)).inserted_primary_key
    number = int(key[0]) if key else 0
    audit.record(conn, now, actor, "drill_started", str(number), {"minutes": minutes, "scenes": len(scenes)}, org)
    return Drill(number, org, tuple(scenes), now, actor, ends, None)


def end(conn: Connection, scope: Scope, drill_id: int, now: int, actor: str) -> Drill:
    """End it now; one that is over stays as it is."""
    row = conn.execute(sa.select(drill).where(drill.c.id == drill_id)).mappings().first()
    if row is None or row["org"] not in scope:
        raise IocError(Code.UNKNOWN_DRILL, f"drill {drill_id} is not known", drill=drill_id)
    if row["ended_at"] > now:
        values = {"ended_at": now, "ended_by": actor}
        conn.execute(sa.update(drill).where(drill.c.id == drill_id).values(values))
        audit.record(conn, now, actor, "drill_ended", str(drill_id), {}, row["org"])
        return _read(conn, {**row, **values})
    return _read(conn, row)


def active(conn: Connection, now: int) -> list[Drill]:
    """Those that run now."""
    rows = conn.execute(sa.select(drill).where(drill.c.ended_at > now).order_by(drill.c.id)).mappings().all()
    return [read for row in rows if (read := _read(conn, row)).ended_at > now]


def log(conn: Connection, scope: Scope, page: int, per_page: int) -> tuple[list[Drill], int]:
    """Newest first, and how many there are."""
    within = sa.true() if scope.root is None else drill.c.org.in_(scope.codes)
    total = conn.scalar(sa.select(sa.func.count()).select_from(drill).where(within)) or 0
    newest = sa.select(drill).where(within).order_by(drill.c.id.desc())
    rows = conn.execute(newest.limit(per_page).offset((page - 1) * per_page)).mappings().all()
    return [_read(conn, row) for row in rows], total


def _read(conn: Connection, row: Mapping[Any, Any]) -> Drill:
    """A real critical alert of the time in which it ran has ended it."""
    real = sa.select(sa.func.min(alert.c.fired_at)).where(
        alert.c.rule != RULE.id,
        alert.c.severity == Severity.CRITICAL,
        alert.c.fired_at >= row["started_at"],
        alert.c.fired_at < row["ended_at"],
    )
    first = conn.scalar(real)
    ended_at, ended_by = (row["ended_at"], row["ended_by"]) if first is None else (first, REAL_ALERT)
    scenes = tuple(DrillScene(**{**kept, "severity": Severity(kept["severity"])}) for kept in row["scenes"])
    return Drill(row["id"], row["org"], scenes, row["started_at"], row["started_by"], ended_at, ended_by)


def _on_stage(going: Drill, now: int) -> Iterator[DrillScene]:
    at = now - going.started_at
    for scene in going.scenes:
        if scene.from_ms <= at and (scene.until_ms is None or at < scene.until_ms):
            yield scene


def _scene(row: RowMapping, began: int) -> DrillScene:
    until = None if row["ended_at"] is None else row["ended_at"] - began
    return DrillScene(
        row["org"], row["kind"], row["source"], Severity(row["severity"]), row["title"], row["params"],
        row["since"] - began, until,
    )  # fmt: skip


def _kept(scene: DrillScene) -> dict[str, Any]:
    return {name: getattr(scene, name) for name in DrillScene.__slots__}


def _exists(inventory: Inventory, subject: Subject) -> bool:
    return subject in inventory.sources if isinstance(subject, SourceKey) else subject in inventory.orgs
