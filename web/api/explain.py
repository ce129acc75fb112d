"""What is behind a figure of a widget: formula, what it is of, age, and the records it was made from."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from ioc.core import jsons
from ioc.core.errors import Code, IocError
from ioc.core.model import Role, State
from web.api.live import Widgets
from web.boundary.answers import Instant
from web.boundary.call import Call
from web.boundary.route import V1, Route
from web.explained import Explains, Explanation, FigureTitle, RecordRow
from web.sight import Sight
from web.subject import Request, subject

MOST_ROWS = 500


class ExplainQuery(Struct, frozen=True):
    """`widget` is its kind, `options` its options as JSON, `part` one of several figures of it."""

    widget: str
    options: str = "{}"
    part: str | None = None


class FigurePart(Struct, frozen=True, kw_only=True):
    """Another figure of the same widget, by the name it is asked for."""

    part: str
    title: FigureTitle


class ExplanationAnswer(Struct, frozen=True, kw_only=True):
    """`rows` are at most 500 of the `total`; where it is made of sources, `reporting` says how many of them speak.

    `unwatched`: seconds of what was expected that nobody watched, for shares of time; `unit` is `%`, `s` or nothing.
    `parts` are the figures that the widget can be asked for.
    """

    title: FigureTitle
    formula: str
    source: str
    unit: str
    value: float | None
    numerator: float | None
    denominator: float | None
    reporting: dict[str, int] | None
    state: State
    simulated: bool
    as_of: Instant | None
    rows: tuple[RecordRow, ...]
    total: int
    page: str | None
    unwatched: float | None
    parts: tuple[FigurePart, ...]


def explain(call: Call, query: ExplainQuery, site: Widgets) -> ExplanationAnswer:
    request = Request("explain", query.widget, _options(query.options))
    wanted, look = subject(site.widgets, request, call.scope, call.home), site.look(call.now)
    loaded = site.loaded(wanted, look)
    sight = Sight(look, wanted.root, loaded)
    widget = wanted.widget
    if isinstance(widget, Explains):
        parts = widget.figures(sight, wanted.options)
        found = widget.explain(sight, wanted.options, query.part or next(iter(parts), ""))
        if found is not None:
            return _answer(call, found, wanted.snapshot(look, loaded), parts)
    raise IocError(Code.NOT_EXPLAINED, f"{query.widget} has no figure {query.part!r}", widget=query.widget)


def _answer(
    call: Call, found: Explanation, payload: Mapping[str, Any], parts: Mapping[str, FigureTitle]
) -> ExplanationAnswer:
    return ExplanationAnswer(
        title=found.title,
        formula=call.say(found.formula),
        source=call.say(found.source),
        unit=found.unit,
        value=found.value,
        numerator=found.numerator,
        denominator=found.denominator,
        reporting=found.reporting or payload.get("reporting"),
        state=payload["state"],
        simulated=payload["simulated"],
        as_of=payload["as_of"],
        rows=found.rows[:MOST_ROWS],
        total=found.total,
        page=found.page,
        unwatched=found.unwatched,
        parts=tuple(FigurePart(part=part, title=title) for part, title in parts.items()),
    )


def _options(text: str) -> dict[str, Any]:
    try:
        return jsons.decode(text, dict[str, Any])
    except msgspec.DecodeError as error:
        raise IocError(Code.INVALID_VALUE, f"options: {error}", name="options", detail=str(error)) from None


_WRONG = (Code.UNKNOWN_WIDGET, Code.UNKNOWN_ORG, Code.NOT_EXPLAINED)
ROUTES = (Route("GET", f"{V1}/explain", Role.WALL, explain, "What is behind a figure of a widget", _WRONG),)
