"""Where a request comes from, as browsers say it: what a page of another site asks to be changed is refused."""

from flask import Request

from ioc.core.errors import Code, IocError

_OUR_OWN = frozenset({"same-origin", "none"})  # none: typed in, or a program's


def is_ours(origin: str | None, scheme: str | None, host: str | None, public_url: str | None) -> bool:
    """None at all, the host the request came to, or the public address."""
    own = f"{scheme}://{host}"
    return origin is None or origin in (own, (public_url or own).rstrip("/"))


def check(request: Request, public_url: str | None) -> None:
    """IocError `foreign_page` for a write that a browser sent for the page of another site."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "none")
    if site not in _OUR_OWN or not is_ours(origin, request.scheme, request.host, public_url):
        raise IocError(Code.FOREIGN_PAGE, "a page of another site may change nothing here")
