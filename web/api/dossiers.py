"""Dossiers as their systems report them."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from ioc.dossiers import queries
from ioc.errors import IocError
from web.api.route import Call, paged
from web.api.series import instant


class Query(Struct, frozen=True):
    org: str | None = None
    by: Literal["receiving", "handling"] = "receiving"
    from_: str | None = field(default=None, name="from")
    to: str | None = None
    status: int | None = None
    due_before: str | None = None
    q: str | None = None
    page: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    per_page: Annotated[int, Meta(ge=1, le=500)] = 50


def dossiers(call: Call) -> dict[str, Any]:
    query = call.query
    times = {
        name: None if text is None else instant(call, name, text, query.org, 0)
        for name, text in (("due_before", query.due_before), ("from", query.from_), ("to", query.to))
    }
    wanted = queries.Filter(
        call.subtree(query.org), query.by, query.status, times["due_before"], times["from"], times["to"], query.q
    )
    offset = (query.page - 1) * query.per_page
    found, total = call.site.read(lambda conn: queries.page(conn, wanted, call.now, offset, query.per_page))
    return paged([_zoned(call, record, record) for record in found], total, query.page, query.per_page)


def one(call: Call) -> dict[str, Any]:
    code = call.path["code"]
    found = call.site.read(lambda conn: queries.one(conn, call.scope, code, call.now))
    if found is None:
        raise IocError("unknown_dossier", f"dossier {code!r} is not known", dossier=code)
    return _zoned(call, found, found) | {"history": [_zoned(call, _named(step), found) for step in found["history"]]}


def _named(step: dict[str, Any]) -> dict[str, Any]:
    return {"said_at": step["at"], "field": step["field"], step["field"]: step["value"]}


def _zoned(call: Call, values: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """Every `…_at` in the offset of the receiving org."""
    org = record["receiving_org"] if record["receiving_org"] in call.site.orgs else None
    return {
        name: call.at(value, org) if name.endswith("_at") and isinstance(value, int) else value
        for name, value in values.items()
    }
