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
from web.explained import Explains, Explanation, RecordRow
from web.sight import Sight
from web.subject import Request, subject

MOST_ROWS = 500


class ExplainQuery(Struct, frozen=True):
    """`widget` is its kind, `options` its options as JSON, `part` one of several figures of it."""

    widget: str
    options: str = "{}"
    part: str | None = None


class Said(Struct, frozen=True):
    """A text of the widget's own catalogue."""

    key: str


class ExplanationAnswer(Struct, frozen=True, kw_only=True):
    """`rows` are at most 500 of the `total`; where it is made of sources, `reporting` says how many of them speak."""

    title: Said
    formula: Said
    source: Said
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


def explain(call: Call, query: ExplainQuery, site: Widgets) -> ExplanationAnswer:
    request = Request("explain", query.widget, _options(query.options))
    wanted, look = subject(site.widgets, request, call.scope, call.home), site.look(call.now)
    loaded = site.loaded(wanted, look)
    sight = Sight(look, wanted.root, loaded)
    widget = wanted.widget
    found = widget.explain(sight, wanted.options, query.part) if isinstance(widget, Explains) else None
    if found is None:
        raise IocError(Code.NOT_EXPLAINED, f"{query.widget} has no figure {query.part!r}", widget=query.widget)
    return _answer(found, wanted.snapshot(look, loaded))


def _answer(found: Explanation, payload: Mapping[str, Any]) -> ExplanationAnswer:
    return ExplanationAnswer(
        title=Said(found.title),
        formula=Said(found.formula),
        source=Said(found.source),
        unit=found.unit,
        value=payload.get("value"),
        numerator=found.numerator,
        denominator=found.denominator,
        reporting=payload.get("reporting"),
        state=payload["state"],
        simulated=payload["simulated"],
        as_of=payload["as_of"],
        rows=found.rows[:MOST_ROWS],
        total=found.total,
        page=found.page,
    )


def _options(text: str) -> dict[str, Any]:
    try:
        return jsons.decode(text, dict[str, Any])
    except msgspec.DecodeError as error:
        raise IocError(Code.INVALID_VALUE, f"options: {error}", name="options", detail=str(error)) from None


_WRONG = (Code.UNKNOWN_WIDGET, Code.UNKNOWN_ORG, Code.NOT_EXPLAINED)
ROUTES = (Route("GET", f"{V1}/explain", Role.WALL, explain, "What is behind a figure of a widget", _WRONG),)
