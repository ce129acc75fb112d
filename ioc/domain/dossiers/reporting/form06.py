"""Form 06/VPCP/KSTT (Thông tư 01/2020/TT-VPCP): what each unit took in and what became of it, in 13 columns."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.dossiers.counting import buckets, conditions, summary
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.counting.question import Question
from ioc.domain.dossiers.counting.summary import Counts
from ioc.domain.inventory import Org, OrgTree
from ioc.platform.db.tables import dossier

_t = dossier.c


class Column(StrEnum):
    """Columns 3 to 13, in the order of the form: 3 = 4 + 5 + 6 = 7 + 11, 7 = 8 + 9 + 10, 11 = 12 + 13."""

    RECEIVED_TOTAL = "received_total"
    RECEIVED_ONLINE = "received_online"
    RECEIVED_DIRECT_POST = "received_direct_post"
    CARRIED_OVER = "carried_over"
    RESOLVED_TOTAL = "resolved_total"
    RESOLVED_EARLY = "resolved_early"
    RESOLVED_ON_TIME = "resolved_on_time"
    RESOLVED_LATE = "resolved_late"
    OPEN_TOTAL = "open_total"
    OPEN_IN_TERM = "open_in_term"
    OPEN_OVERDUE = "open_overdue"


FIRST_COLUMN = 3
NUMBERS: Mapping[Column, int] = {column: number for number, column in enumerate(Column, FIRST_COLUMN)}


class Group(StrEnum):
    """The parts of the form, in its order."""

    DEPARTMENT = "department"
    DISTRICT = "district"
    COMMUNE = "commune"


_GROUPS = {"district": Group.DISTRICT, "commune": Group.COMMUNE, "ward": Group.COMMUNE}
_HOLD_OTHERS = frozenset({"central", "province"})  # what is below these has a row of its own


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one row. Left out of every column: what was resolved without ever having had a due date.

    `unconfirmed` of those in term are open without a due date that is known to hold.
    """

    received_online: int = 0
    received_direct_post: int = 0
    carried_over: int = 0
    resolved_early: int = 0
    resolved_on_time: int = 0
    resolved_late: int = 0
    open_in_term: int = 0
    open_overdue: int = 0
    unconfirmed: int = 0
    left_out: int = 0

    def __add__(self, other: "Line") -> "Line":
        return Line(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(Line)))

    def columns(self) -> dict[Column, int]:
        resolved = self.resolved_early + self.resolved_on_time + self.resolved_late
        open_ = self.open_in_term + self.open_overdue
        received = self.received_online + self.received_direct_post + self.carried_over
        totals = {Column.RECEIVED_TOTAL: received, Column.RESOLVED_TOTAL: resolved, Column.OPEN_TOTAL: open_}
        return {column: totals[column] if column in totals else getattr(self, column) for column in Column}


@dataclass(frozen=True, slots=True)
class Row:
    """One unit with its number within its group."""

    stt: int
    group: Group
    org: str
    name: str
    line: Line
    reported: bool = True  # else nobody tells of the unit, and its figures are not 0 but unknown


@dataclass(frozen=True, slots=True)
class Form:
    """Rows in the order of the form."""

    rows: tuple[Row, ...]

    @property
    def total(self) -> Line:
        return total(row.line for row in self.rows)

    def groups(self) -> Iterator[tuple[Group, list[Row]]]:
        for group in Group:
            if rows := [row for row in self.rows if row.group is group]:
                yield group, rows


def total(lines: Iterable[Line]) -> Line:
    return sum(lines, Line())


def reported(rows: Iterable[Row]) -> bool:
    """Whether anybody tells of one of them at least."""
    return any(row.reported for row in rows)


def lines(conn: Connection, question: Question) -> dict[str, Line]:
    """By org, as the question asks."""
    undated = _resolved_undated(conn, question)
    return {org: _line(counts, undated.get(org, Line())) for org, counts in summary.by_org(conn, question).items()}


def fill(
    tree: OrgTree,
    root: str | None,
    codes: Iterable[str],
    found: Mapping[str, Line],
    reported: Callable[[str], bool] = lambda _org: True,
) -> Form:
    """The form of the subtree of `root`: a row for each unit of it that lives, and for whoever has figures.

    `codes` bounds the units. What a unit without a row has counts for the nearest one above it that has one.
    """
    by_unit: dict[str, list[Line]] = {code: [] for code in codes if tree.lives(code) and _has_row(tree, root, code)}
    for org, line in found.items():
        by_unit.setdefault(_unit(tree, root, org), []).append(line)
    rows = []
    for group in Group:
        mine = sorted(code for code in by_unit if _group(tree.by_code.get(code)) is group)
        names = [tree.by_code[code].name if code in tree else code for code in mine]
        rows += [
            Row(n, group, code, name, total(by_unit[code]), bool(by_unit[code]) or reported(code))
            for n, (code, name) in enumerate(zip(mine, names, strict=True), 1)
        ]
    return Form(tuple(rows))


def _line(counts: Counts, undated: Line) -> Line:
    online = counts[Bucket.RECEIVED_ONLINE]
    unconfirmed = counts[Bucket.DUE_UNCONFIRMED]
    return Line(
        received_online=online - undated.received_online,
        received_direct_post=counts[Bucket.RECEIVED] - online - undated.received_direct_post,
        carried_over=counts[Bucket.CARRIED_OVER] - undated.carried_over,
        resolved_early=counts[Bucket.RESOLVED_EARLY],
        resolved_on_time=counts[Bucket.RESOLVED_ON_TIME],
        resolved_late=counts[Bucket.RESOLVED_LATE],
        open_in_term=counts[Bucket.OPEN_IN_TERM] + unconfirmed,
        open_overdue=counts[Bucket.OPEN_OVERDUE],
        unconfirmed=unconfirmed,
        left_out=counts[Bucket.RESOLVED_UNDATED],
    )


def _resolved_undated(conn: Connection, question: Question) -> dict[str, Line]:
    """How those that ended without a due date had come in."""
    org, new = question.org_column, _t.received_at >= question.start
    came = {
        "received_online": sa.and_(new, _t.online),
        "received_direct_post": sa.and_(new, sa.not_(_t.online)),
        "carried_over": sa.not_(new),
    }
    sums = [sa.func.sum(sa.case((when, 1), else_=0)).label(name) for name, when in came.items()]
    ended = buckets.condition(conn, Bucket.RESOLVED_UNDATED, question)
    rows = sa.select(org.label("org"), *sums).where(*conditions.counted(question), ended).group_by(org)
    return {row["org"]: Line(**{name: int(row[name]) for name in came}) for row in conn.execute(rows).mappings()}


def _has_row(tree: OrgTree, root: str | None, code: str) -> bool:
    """Whoever only holds others has none, unless it has figures of its own."""
    return _unit(tree, root, code) == code and (tree.by_code[code].kind not in _HOLD_OTHERS)


def _unit(tree: OrgTree, root: str | None, org: str) -> str:
    """Whose row an org counts in: the commune or district it is in, else the unit right below the province."""
    steps = [step for step in tree.path(org) if tree.lives(step.code) or step.code == root]
    codes = [step.code for step in steps]
    steps = steps[codes.index(root) :] if root in codes else steps
    for group in (Group.COMMUNE, Group.DISTRICT):
        if inside := next((step for step in steps if _group(step) is group), None):
            return inside.code
    units = [step for step in steps if step.kind not in _HOLD_OTHERS and step.code != root]
    return next((step.code for step in (*units, *reversed(steps))), org)


def _group(org: Org | None) -> Group:
    return Group.DEPARTMENT if org is None else _GROUPS.get(org.kind, Group.DEPARTMENT)
