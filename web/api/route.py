"""One call of the API: where it is, who may make it, what it takes; everything else is derived from this."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from msgspec import Struct

from ioc.access import Principal
from ioc.clock import rfc3339
from ioc.errors import IocError
from ioc.inventory import Scope
from ioc.model import Role, SourceKey
from web.auth import Caller
from web.site import Site

Method = Literal["GET", "POST", "DELETE"]


class Open(StrEnum):
    """Needs no caller at all."""

    TO_ALL = "open"


class Nothing(Struct, frozen=True):
    """A call that takes no parameters of this sort."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request as its handler sees it; `scope` is all the caller may see."""

    site: Site
    now: int
    lang: str
    caller: Caller | None
    scope: Scope
    path: Mapping[str, str]
    query: Any
    body: Any
    remote: str

    @property
    def principal(self) -> Principal:
        if self.caller is None:
            raise IocError("unauthenticated", "log in or send a token")
        return self.caller.principal

    def subtree(self, org: str | None) -> Scope:
        """The caller's scope narrowed to `org`; an org outside it is as unknown as one that does not exist."""
        if org is None:
            return self.scope
        if org not in self.scope:
            raise IocError("unknown_org", f"org {org!r} is not in the tree", org=org)
        return self.site.orgs.scope(org)

    def source(self) -> SourceKey:
        """The source named in the path, which must be in the inventory and in scope."""
        key = SourceKey(self.path["org"], self.path["kind"], self.path["source"])
        if key.org not in self.scope or key not in self.site.world.inventory.sources:
            raise IocError("unknown_source", f"source {key} is not known", source=str(key))
        return key

    def at(self, ms: int | None, org: str | None) -> str | None:
        """An instant in the offset of an org (of the caller's own for None)."""
        return None if ms is None else rfc3339(ms, self.site.zone(org if org is not None else self.scope.root))


@dataclass(frozen=True, slots=True)
class Answer:
    """Anything that is not plain JSON with status 200."""

    body: str | bytes | dict[str, Any] | None = None
    status: int = 200
    content_type: str = "application/json"
    cookie: tuple[str, int] | None = None  # value and seconds; an empty value ends the session


@dataclass(frozen=True, slots=True)
class Route:
    """`path` in Flask's spelling; `role` is the least role that may call."""

    method: Method
    path: str
    role: Role | Open
    handler: Callable[[Call], Any]
    summary: str
    query: type[Struct] = Nothing
    body: type[Struct] | None = None
    answers: Literal["object", "list", "text"] = "object"


def paged(items: list[Any], total: int, page: int, per_page: int) -> dict[str, Any]:
    return {"items": items, "total": total, "page": page, "per_page": per_page}


def listed(items: list[Any]) -> dict[str, Any]:
    return {"items": items, "total": len(items)}
