"""The transitions of a tick: worked out in memory, written in a few statements however many there are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts.model import OPEN_STATES, Alert, AlertState, Finding, NotificationState, Transition
from alerts.repository import ENGINE, FLAP_WINDOW_MS, finding_values, read_alert, select_alerts
from ioc.platform.db.bulk import slices
from ioc.platform.db.tables import alert, alert_entry

# what the engine alone writes; the rest of an alert is what people say of it
_WRITTEN = (
    "state", "open", "dismissed", "ended_at", "fired_at", "flaps", "held_by", "title", "params", "stage", "severity",
    "acknowledged_until", "shelved_until", "level", "flapping_since", "calm_since",
)  # fmt: skip
_PEOPLE_CHANGE = ("state", "acknowledged_until", "shelved_until")
_DEFAULTS = {each.name: None for each in fields(Alert)} | {"flaps": 0, "level": 0, "dismissed": False}


@dataclass(slots=True)
class TransitionBatch:
    """Inside one transaction; `unseen` and `returned` are by fingerprint what came before.

    `announced` says how the messages stand that told of an alert.
    """

    conn: Connection
    now: int
    unseen: dict[str, list[Alert]] = field(default_factory=dict)
    returned: dict[str, int] = field(default_factory=dict)
    announced: Mapping[int, Collection[NotificationState]] = field(default_factory=dict)  # by alert
    _changed: dict[int, Alert] = field(default_factory=dict)
    _entries: list[Mapping[str, Any]] = field(default_factory=list)

    def still(self, alerts: Collection[Alert]) -> set[int]:
        """Those that no person has changed since they were read; nobody does before this is written."""
        columns = [alert.c[name] for name in ("id", *_PEOPLE_CHANGE)]
        now = {
            row.id: tuple(row[1:])
            for ids in slices(sorted(each.id for each in alerts))
            for row in self.conn.execute(sa.select(*columns).where(alert.c.id.in_(ids)).with_for_update())
        }
        return {each.id for each in alerts if now.get(each.id) == tuple(getattr(each, name) for name in _PEOPLE_CHANGE)}

    def look_back(self, fingerprints: Iterable[str], returned_since: int) -> None:
        """Read what came before those that may fire."""
        for names in slices(sorted(fingerprints)):
            of_names = alert.c.fingerprint.in_(names)
            unseen = select_alerts().where(of_names, alert.c.state == AlertState.RESOLVED_UNSEEN)
            for row in self.conn.execute(unseen).mappings():
                self.unseen.setdefault(row["fingerprint"], []).append(read_alert(row))
            over = alert.c.state.in_((AlertState.RESOLVED, AlertState.RESOLVED_UNSEEN))
            came_and_went = (of_names, alert.c.ended_at >= returned_since, over, alert.c.fired_at.is_not(None))
            counted = sa.select(alert.c.fingerprint, sa.func.count()).where(*came_and_went)
            for name, returned in self.conn.execute(counted.group_by(alert.c.fingerprint)):
                self.returned[name] = returned

    def raise_all(self, raising: Sequence[tuple[Finding, int]]) -> list[Alert]:
        """Pending alerts, each with its hold (ms); one that returned inside its hold lately goes on, with its flaps."""
        flapped = self._flapped([finding.fingerprint for finding, _ in raising])
        raised = [self._pending(finding, hold_ms, flapped.get(finding.fingerprint)) for finding, hold_ms in raising]
        new = [each for each in raised if not each.id]
        rows = [{name: getattr(each, name) for name in _NAMES if name != "id"} for each in new]
        query = sa.insert(alert).returning(alert.c.id, sort_by_parameter_order=True)
        ids = iter(self.conn.execute(query, rows).scalars().all() if rows else ())
        raised = [each if each.id else replace(each, id=next(ids)) for each in raised]
        again = [
            {f"b_{name}": getattr(each, name) for name in _NAMES} for each in raised if each.fingerprint in flapped
        ]
        if again:
            self.conn.execute(_RAISE_AGAIN, again)
        for each in raised:
            self._enter(each.id, Transition.RAISED)
        return raised

    def change(
        self,
        current: Alert,
        transition: Transition,
        state: AlertState,
        remark: str | None = None,
        detail: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> Alert:
        """One transition with what it sets (`detail`); the alert after it."""
        is_open = state in OPEN_STATES
        if not is_open and current.ended_at is None:
            values.setdefault("ended_at", self.now)
        changed = replace(current, **values, state=state, open=is_open, dismissed=False)
        self._changed[changed.id] = changed
        self._enter(changed.id, transition, remark, detail)
        return changed

    def supersede(self, fired: Alert) -> int:
        """End the earlier alerts of the same fingerprint whose end nobody saw; how often it has come back."""
        earlier = self.unseen.pop(fired.fingerprint, [])
        for each in earlier:
            self.change(each, Transition.SUPERSEDED, AlertState.RESOLVED)
        return fired.flaps + sum(each.flaps + 1 for each in earlier)

    def write(self) -> None:
        if self._changed:
            self.conn.execute(_UPDATE, [_bound(each, ("id", *_WRITTEN)) for each in self._changed.values()])
        if self._entries:
            self.conn.execute(sa.insert(alert_entry), self._entries)
        self._changed, self._entries = {}, []

    def _enter(
        self, alert_id: int, transition: Transition, remark: str | None = None, detail: Mapping[str, Any] | None = None
    ) -> None:
        said = {"what": transition, "actor": ENGINE, "comment": remark, "detail": detail}
        self._entries.append({"alert_id": alert_id, "at": self.now, **said})

    def _flapped(self, fingerprints: Sequence[str]) -> dict[str, Alert]:
        """The newest of each that returned inside its hold within the last hour."""
        found: dict[str, Alert] = {}
        for names in slices(sorted(fingerprints)):
            returned = (
                alert.c.fingerprint.in_(names),
                alert.c.state == AlertState.CLOSED,
                alert.c.fired_at.is_(None),
                alert.c.ended_at >= self.now - FLAP_WINDOW_MS,
            )
            rows = self.conn.execute(select_alerts().where(*returned).order_by(alert.c.id)).mappings()
            found.update({row["fingerprint"]: read_alert(row) for row in rows})
        return found

    def _pending(self, finding: Finding, hold_ms: int, flapped: Alert | None) -> Alert:
        times = {"raised_at": self.now, "hold_until": self.now + hold_ms, "ended_at": None}
        values = {**finding_values(finding), **times, "state": AlertState.PENDING, "open": True}
        return Alert(**{**_DEFAULTS, "id": 0, **values}) if flapped is None else replace(flapped, **values)


def _bound(changed: Alert, names: Iterable[str]) -> dict[str, Any]:
    return {f"b_{name}": getattr(changed, name) for name in names}


_NAMES = [each.name for each in fields(Alert)]
_BY_ID = sa.update(alert).where(alert.c.id == sa.bindparam("b_id"))
_UPDATE = _BY_ID.values({name: sa.bindparam(f"b_{name}") for name in _WRITTEN})
_RAISE_AGAIN = _BY_ID.values({name: sa.bindparam(f"b_{name}") for name in _NAMES if name != "id"})
