"""The errors of a call, by status: those every such call has, and those its route declares."""

from msgspec.structs import fields

from ioc.core.errors import Code
from web.boundary.route import Open, Route
from web.boundary.signature import Nothing


def statuses(route: Route) -> dict[int, tuple[Code, ...]]:
    """The codes by status; none where any may be, since it is our side that failed."""
    found: dict[int, set[Code]] = {}
    for code in (*_of_every(route), *route.errors):
        found.setdefault(code.status, set()).add(code)
    ours: dict[int, tuple[Code, ...]] = {500: (), 503: ()}
    return {status: tuple(sorted(codes)) for status, codes in sorted(found.items()) if status not in ours} | ours


def _of_every(route: Route) -> list[Code]:
    codes = [] if route.foreign else [Code.UNKNOWN_KEY]
    if fields(route.asks):
        codes.append(Code.INVALID_VALUE)
    if any(field.required for struct in (route.query, route.body or Nothing) for field in fields(struct)):
        codes.append(Code.MISSING_VALUE)
    if route.method != "GET" and not (route.foreign or route.keyed):
        codes.append(Code.FOREIGN_PAGE)
    if route.role is not Open.TO_ALL:
        codes += [Code.UNAUTHENTICATED, Code.FORBIDDEN, Code.TOO_MANY_REQUESTS] + (
            [Code.CSRF] if route.method != "GET" else []
        )
    if route.body is not None:
        codes += [Code.BAD_REQUEST, Code.TOO_LARGE, Code.INVALID_VALUE]
    if route.devices or route.foreign:
        codes.append(Code.TOO_LARGE)
    if route.foreign:
        codes.append(Code.BAD_REQUEST)
    if "<" in route.path:
        codes.append(Code.NOT_FOUND)
    return codes
