"""One request as its handler sees it: who asks, when, in which language, and all they may see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, overload
from zoneinfo import ZoneInfo

from ioc.core.clock import rfc3339
from ioc.core.errors import Code, IocError
from ioc.core.model import SourceKey
from ioc.domain.access import Principal
from ioc.domain.inventory import Inventory, OrgTree, Scope, naming
from web.boundary import tree
from web.boundary.answers import Part
from web.boundary.caller import Caller

Say = Callable[..., str]  # a text of the catalogue by its key and parameters


@dataclass(frozen=True, slots=True)
class Call:
    """`scope` is all the caller may see of the orgs and sources of `inventory`, which are those of this instant."""

    now: int
    lang: str
    caller: Caller | None
    scope: Scope
    inventory: Inventory
    path: Mapping[str, str]
    query: Any
    body: Any
    remote: str
    say: Say  # in the caller's language
    raw: bytes = b""
    device: str | None = None  # the cookie of a device by which somebody came in before
    fields: Mapping[str, str] = field(default_factory=dict)  # of a foreign call: of its query, form and JSON
    part: Part = field(default_factory=Part)
    duties: frozenset[str] = frozenset()  # the rules whose alerts are duties

    @property
    def principal(self) -> Principal:
        if self.caller is None:
            raise IocError(Code.UNAUTHENTICATED, "log in or send a token")
        return self.caller.principal

    @property
    def actor(self) -> str:
        """Whose name an act bears."""
        return self.caller.actor if self.caller else self.principal.name

    @property
    def orgs(self) -> OrgTree:
        return self.inventory.orgs

    @property
    def sees_all(self) -> bool:
        """True where the caller's scope is the whole tree, by whatever name."""
        return self.scope.root is None or self.scope.codes >= self.orgs.by_code.keys()

    @property
    def home(self) -> str | None:
        """The org the caller's view begins at."""
        return tree.home(self.orgs, self.scope)

    def above(self, org: str) -> str | None:
        """The name of the unit that a place lies in, where that is not all the caller sees."""
        return naming.above(self.orgs, org, self.home)

    def subtree(self, org: str | None, on: str | None = None) -> Scope:
        """The caller's scope narrowed to `org` as the tree stands `on` a day (ISO date; today for None).

        An org outside the scope is as unknown as one that does not exist; `org_not_yet` for one that begins later.
        """
        then = self.tree(on)
        if org is None:
            return self.scope
        if org not in self.scope:
            raise IocError(Code.UNKNOWN_ORG, f"org {org!r} is not in the tree", org=org)
        if on is not None and not then.by_code[org].begun_by(on):
            raise IocError(Code.ORG_NOT_YET, f"org {org!r} is not yet in the tree of {on}", org=org, day=on)
        found = then.scope(org)
        return found if self.scope.root is None else Scope(org, found.codes & self.scope.codes)

    def tree(self, on: str | None = None) -> OrgTree:
        """The tree of a day (ISO date; today for None); IocError `invalid_value` for what is no date."""
        if on is None:
            return self.orgs
        try:
            day = date.fromisoformat(on).isoformat()
        except ValueError:
            day = ""
        if day != on:
            detail = "YYYY-MM-DD"
            raise IocError(Code.INVALID_VALUE, f"{on!r} is not a date {detail}", name="date", detail=detail)
        return self.orgs.on(on)

    @property
    def id(self) -> int:
        """The number named in the path."""
        return int(self.path["id"])

    def source(self) -> SourceKey:
        """The source named in the path."""
        return self.known(SourceKey(self.path["org"], self.path["kind"], self.path["source"]))

    def known(self, key: SourceKey) -> SourceKey:
        """A source in the inventory and in scope, also by the org that stands for its closed one or the other way."""
        orgs, sources = self.orgs, self.inventory.sources
        if key not in sources:
            others = [other for code in orgs.own(orgs.heir(key.org)) if (other := key._replace(org=code)) in sources]
            key = others[0] if len(others) == 1 else key
        if key.org not in self.scope or key not in sources:
            raise IocError(Code.UNKNOWN_SOURCE, f"source {key} is not known", source=str(key))
        return key

    def zone(self, org: str | None) -> ZoneInfo:
        """The time zone of an org, or of the tree's first root."""
        return tree.zone(self.orgs, org)

    @overload
    def at(self, ms: int, org: str | None) -> str: ...

    @overload
    def at(self, ms: int | None, org: str | None) -> str | None: ...

    def at(self, ms: int | None, org: str | None) -> str | None:
        """An instant in the offset of an org (of the caller's own for None)."""
        return None if ms is None else rfc3339(ms, self.zone(org if org is not None else self.scope.root))
