"""One call of the API: where it is, who may make it, what it takes; everything else is derived from this."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import Meta, Struct

from ioc.core.clock import rfc3339
from ioc.core.errors import Code, IocError
from ioc.core.model import Role, SourceKey
from ioc.domain.access import Principal
from ioc.domain.inventory import OrgTree, Scope
from web.auth import Caller
from web.site import Site

V1 = "/api/v1"
Method = Literal["GET", "POST", "DELETE"]
Row = TypeVar("Row")

PER_PAGE = 500
PageNumber = Annotated[int, Meta(ge=1, le=1_000_000)]
PageSize = Annotated[int, Meta(ge=1, le=PER_PAGE)]


class Open(StrEnum):
    """Needs no caller at all."""

    TO_ALL = "open"


class Nothing(Struct, frozen=True):
    """A call that takes no parameters of this sort."""


class Part(NamedTuple):
    """Which part of a list is asked for."""

    page: int = 1
    per_page: int = PER_PAGE

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.per_page


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
    raw: bytes = b""
    part: Part = field(default_factory=Part)

    @property
    def principal(self) -> Principal:
        if self.caller is None:
            raise IocError(Code.UNAUTHENTICATED, "log in or send a token")
        return self.caller.principal

    @property
    def sees_all(self) -> bool:
        """Whether the caller's scope is the whole tree, by whatever name."""
        return self.scope.root is None or self.scope.codes >= self.site.orgs.by_code.keys()

    def subtree(self, org: str | None, on: str | None = None) -> Scope:
        """The caller's scope narrowed to `org` as the tree stands `on` a day (ISO date; today for None).

        An org outside the scope is as unknown as one that does not exist; `org_not_yet` for one that begins later.
        """
        tree = self.tree(on)
        if org is None:
            return self.scope
        if org not in self.scope:
            raise IocError(Code.UNKNOWN_ORG, f"org {org!r} is not in the tree", org=org)
        if on is not None and not tree.by_code[org].begun_by(on):
            raise IocError(Code.ORG_NOT_YET, f"org {org!r} is not yet in the tree of {on}", org=org, day=on)
        found = tree.scope(org)
        return found if self.scope.root is None else Scope(org, found.codes & self.scope.codes)

    def tree(self, on: str | None = None) -> OrgTree:
        """The tree of a day (ISO date; today for None); IocError `invalid_value` for what is no date."""
        if on is None:
            return self.site.orgs
        try:
            day = date.fromisoformat(on).isoformat()
        except ValueError:
            day = ""
        if day != on:
            detail = "YYYY-MM-DD"
            raise IocError(Code.INVALID_VALUE, f"{on!r} is not a date {detail}", name="date", detail=detail)
        return self.site.orgs.on(on)

    def source(self) -> SourceKey:
        """The source named in the path."""
        return self.known(SourceKey(self.path["org"], self.path["kind"], self.path["source"]))

    def known(self, key: SourceKey) -> SourceKey:
        """A source in the inventory and in scope, also by the org that stands for its closed one or the other way."""
        orgs, sources = self.site.orgs, self.site.world.inventory.sources
        if key not in sources:
            others = [other for code in orgs.own(orgs.heir(key.org)) if (other := key._replace(org=code)) in sources]
            key = others[0] if len(others) == 1 else key
        if key.org not in self.scope or key not in sources:
            raise IocError(Code.UNKNOWN_SOURCE, f"source {key} is not known", source=str(key))
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
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """`path` in Flask's spelling; `role` is the least role that may call; every list comes in pages."""

    method: Method
    path: str
    role: Role | Open
    handler: Callable[..., Any]  # takes the call, then what it needs by type (see `ports`)
    summary: str
    query: type[Struct] = Nothing
    body: type[Struct] | None = None
    answers: Literal["object", "list", "text"] = "object"
    devices: bool = False  # the device named by the path may call with its own credential; the body is taken as it is

    @cached_property
    def asks(self) -> type[Struct]:
        """Every key its address takes: those of `query` and, for a list, of its pages."""
        if self.answers != "list":
            return self.query
        pages: list[Any] = [("page", PageNumber, 1), ("per_page", PageSize, PER_PAGE)]
        return msgspec.defstruct(self.query.__name__, pages, bases=(self.query,), frozen=True, kw_only=True)


def paged(call: Call, items: list[Any], total: int) -> dict[str, Any]:
    """A page that was read as one."""
    return {"items": items, "total": total, **call.part._asdict()}


def listed(call: Call, rows: Sequence[Row], shown: Callable[[Row], Any] = lambda row: row) -> dict[str, Any]:
    """The page asked for of all rows there are; only what is on it is worked out."""
    page = rows[call.part.offset : call.part.offset + call.part.per_page]
    return paged(call, [shown(row) for row in page], len(rows))
