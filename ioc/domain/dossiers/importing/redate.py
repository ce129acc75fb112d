"""Due dates computed anew after working days have changed: foretold, or written and audited in one step."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from ioc.core.clock import local, rfc3339
from ioc.domain.calendar import Weeks
from ioc.domain.calendar import records as calendar_records
from ioc.domain.dossiers.history.judgement import Policy
from ioc.domain.dossiers.history.record import RecordBuilder
from ioc.domain.dossiers.importing.rejudge import AffectedDossiers, MovedDueDate, rejudge
from ioc.domain.importing.calendar import DaysChange
from ioc.domain.inventory import Inventory, OrgTree
from ioc.domain.inventory.records import load
from ioc.messages.kinds import Kinds
from ioc.platform import audit
from ioc.platform.db import Database

# a dossier sent in before a day and taken in after it may be late to accept because of that day
_TAKEN_IN_WITHIN = timedelta(days=31)
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Redating:
    """By the policy and the weekly hours of an installation; an `ioc.domain.importing.calendar.Effect`."""

    db: Database
    policy: Policy
    weeks: Weeks
    kinds: Kinds
    now: int
    actor: str = "cli"

    def __call__(self, conn: Connection, change: DaysChange, *, dry_run: bool) -> tuple[str, ...]:
        """After an import of special days: dossiers of its orgs and all below whose clock it can touch."""
        calendars = calendar_records.read(change.rows.values(), self.weeks)
        inventory = replace(self._inventory(conn), calendars=calendars)
        ends = [inventory.calendar(org) for org in change.orgs]
        start = min(calendar.instant(change.first, time()) for calendar in ends)
        end = max(calendar.instant(change.last + _TAKEN_IN_WITHIN, time()) for calendar in ends)
        affected = AffectedDossiers(_following(inventory.orgs, change.orgs), start, end)
        return tuple(self._judge(conn, inventory, affected, dry_run=dry_run))

    def all(self, conn: Connection, *, dry_run: bool) -> tuple[str, ...]:
        """Every dossier, by the hours and days as they are now."""
        return tuple(self._judge(conn, self._inventory(conn), AffectedDossiers(), dry_run=dry_run))

    def _judge(
        self, conn: Connection, inventory: Inventory, affected: AffectedDossiers, *, dry_run: bool
    ) -> Iterator[str]:
        builder = RecordBuilder(inventory, self.policy)
        moved = rejudge(self.db, conn, builder, affected, self.now, dry_run=dry_run)
        by_org = _by_org(moved)
        if moved and not dry_run:
            detail = {"due_dates": len(moved), "by_org": {org: len(some) for org, some in by_org.items()}}
            audit.record(conn, self.now, self.actor, "dossiers.rejudge", "due dates", detail)
        verdict = "would move" if dry_run else "moved"
        yield f"dossiers: {len(moved)} due dates {verdict}"
        for org, some in by_org.items():
            yield f"  {org}: {len(some)}"
            yield from (f"    {_line(one, inventory.orgs.tz(org))}" for one in some[:_EXAMPLES])

    def _inventory(self, conn: Connection) -> Inventory:
        today = local(self.now, OrgTree([]).tz("")).date().isoformat()
        return load(conn, today, self.kinds, self.weeks)


def _following(orgs: OrgTree, changed: frozenset[str]) -> frozenset[str]:
    """The orgs that go by the days of those that changed."""
    return frozenset(org.code for org in orgs if any(above.code in changed for above in orgs.path(org.code)))


def _by_org(moved: Sequence[MovedDueDate]) -> dict[str, list[MovedDueDate]]:
    found: defaultdict[str, list[MovedDueDate]] = defaultdict(list)
    for one in moved:
        found[one.org].append(one)
    return dict(sorted(found.items()))


def _line(one: MovedDueDate, tz: ZoneInfo) -> str:
    return f"{one.code}: {_shown(one.before, tz)} -> {_shown(one.after, tz)}"


def _shown(at: int | None, tz: ZoneInfo) -> str:
    return "(none)" if at is None else rfc3339(at, tz)[:16].replace("T", " ")
