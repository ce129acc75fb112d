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


class FormColumn(StrEnum):
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
NUMBERS: Mapping[FormColumn, int] = {column: number for number, column in enumerate(FormColumn, FIRST_COLUMN)}


class FormGroup(StrEnum):
    """The parts of the form, in its order."""

    DEPARTMENT = "department"
    DISTRICT = "district"
    COMMUNE = "commune"


_GROUPS = {"district": FormGroup.DISTRICT, "commune": FormGroup.COMMUNE, "ward": FormGroup.COMMUNE}
_HOLD_OTHERS = frozenset({"central", "province"})  # what is below these has a row of its own


@dataclass(frozen=True, slots=True)
class FormFigures:
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

    def __add__(self, other: "FormFigures") -> "FormFigures":
        return FormFigures(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(FormFigures)))

    def columns(self) -> dict[FormColumn, int]:
        resolved = self.resolved_early + self.resolved_on_time + self.resolved_late
        open_ = self.open_in_term + self.open_overdue
        received = self.received_online + self.received_direct_post + self.carried_over
        totals = {
            FormColumn.RECEIVED_TOTAL: received,
            FormColumn.RESOLVED_TOTAL: resolved,
            FormColumn.OPEN_TOTAL: open_,
        }
        return {column: totals[column] if column in totals else getattr(self, column) for column in FormColumn}


@dataclass(frozen=True, slots=True)
class FormRow:
    """One unit with its number within its group."""

    stt: int
    group: FormGroup
    org: str
    name: str
    line: FormFigures
    reported: bool = True  # else no source reports on the unit, and its figures are not 0 but unknown


@dataclass(frozen=True, slots=True)
class FilledForm:
    """Rows in the order of the form."""

    rows: tuple[FormRow, ...]

    @property
    def total(self) -> FormFigures:
        return total(row.line for row in self.rows)

    def groups(self) -> Iterator[tuple[FormGroup, list[FormRow]]]:
        for group in FormGroup:
            if rows := [row for row in self.rows if row.group is group]:
                yield group, rows


def total(lines: Iterable[FormFigures]) -> FormFigures:
    return sum(lines, FormFigures())


def reported(rows: Iterable[FormRow]) -> bool:
    """True where a source reports on one of them at least."""
    return any(row.reported for row in rows)


def lines(conn: Connection, question: Question) -> dict[str, FormFigures]:
    """By org, as the question asks."""
    undated = _resolved_undated(conn, question)
    return {
        org: _line(counts, undated.get(org, FormFigures())) for org, counts in summary.by_org(conn, question).items()
    }


def fill(
    tree: OrgTree,
    root: str | None,
    codes: Iterable[str],
    found: Mapping[str, FormFigures],
    reported: Callable[[str], bool] = lambda _org: True,
) -> FilledForm:
    """The form of the subtree of `root`: a row for each unit of it that lives, and for whoever has figures.

    `codes` bounds the units. What a unit without a row has counts for the nearest one above it that has one.
    """
    by_unit: dict[str, list[FormFigures]] = {
        code: [] for code in codes if tree.lives(code) and _has_row(tree, root, code)
    }
    for org, line in found.items():
        by_unit.setdefault(_unit(tree, root, org), []).append(line)
    rows = []
    for group in FormGroup:
        mine = sorted(code for code in by_unit if _group(tree.by_code.get(code)) is group)
        names = [tree.by_code[code].name if code in tree else code for code in mine]
        rows += [
            FormRow(n, group, code, name, total(by_unit[code]), bool(by_unit[code]) or reported(code))
            for n, (code, name) in enumerate(zip(mine, names, strict=True), 1)
        ]
    return FilledForm(tuple(rows))


def _line(counts: Counts, undated: FormFigures) -> FormFigures:
    online = counts[Bucket.RECEIVED_ONLINE]
    unconfirmed = counts[Bucket.DUE_UNCONFIRMED]
    return FormFigures(
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


def _resolved_undated(conn: Connection, question: Question) -> dict[str, FormFigures]:
    """Dossiers that ended without a due date, by the way they had come in."""
    org, new = question.org_column, _t.received_at >= question.start
    came = {
        "received_online": sa.and_(new, _t.online),
        "received_direct_post": sa.and_(new, sa.not_(_t.online)),
        "carried_over": sa.not_(new),
    }
    sums = [sa.func.sum(sa.case((when, 1), else_=0)).label(name) for name, when in came.items()]
    ended = buckets.condition(conn, Bucket.RESOLVED_UNDATED, question)
    rows = sa.select(org.label("org"), *sums).where(*conditions.counted(question), ended).group_by(org)
    return {row["org"]: FormFigures(**{name: int(row[name]) for name in came}) for row in conn.execute(rows).mappings()}


def _has_row(tree: OrgTree, root: str | None, code: str) -> bool:
    """Whoever only holds others has none, unless it has figures of its own."""
    return _unit(tree, root, code) == code and (tree.by_code[code].kind not in _HOLD_OTHERS)


def _unit(tree: OrgTree, root: str | None, org: str) -> str:
    """Whose row an org counts in: the commune or district it is in, else the unit right below the province."""
    steps = [step for step in tree.path(org) if tree.lives(step.code) or step.code == root]
    codes = [step.code for step in steps]
    steps = steps[codes.index(root) :] if root in codes else steps
    for group in (FormGroup.COMMUNE, FormGroup.DISTRICT):
        if inside := next((step for step in steps if _group(step) is group), None):
            return inside.code
    units = [step for step in steps if step.kind not in _HOLD_OTHERS and step.code != root]
    return next((step.code for step in (*units, *reversed(steps))), org)


def _group(org: Org | None) -> FormGroup:
    return FormGroup.DEPARTMENT if org is None else _GROUPS.get(org.kind, FormGroup.DEPARTMENT)
