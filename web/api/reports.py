"""Reports by the forms in force: figures, a page that prints, a workbook."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

from sqlalchemy.engine import Connection

from ioc.dossiers import form06
from ioc.dossiers.buckets import Question
from ioc.dossiers.form06 import NUMBERS, Column, Form, Line, Row
from ioc.inventory import Source
from web.api import dossiers
from web.api.dossiers import SummaryQuery
from web.api.period import Period, period
from web.api.route import Answer, Call
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
    question, form = call.site.read(lambda conn: _form(call, conn, query, asked))
    if query.format == "json":
        return _figures(call, query, asked, question, form)
    say = partial(_say, call, _OF_THE_FORM)
    written = _paper(call, query, asked, question, form, say)
    if query.format == "html":
        return page.html("form06.html", paper=written)
    name = f"06-VPCP-KSTT-{query.org or 'all'}-{moment(call, asked.at, query.org, '%Y%m%d')}.xlsx"
    from web.printed.workbook import CONTENT_TYPE, workbook  # a third of what the role would load at its start

    return Answer(
        workbook(written), content_type=CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


def _form(call: Call, conn: Connection, query: Query, asked: Period) -> tuple[Question, Form]:
    question = dossiers.question(call, conn, query, asked)
    scope = call.subtree(query.org, query.tree)
    lines = form06.lines(conn, question)
    return question, form06.fill(call.tree(query.tree), scope.root, scope.codes, lines)


def _figures(call: Call, query: Query, asked: Period, question: Question, form: Form) -> dict[str, Any]:
    say = partial(_say, call, call.lang)
    return {
        "form": "06/VPCP/KSTT",
        "org": query.org or call.site.home(call.scope),
        "by": query.by,
        "from": call.at(asked.start, query.org),
        "to": call.at(asked.end, query.org),
        "as_of": call.at(asked.at, query.org),
        "simulated": _simulated(call, question),
        "headings": {str(NUMBERS[column]): say(f"{_FORM}column.{column}") for column in Column},
        "rows": [_row(row) for row in form.rows],
        "groups": [
            {"group": group, "name": say(f"{_FORM}group.{group}"), **_line(form06.total(row.line for row in rows))}
            for group, rows in form.groups()
        ],
        "total": _line(form.total),
        "notes": _notes(call, question, form, say),
    }


def _row(row: Row) -> dict[str, Any]:
    return {"stt": row.stt, "group": row.group, "org": row.org, "name": row.name, **_line(row.line)}


def _line(line: Line) -> dict[str, Any]:
    """Each figure by its name and by its column of the form."""
    columns = line.columns().items()
    numbered = {str(NUMBERS[column]): value for column, value in columns}
    return {column.value: value for column, value in columns} | {"columns": numbered}


def _paper(call: Call, query: Query, asked: Period, question: Question, form: Form, say: Say) -> Paper:
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
        as_of=say("report.as_of", at=moment(call, asked.at, query.org)),
        head=paper.head(say),
        rows=paper.rows(form, say),
        notes=tuple(note["text"] for note in _notes(call, question, form, say)),
        simulated=_simulated(call, question),
    )


def _notes(call: Call, question: Question, form: Form, say: Say) -> list[dict[str, Any]]:
    """What a reader must know to trust the columns: whom they leave out, whom nobody can judge, who is behind."""
    total = form.total
    counted = {"left_out": total.left_out, "unconfirmed": total.unconfirmed}
    found: list[dict[str, Any]] = [
        {"key": key, "n": n, "text": say(f"{_FORM}note.{key}", n=page.number(n))} for key, n in counted.items() if n
    ]
    for source, until in lagging(call, question).items():
        text = say("report.note.lagging", source=source.name, at=moment(call, until, source.key.org))
        found.append({"key": "lagging", "source": str(source.key), "as_of": call.at(until, None), "text": text})
    return found


def lagging(call: Call, question: Question) -> Mapping[Source, int]:
    """Sources of the scope whose figures do not reach the instant asked for, with how far they do."""
    sources = call.site.world.inventory.sources.values()
    mine = {source.id: source for source in sources if source.key.org in call.scope}
    return {mine[id_]: until for id_, until in question.known.items() if until < question.at and id_ in mine}


def _simulated(call: Call, question: Question) -> bool:
    return any(source.simulated for source in call.site.world.inventory.sources.values() if source.id in question.known)


def _say(call: Call, lang: str, key: str, **params: object) -> str:
    return call.site.context.texts.render(lang, key, params)
