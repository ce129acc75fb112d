"""The tree of administrative units, of any depth."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ioc.errors import IocError

DEFAULT_TZ = "Asia/Ho_Chi_Minh"


@dataclass(frozen=True, slots=True)
class Org:
    """One unit; dates are ISO `YYYY-MM-DD`, `valid_to` is its last day."""

    code: str
    name: str
    kind: str = ""
    parent: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    successor: str | None = None
    tz: str | None = None
    head_name: str | None = None
    head_phone: str | None = None
    head_email: str | None = None
    lat: float | None = None
    lon: float | None = None

    def valid_on(self, day: str) -> bool:
        return (self.valid_from or "") <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a caller may see: a subtree by its root, or the whole tree when `root` is None."""

    root: str | None
    codes: frozenset[str]

    def __contains__(self, org: str) -> bool:
        return org in self.codes


class OrgTree:
    """Orgs by code, with parents, children and time zones resolved."""

    def __init__(self, orgs: Iterable[Org]) -> None:
        self.by_code = {org.code: org for org in orgs}
        self._children: dict[str | None, list[Org]] = {}
        for org in self.by_code.values():
            parent = org.parent if org.parent in self.by_code else None
            self._children.setdefault(parent, []).append(org)
        self._tz: dict[str, ZoneInfo] = {}

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
            raise IocError("unknown_org", f"org {code!r} is not in the tree", org=code)
        return org

    def children(self, code: str | None) -> list[Org]:
        return self._children.get(code, [])

    def roots(self) -> list[Org]:
        return self.children(None)

    def path(self, code: str) -> list[Org]:
        """From the root down to `code`."""
        path: list[Org] = []
        org = self.by_code.get(code)
        while org is not None and org not in path:
            path.insert(0, org)
            org = self.by_code.get(org.parent) if org.parent else None
        return path

    def scope(self, code: str | None) -> Scope:
        """`code` and all below it; the whole tree for None."""
        if code is None:
            return Scope(None, frozenset(self.by_code))
        self.get(code)
        codes, todo = set[str](), [code]
        while todo:
            current = todo.pop()
            codes.add(current)
            todo.extend(child.code for child in self.children(current) if child.code not in codes)
        return Scope(code, frozenset(codes))

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
            if org.valid_on(day) or org.successor is None:
                return code
            code = org.successor
        return None
