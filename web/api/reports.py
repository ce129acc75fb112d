"""Reports by the forms in force: figures, a page that prints, a workbook."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal

from sqlalchemy.engine import Connection

from ioc.core.model import Role
from ioc.core.share import Void
from ioc.domain.dossiers.counting.question import Question
from ioc.domain.dossiers.reporting import form06
from ioc.domain.dossiers.reporting.form06 import NUMBERS, Column, Form, Line, Row
from ioc.domain.inventory import Source
from web.api import dossiers
from web.api.dossiers import Ground, SummaryQuery
from web.boundary.period import Period, period
from web.boundary.route import V1, Answer, Call, Route
from web.printed import form06 as paper
from web.printed import page
from web.printed.days import moment, span
from web.printed.form06 import Paper, Say

_FORM = "report.form06."
_OF_THE_FORM = "vi"


class Query(SummaryQuery, frozen=True):
    format: Literal["json", "html", "xlsx"] = "json"


def report06(call: Call) -> dict[str, Any] | Answer:
    """Form 06/VPCP/KSTT of an org and all below it; on paper it is Vietnamese whoever asks."""
    query: Query = call.query
    asked = period(call, query.org, query.from_, query.to)
    ground, form = call.site.read(lambda conn: _form(call, conn, query, asked))
    if query.format == "json":
        return _figures(call, query, asked, ground, form)
    say = partial(_say, call, _OF_THE_FORM)
    written = _paper(call, query, asked, ground, form, say)
    if query.format == "html":
        return page.html("form06.html", paper=written)
    name = f"06-VPCP-KSTT-{query.org or 'all'}-{moment(call, asked.at, query.org, '%Y%m%d')}.xlsx"
    from web.printed.workbook import CONTENT_TYPE, workbook  # a third of what the role would load at its start

    return Answer(
        workbook(written), content_type=CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


def _form(call: Call, conn: Connection, query: Query, asked: Period) -> tuple[Ground, Form]:
    ground = dossiers.ground(call, conn, query, asked)
    scope, tree = call.subtree(query.org, query.tree), call.tree(query.tree)
    lines = form06.lines(conn, ground.question)

    def is_told(unit: str) -> bool:
        return bool(ground.reporters.of(tree.scope(unit)).reporters)

    return ground, form06.fill(tree, scope.root, scope.codes, lines, is_told)


def _figures(call: Call, query: Query, asked: Period, ground: Ground, form: Form) -> dict[str, Any]:
    say = partial(_say, call, call.lang)
    return {
        "form": "06/VPCP/KSTT",
        **dossiers.head(call, query, asked, ground),
        "simulated": _simulated(call, ground.question),
        "headings": {str(NUMBERS[column]): say(f"{_FORM}column.{column}") for column in Column},
        "rows": [_row(row) for row in form.rows],
        "groups": [
            {"group": group, "name": say(f"{_FORM}group.{group}"), **_sum(rows)} for group, rows in form.groups()
        ],
        "total": _sum(form.rows),
        "notes": _notes(call, ground, form, say),
    }


def _row(row: Row) -> dict[str, Any]:
    return {"stt": row.stt, "group": row.group, "org": row.org, "name": row.name, **_line(row.line, row.reported)}


def _sum(rows: Sequence[Row]) -> dict[str, Any]:
    return _line(form06.total(row.line for row in rows), form06.reported(rows))


def _line(line: Line, reported: bool) -> dict[str, Any]:
    """Each figure by its name and by its column of the form; null where nobody reports."""
    columns = {column: value if reported else None for column, value in line.columns().items()}.items()
    numbered = {str(NUMBERS[column]): value for column, value in columns}
    return {column.value: value for column, value in columns} | {"columns": numbered}


def _paper(call: Call, query: Query, asked: Period, ground: Ground, form: Form, say: Say) -> Paper:
    org = query.org or call.site.home(call.scope)
    start, end = span(call, asked, query.org)
    return Paper(
        number=say(f"{_FORM}number"),
        law=say(f"{_FORM}law"),
        title=say(f"{_FORM}title"),
        name=call.site.orgs.get(org).name if org else "",
        reporter=say("report.reporter"),
        receiver=say("report.receiver"),
        unit=say("report.unit"),
        period=say("report.period", start=start, end=end),
        as_of=_as_of(call, query, ground, say),
        head=paper.head(say),
        rows=paper.rows(form, say),
        notes=tuple(note["text"] for note in _notes(call, ground, form, say)),
        simulated=_simulated(call, ground.question),
    )


def _as_of(call: Call, query: Query, ground: Ground, say: Say) -> str:
    """Up to when all of it is known, the oldest of what went in."""
    at = ground.freshness.as_of
    return say("report.not_reported") if at is None else say("report.as_of", at=moment(call, at, query.org))


def _notes(call: Call, ground: Ground, form: Form, say: Say) -> list[dict[str, Any]]:
    """What a reader must know to trust the columns: whom they leave out, whom nobody can judge, who is behind."""
    total, silent = form.total, sum(not row.reported for row in form.rows)
    counted = {"left_out": total.left_out, "unconfirmed": total.unconfirmed, "not_reported": silent}
    found: list[dict[str, Any]] = [
        {"key": key, "n": n, "text": say(f"{_FORM}note.{key}", n=page.number(n))} for key, n in counted.items() if n
    ]
    if ground.void is Void.NO_WORKING_TIME:
        found.append({"key": Void.NO_WORKING_TIME, "text": say("report.note.no_working_time")})
    for source, until in lagging(call, ground.question).items():
        text = say("report.note.lagging", source=source.name, at=moment(call, until, source.key.org))
        found.append({"key": "lagging", "source": str(source.key), "as_of": call.at(until, None), "text": text})
    return found


def lagging(call: Call, question: Question) -> Mapping[Source, int]:
    """Sources of the scope whose figures do not reach the instant asked for, with how far they do."""
    sources = call.site.world.inventory.sources.values()
    mine = {source.id: source for source in sources if source.key.org in call.scope}
    return {mine[id_]: until for id_, until in question.watermarks.items() if until < question.at and id_ in mine}


def _simulated(call: Call, question: Question) -> bool:
    return any(
        source.simulated for source in call.site.world.inventory.sources.values() if source.id in question.watermarks
    )


def _say(call: Call, lang: str, key: str, **params: object) -> str:
    return call.site.context.texts.render(lang, key, params)


ROUTES = (
    Route("GET", f"{V1}/reports/form06", Role.LEADER, report06, "Form 06/VPCP/KSTT: figures, page or workbook", Query),
)
