"""A row of cells as a dossier event: words looked up, local times read, days understood as working days are."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ioc.core.model import Reason, SourceKey
from ioc.domain.calendar import Calendar
from ioc.domain.dossiers.importing import portal
from ioc.domain.dossiers.importing.columns import ColumnMap, plain
from ioc.domain.dossiers.importing.tables import TableRow
from ioc.domain.inventory import Inventory
from ioc.messages.events import DossierEvent, Event
from ioc.messages.wire import Fields, Rejected

Decode = Callable[[Fields], Event]

_TIMES = frozenset({
    "submitted_at", "received_at", "due_at", "finished_at", "returned_at", "supplement_requested_at",
    "supplement_received_at", "apology_issued_at", "apology_new_due_at", "ts",
})  # fmt: skip


class CheckedRow(NamedTuple):
    """A checked row; without an id of its own it is a snapshot of the dossier as of the delivery."""

    number: int
    code: str
    own_id: str | None
    ts: int
    fields: dict[str, Any]


class RowReader:
    """Rows of one source; Rejected names the field and what is allowed."""

    def __init__(self, inventory: Inventory, key: SourceKey, columns: ColumnMap, decode: Decode, as_of: int) -> None:
        self._inventory = inventory
        self._key = key
        self._columns = columns
        self._decode = decode
        self._as_of = as_of

    def read(self, line: TableRow) -> CheckedRow:
        if "" in line.cells:
            raise Rejected(Reason.WRONG_TYPE, "expected an object")
        receiving: str = str(line.cells.get("receiving_org"))
        calendar = self._inventory.calendar(receiving if receiving in self._inventory.orgs.by_code else self._key.org)
        fields: dict[str, Any] = {"event_id": "-", "ts": self._as_of}
        for name, cell in line.cells.items():
            if (value := self._value(name, cell, calendar)) is not None:
                _put(fields, name, value)
        if "value" not in fields.get("term", {"value"}):
            del fields["term"]  # a unit of no length
        own_id = line.cells.get("event_id")
        event = self._decode(Fields(fields, calendar.tz))
        if not isinstance(event, DossierEvent):
            raise Rejected(Reason.UNKNOWN_KIND, "no dossier")
        for name in ("receiving_org", "handling_org"):
            code = event.fields.get(name)
            if isinstance(code, str) and code not in self._inventory.orgs:
                raise Rejected(Reason.UNKNOWN_ORG, f"{name}: {code}")
        code = event.fields.get("receiving_org")
        if isinstance(code, str) and not self._inventory.speaks_for(self._key, code):
            raise Rejected(Reason.NOT_SERVED, f"receiving_org: {code} is not served by {self._key}")
        return CheckedRow(line.number, event.code, None if own_id is None else event.event_id, event.ts, event.fields)

    def _value(self, name: str, cell: Any, calendar: Calendar) -> Any:
        words = self._columns.words.get(name)
        if words is not None and not isinstance(cell, bool):
            found = words.get(plain(_written(cell)))
            if found is not None:
                return found
        if name in _TIMES:
            try:
                return self._columns.dates.moment(cell, calendar, end_of_day=name in portal.ENDS)
            except Rejected as why:
                raise Rejected(why.reason, f"{name}: {why.detail}") from None
        if isinstance(cell, float) and cell.is_integer():
            return int(cell)  # spreadsheets know no whole numbers
        return cell


def _put(fields: dict[str, Any], name: str, value: Any) -> None:
    place = portal.NESTED.get(name)
    if place is None:
        fields[name] = value
    else:
        fields.setdefault(place[0], {})[place[1]] = value


def _written(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def changed(latest: Mapping[str, Any], row: CheckedRow) -> dict[str, Any]:
    """The fields of a snapshot that differ from those last reported."""
    return {name: value for name, value in row.fields.items() if latest.get(name) != value}
