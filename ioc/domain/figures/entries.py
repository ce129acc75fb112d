"""Entries of periodic figures: checked, signed off or refused by a second person, corrected by further entries."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.cadence import Cadence
from ioc.core.errors import Code, IocError
from ioc.core.periods import ALLOWED, Length, Period, parse
from ioc.domain.figures import deciding
from ioc.domain.figures.plausible import impossible
from ioc.domain.inventory.sources import ROLL_UP
from ioc.messages.wire import is_id, is_metric_name
from ioc.platform import audit
from ioc.platform.db.tables import feed_figure, figure_entry, source

KIND = "feed"
MAX_VALUES = 64
_t = figure_entry.c
Row = Mapping[str, Any]


class EntryState(StrEnum):
    """The state of an entry."""

    ENTERED = "entered"
    SIGNED = "signed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Draft:
    """A figure that somebody enters for one period of one feed."""

    org: str
    source: str
    period: str
    values: Mapping[str, float]
    note: str | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.org, self.source, self.period

    def problems(self, today: date, known: "Known") -> list[tuple[str, str]]:
        """The fields that cannot be, each with what is allowed."""
        found: list[tuple[str, str]] = []
        if not is_id(self.source) or self.source == ROLL_UP[1]:
            found.append(("source", f"1-64 characters of A-Z a-z 0-9 _ -, and not {ROLL_UP[1]}"))
        spoken_of = parse(self.period)
        if spoken_of is None or spoken_of.text != self.period:
            found.append(("period", ALLOWED))
        elif spoken_of.days.first > today:
            found.append(("period", "one that has begun"))
        elif known.length not in (None, spoken_of.length):
            found.append(("period", f"a {known.length}, as {self.source} has promised"))
        if not 0 < len(self.values) <= MAX_VALUES:
            found.append(("values", f"1 to {MAX_VALUES} figures"))
        found += [
            ("values", f"{name}: a name and a number") for name, n in self.values.items() if not _is_figure(name, n)
        ]
        found += [("values", f"{name}: {allowed}") for name, allowed in self._impossible(spoken_of, known)]
        return found

    def _impossible(self, spoken_of: Period | None, known: "Known") -> Iterator[tuple[str, str]]:
        figures = {name: n for name, n in self.values.items() if _is_figure(name, n)}
        length = None if spoken_of is None else spoken_of.length
        for name, allowed in impossible({**known.values, **figures}, length).items():
            if name in figures:
                yield name, allowed


@dataclass(frozen=True, slots=True)
class Known:
    """The context of an entry: the periods its feed promised, and the feed's figures of the same period."""

    length: Length | None = None
    values: Mapping[str, float] = field(default_factory=dict)


def known(conn: Connection, draft: Draft) -> Known:
    """Nothing of a feed that is new."""
    s, f = source.c, feed_figure.c
    mine = sa.select(s.id, s.cadence).where(s.org == draft.org, s.kind == KIND, s.source == draft.source)
    row = conn.execute(mine).one_or_none()
    if row is None:
        return Known()
    told = sa.select(f.name, f.value).where(f.source_id == row.id, f.period == draft.period)
    length = Cadence.parse(row.cadence).length if row.cadence else None
    return Known(length, {name: value for name, value in conn.execute(told)})


def enter(conn: Connection, draft: Draft, actor: str, now: int) -> int:
    """Write an entry that waits for somebody else; its id. `draft` has no problems."""
    row = {"org": draft.org, "source": draft.source, "period": draft.period, "values": dict(draft.values)}
    said = {"note": draft.note, "state": EntryState.ENTERED, "entered_by": actor, "entered_at": now}
    (entry_id,) = conn.execute(sa.insert(figure_entry).values(row | said)).inserted_primary_key or (0,)
    audit.record(conn, now, actor, "figures.enter", "/".join(draft.key), dict(draft.values), draft.org)
    return int(entry_id)


def one(conn: Connection, entry_id: int, orgs: Iterable[str]) -> Row:
    """IocError `unknown_figures` when there is none in those orgs."""
    row = conn.execute(sa.select(figure_entry).where(_t.id == entry_id)).mappings().one_or_none()
    if row is None or row["org"] not in frozenset(orgs):
        raise IocError(Code.UNKNOWN_FIGURES, f"there is no entry {entry_id}", entry=entry_id)
    return dict(row)


def may_decide(conn: Connection, row: Row, actor: str) -> None:
    """IocError unless `actor` is somebody else than who entered it, and nothing has been decided since."""
    newer = sa.select(_t.id).where(*_alike(row), _t.id > row["id"], _t.state == EntryState.SIGNED).limit(1)
    deciding.check(row, actor, conn.scalar(newer))


def decide(conn: Connection, row: Row, state: EntryState, actor: str, now: int) -> Row:
    """Sign off or refuse; IocError as `may_decide`."""
    may_decide(conn, row, actor)
    decided = {"state": state, "decided_by": actor, "decided_at": now}
    conn.execute(sa.update(figure_entry).where(_t.id == row["id"]).values(decided))
    subject = "/".join((row["org"], row["source"], row["period"]))
    audit.record(conn, now, actor, f"figures.{state}", subject, {"entry": row["id"], **row["values"]}, row["org"])
    return {**row, **decided}


def entries(conn: Connection, orgs: Iterable[str]) -> list[Row]:
    """All of some orgs, the newest first; `corrects` names the signed one before, `current` is what counts now."""
    rows = conn.execute(sa.select(figure_entry).where(_t.org.in_(sorted(orgs))).order_by(_t.id)).mappings()
    signed: dict[tuple[str, str, str], int] = {}
    found: list[dict[str, Any]] = []
    for row in rows:
        key = row["org"], row["source"], row["period"]
        found.append({**row, "corrects": signed.get(key)})
        if row["state"] == EntryState.SIGNED:
            signed[key] = row["id"]
    counting = frozenset(signed.values())
    return [{**row, "current": row["id"] in counting} for row in reversed(found)]


def _alike(row: Row) -> list[sa.ColumnElement[bool]]:
    return [_t.org == row["org"], _t.source == row["source"], _t.period == row["period"]]


def _is_figure(name: str, value: object) -> bool:
    return is_metric_name(name) and type(value) in (int, float) and math.isfinite(float(str(value)))
