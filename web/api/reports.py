"""Reports by the forms in force: figures, a page that prints, a workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy.engine import Connection

from ioc.config.settings import Settings
from ioc.core.model import Role
from ioc.core.share import Void
from ioc.core.texts import Texts
from ioc.domain.dossiers.counting.question import Question
from ioc.domain.dossiers.reporting import form06
from ioc.domain.dossiers.reporting.form06 import NUMBERS, FilledForm, FormColumn, FormFigures, FormGroup, FormRow
from ioc.domain.inventory import Source
from web.api._basis import ERRORS, Basis, Ground, Head, SummaryQuery, head
from web.boundary.answers import HTML, Answer, Document, Instant
from web.boundary.call import Call
from web.boundary.period import Interval, period
from web.boundary.ports import LivePort, Reads
from web.boundary.route import V1, Route
from web.printed import form06 as paper
from web.printed import page
from web.printed.days import moment, span
from web.printed.form06 import Paper, Say
from web.printed.media import XLSX

_FORM = "report.form06."
_OF_THE_FORM = "vi"


class Query(SummaryQuery, frozen=True):
    format: Literal["json", "html", "xlsx"] = "json"


class Columns(Struct, frozen=True, kw_only=True):
    """Columns 3 to 13 by name and, in `columns`, by number; null where nobody reports."""

    received_total: int | None
    received_online: int | None
    received_direct_post: int | None
    carried_over: int | None
    resolved_total: int | None
    resolved_early: int | None
    resolved_on_time: int | None
    resolved_late: int | None
    open_total: int | None
    open_in_term: int | None
    open_overdue: int | None
    columns: dict[str, int | None]


class Unit(Columns, frozen=True, kw_only=True):
    """A row of the form, with its number within its group."""

    stt: int
    group: FormGroup
    org: str
    name: str


class Units(Columns, frozen=True, kw_only=True):
    """A part of the form."""

    group: FormGroup
    name: str


class ReportNote(Struct, frozen=True, kw_only=True):
    """A note that a reader needs to trust the columns."""

    key: str
    text: str
    n: int | UnsetType = UNSET
    source: str | UnsetType = UNSET
    as_of: Instant | UnsetType = UNSET


class Form06(Head, frozen=True, kw_only=True):
    """Form 06/VPCP/KSTT of an org and all below it."""

    form: Literal["06/VPCP/KSTT"]
    simulated: bool
    headings: dict[str, str]
    rows: list[Unit]
    groups: list[Units]
    total: Columns
    notes: list[ReportNote]


def report06(
    call: Call, query: Query, records: Reads, live: LivePort, settings: Settings, texts: Texts
) -> Form06 | Answer[str] | Answer[bytes]:
    """On paper it is Vietnamese whoever asks."""
    asked, basis = period(call, query.org, query.from_, query.to), Basis(call, live.world, settings)
    report = records.read(lambda conn: _report(basis, conn, query, asked))
    if query.format == "json":
        return report.figures(call.say)
    written = report.paper(lambda key, **params: texts.render(_OF_THE_FORM, key, params))
    if query.format == "html":
        return page.html("form06.html", paper=written)
    from web.printed.workbook import workbook  # a third of what the role would load at its start

    name = f"06-VPCP-KSTT-{query.org or 'all'}-{moment(call, asked.at, query.org, '%Y%m%d')}.xlsx"
    return Answer(
        workbook(written), content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _report(basis: Basis, conn: Connection, query: Query, asked: Interval) -> "_Report":
    call, ground = basis.call, basis.ground(conn, query, asked)
    scope, tree = call.subtree(query.org, query.tree), call.tree(query.tree)
    lines = form06.lines(conn, ground.question)

    def is_told(unit: str) -> bool:
        return bool(ground.reporters.of(tree.scope(unit)).reporters)

    return _Report(call, query, asked, ground, form06.fill(tree, scope.root, scope.codes, lines, is_told))


@dataclass(frozen=True, slots=True)
class _Report:
    """A form that is filled in, on its way to a reader."""

    call: Call
    query: Query
    asked: Interval
    ground: Ground
    form: FilledForm

    def figures(self, say: Say) -> Form06:
        form = self.form
        return Form06(
            **head(self.call, self.query, self.asked, self.ground),
            form="06/VPCP/KSTT",
            simulated=self._simulated(),
            headings={str(NUMBERS[column]): say(f"{_FORM}column.{column}") for column in FormColumn},
            rows=[_row(row) for row in form.rows],
            groups=[
                Units(group=group, name=say(f"{_FORM}group.{group}"), **_sum(rows)) for group, rows in form.groups()
            ],
            total=Columns(**_sum(form.rows)),
            notes=self._notes(say),
        )

    def paper(self, say: Say) -> Paper:
        call, org = self.call, self.query.org or self.call.home
        start, end = span(call, self.asked, self.query.org)
        return Paper(
            number=say(f"{_FORM}number"),
            law=say(f"{_FORM}law"),
            title=say(f"{_FORM}title"),
            name=call.orgs.get(org).name if org else "",
            reporter=say("report.reporter"),
            receiver=say("report.receiver"),
            unit=say("report.unit"),
            period=say("report.period", start=start, end=end),
            as_of=self._as_of(say),
            head=paper.head(say),
            rows=paper.rows(self.form, say),
            notes=tuple(note.text for note in self._notes(say)),
            simulated=self._simulated(),
        )

    def _as_of(self, say: Say) -> str:
        """Up to when all of it is known, the oldest of what went in."""
        at = self.ground.freshness.as_of
        if at is None:
            return say("report.not_reported")
        return say("report.as_of", at=moment(self.call, at, self.query.org))

    def _notes(self, say: Say) -> list[ReportNote]:
        """Whom the columns leave out, whom nobody can judge, who is behind."""
        total, silent = self.form.total, sum(not row.reported for row in self.form.rows)
        counts = {"left_out": total.left_out, "unconfirmed": total.unconfirmed, "not_reported": silent}
        found = [
            ReportNote(key=key, n=n, text=say(f"{_FORM}note.{key}", n=page.number(n))) for key, n in counts.items() if n
        ]
        if self.ground.void is Void.NO_WORKING_TIME:
            found.append(ReportNote(key=Void.NO_WORKING_TIME, text=say("report.note.no_working_time")))
        return found + [self._lagging(say, *one) for one in lagging(self.call, self.ground.question).items()]

    def _lagging(self, say: Say, source: Source, until: int) -> ReportNote:
        text = say("report.note.lagging", source=source.name, at=moment(self.call, until, source.key.org))
        return ReportNote(key="lagging", text=text, source=str(source.key), as_of=self.call.at(until, None))

    def _simulated(self) -> bool:
        known = self.ground.question.watermarks
        return any(source.simulated for source in self.call.inventory.sources.values() if source.id in known)


def _row(row: FormRow) -> Unit:
    return Unit(stt=row.stt, group=row.group, org=row.org, name=row.name, **_line(row.line, row.reported))


def _sum(rows: Sequence[FormRow]) -> dict[str, Any]:
    return _line(form06.total(row.line for row in rows), form06.reported(rows))


def _line(line: FormFigures, reported: bool) -> dict[str, Any]:
    """The fields of Columns."""
    columns = {column: value if reported else None for column, value in line.columns().items()}.items()
    numbered = {str(NUMBERS[column]): value for column, value in columns}
    return {column.value: value for column, value in columns} | {"columns": numbered}


def lagging(call: Call, question: Question) -> Mapping[Source, int]:
    """Sources of the scope whose figures do not reach the instant asked for, with how far they do."""
    mine = {source.id: source for source in call.inventory.sources.values() if source.key.org in call.scope}
    return {mine[id_]: until for id_, until in question.watermarks.items() if until < question.at and id_ in mine}


_SUMMARY = "Form 06/VPCP/KSTT: figures, page or workbook"
_PAPERS = (Document(HTML), Document(XLSX))
ROUTES = (Route("GET", f"{V1}/reports/form06", Role.LEADER, report06, _SUMMARY, ERRORS, documents=_PAPERS),)
