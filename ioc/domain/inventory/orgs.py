"""The tree of administrative units, of any depth, as it stands on one day and on any other."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ioc.core.errors import Code, IocError
from ioc.domain.inventory.places import Places
from ioc.domain.inventory.units import LAST_DAY, Org, Past, as_of

DEFAULT_TZ = "Asia/Ho_Chi_Minh"
MAX_TREES = 64


@dataclass(frozen=True, slots=True)
class Scope:
    """The view of a caller: a subtree by its root, or the whole tree when `root` is None."""

    root: str | None
    codes: frozenset[str]

    def __contains__(self, org: str) -> bool:
        return org in self.codes


class OrgTree:
    """Every unit there ever was by code, and on `day` (ISO date) the tree of those that live.

    A unit that is closed by then is no branch of its own: its history counts for its successor, else for the nearest
    unit above it that lives. One that has not begun yet is in no subtree but its own.
    """

    def __init__(self, orgs: Iterable[Org], past: Iterable[Past] = (), day: str = LAST_DAY) -> None:
        self.day = day
        self._orgs = tuple(orgs)
        self._past = tuple(past)
        self.past: dict[str, list[Past]] = {}
        for was in self._past:
            self.past.setdefault(was.code, []).append(was)
        self.by_code = {org.code: as_of(org, self.past.get(org.code, ()), day) for org in self._orgs}
        self._places = Places(self.by_code, day)
        self._children: dict[str | None, list[Org]] = {}
        self._folded: dict[str, list[str]] = {}
        self._settle()
        self._tz: dict[str, ZoneInfo] = {}
        self._scopes: dict[str, Scope] = {}
        self._begins = sorted({org.valid_from for org in self._orgs if org.valid_from})
        self._ends = sorted({org.valid_to for org in self._orgs if org.valid_to} | {was.until for was in self._past})
        self._trees = {self._between(day): self}

    def _settle(self) -> None:
        for org in self.by_code.values():
            if org.code in self._places.above:
                self._children.setdefault(self._places.above[org.code], []).append(org)
            elif org.closed_by(self.day) and (stand := self._places.stand(org.code)) is not None:
                self._folded.setdefault(stand, []).append(org.code)

    def __contains__(self, code: str) -> bool:
        return code in self.by_code

    def __iter__(self) -> Iterator[Org]:
        return iter(self.by_code.values())

    def __len__(self) -> int:
        return len(self.by_code)

    def get(self, code: str) -> Org:
        """The org of that code; IocError `unknown_org` when there is none."""
        org = self.by_code.get(code)
        if org is None:
            raise IocError(Code.UNKNOWN_ORG, f"org {code!r} is not in the tree", org=code)
        return org

    def on(self, day: str) -> "OrgTree":
        """The tree as it stands on another day; the days between two changes share one."""
        between = self._between(day)
        tree = self._trees.get(between)
        if tree is None:
            if len(self._trees) >= MAX_TREES:
                self._trees.clear()
            tree = self._trees[between] = OrgTree(self._orgs, self._past, day)
            tree._trees = self._trees
        return tree

    def _between(self, day: str) -> tuple[int, int]:
        """The changes that lie behind a day."""
        return bisect_right(self._begins, day), bisect_left(self._ends, day)

    def lives(self, code: str) -> bool:
        return code in self._places.above

    def living(self) -> list[Org]:
        """The orgs of the day; each is in exactly one place of its tree."""
        return [self.by_code[code] for code in self._places.above]

    def children(self, code: str | None) -> list[Org]:
        """The orgs that live directly below another, in their places of the day; the roots for None."""
        return self._children.get(code, [])

    def roots(self) -> list[Org]:
        return self.children(None)

    def own(self, code: str) -> frozenset[str]:
        """An org that lives with those closed ones whose history counts for it; nothing of what is below it."""
        return frozenset({code, *self._folded.get(code, ())})

    def path(self, code: str) -> list[Org]:
        """From the root down to `code`; one that is closed or to come ends the path of what it counts for."""
        org = self.by_code.get(code)
        if org is None:
            return []
        if self.lives(code):
            return [self.by_code[step] for step in reversed(self._places.line(code))]
        stand = self._places.stand(code if org.closed_by(self.day) else org.parent)
        return [*(self.path(stand) if stand is not None else ()), org]

    def scope(self, code: str | None, on: str | None = None) -> Scope:
        """`code` and all below it, with the closed ones that count for them; everything there ever was for None.

        An org that is closed on that day answers as on its last day: its own history can be read for ever.
        """
        if on is not None:
            return self.on(on).scope(code)
        if code is None:
            return Scope(None, frozenset(self.by_code))
        found = self._scopes.get(code)
        if found is None:
            found = self._scopes[code] = self._scope(self.get(code))
        return found

    def _scope(self, org: Org) -> Scope:
        if self.lives(org.code):
            codes, todo = set[str](), [org.code]
            while todo:
                current = todo.pop()
                codes |= self.own(current)
                todo += [child.code for child in self.children(current)]
            return Scope(org.code, frozenset(codes))
        if org.valid_to is not None and org.valid_on(org.valid_to) and org.closed_by(self.day):
            return self.on(org.valid_to).scope(org.code)
        return Scope(org.code, frozenset({org.code}))

    def heir(self, code: str) -> str:
        """The org that stands for `code` on the day: itself, the successor that lives, or again itself without one."""
        return self._places.heir(code) or code

    def reach(self, code: str | None) -> Scope:
        """The subtree meant by a grant, a route, a rule or a silence that names an org: that of its heir.

        Without a successor nothing is widened: it keeps what the org had on its last day. Empty for an unknown org.
        """
        if code is not None and code not in self:
            return Scope(code, frozenset())
        return self.scope(None if code is None else self.heir(code))

    def closed(self, code: str | None) -> bool:
        """True for an org that is closed by the day; the flag of whatever still names it."""
        org = None if code is None else self.by_code.get(code)
        return org is not None and org.closed_by(self.day)

    def tz(self, code: str) -> ZoneInfo:
        """The zone of the nearest unit up the tree that names one."""
        zone = self._tz.get(code)
        if zone is None:
            named = [org.tz for org in self.path(code) if org.tz]
            zone = self._tz[code] = ZoneInfo(named[-1] if named else DEFAULT_TZ)
        return zone

    def alive(self, code: str, day: str) -> str | None:
        """`code`, or the successor that stands for it on `day`; None when neither is there."""
        seen: set[str] = set()
        while code in self.by_code and code not in seen:
            seen.add(code)
            org = self.by_code[code]
            if not org.closed_by(day) or org.successor is None:
                return code
            code = org.successor
        return None
