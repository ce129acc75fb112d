"""The mutes in force: silences of the database and maintenance windows, asked about one subject at one instant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from alerts.model import Subject
from alerts.mutes import silences
from alerts.mutes.holder import Holder, HolderKind
from alerts.mutes.match import Matcher, covers_sources, matcher
from alerts.mutes.silences import Silence
from ioc.config.alerting import MaintenanceOptions
from ioc.core.model import Severity, SourceKey
from ioc.core.windows import RecurringWindow
from ioc.domain.inventory import Inventory


@dataclass(frozen=True, slots=True)
class _Mute:
    holder: Holder
    matches: Matcher
    window: RecurringWindow | None  # None: it holds all the time it is in force
    covers_sources: bool

    def holds(self, org: str, inventory: Inventory, now: int) -> bool:
        return self.window is None or self.window.span(now, inventory.calendar(org)) is not None


@dataclass(frozen=True, slots=True)
class Mutes:
    """Those of one instant; a window keeps the days, hours and time zone of the org that an alert is about."""

    inventory: Inventory
    now: int
    mutes: Sequence[_Mute] = ()

    @classmethod
    def of(
        cls, windows: Iterable[MaintenanceOptions], active: Iterable[Silence], inventory: Inventory, now: int
    ) -> "Mutes":
        orgs = inventory.orgs
        found = [
            _Mute(
                Holder(HolderKind.MAINTENANCE, entry.name),
                matcher(entry.match, orgs),
                entry.window,
                covers_sources(entry.match),
            )
            for entry in windows
        ]
        found += [
            _Mute(
                Holder(HolderKind.SILENCE, str(silence.id)),
                matcher(silence.match, orgs),
                None,
                covers_sources(silence.match) and silence.match.source is not None,
            )
            for silence in active
            if silence.starts_at <= now < silence.ends_at
        ]
        return cls(inventory, now, found)

    def holders(self, subject: Subject, rule: str, severity: Severity) -> tuple[Holder, ...]:
        """Everything that holds back such an alert now; windows before silences."""
        org = subject.org if isinstance(subject, SourceKey) else subject
        return tuple(
            mute.holder
            for mute in self.mutes
            if mute.matches(subject, rule, severity) and mute.holds(org, self.inventory, self.now)
        )

    def in_maintenance(self) -> frozenset[SourceKey]:
        """The sources inside a window that means all of them, or silenced by name: nothing is promised of them now."""
        covering = [mute for mute in self.mutes if mute.covers_sources]
        if not covering:
            return frozenset()
        return frozenset(
            key
            for key in self.inventory.sources
            if any(
                mute.matches(key, "", Severity.INFO) and mute.holds(key.org, self.inventory, self.now)
                for mute in covering
            )
        )


def load(conn: Connection, windows: Iterable[MaintenanceOptions], inventory: Inventory, now: int) -> Mutes:
    """As the database has them at `now` (epoch ms)."""
    return Mutes.of(windows, silences.active(conn, now), inventory, now)
