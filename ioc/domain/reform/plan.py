"""Reforms of the tree from a day on, thought through before anything is written: merges, closures, changes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypedDict

from ioc.core.errors import Code, UsageError
from ioc.domain.inventory.orgs import OrgTree
from ioc.domain.inventory.units import LAST_DAY, Org
from ioc.domain.sheets.cells import BadCell, day, org_code

EARLIEST, LATEST = "1900-01-01", "2199-12-31"


class New(TypedDict, total=False):
    """A unit from the day on: its name, its type, its parent; what is absent stays."""

    name: str
    kind: str
    parent: str


@dataclass(frozen=True, slots=True)
class Reform:
    """The changes of the day `on`: units closed the evening before, new ones, changed ones."""

    on: str
    closed: Mapping[str, str | None] = field(default_factory=dict)  # with the successor
    added: Mapping[str, Org] = field(default_factory=dict)
    changed: Mapping[str, Org] = field(default_factory=dict)  # as they are from the day on

    @property
    def eve(self) -> str:
        return _eve(self.on)


def merge(tree: OrgTree, codes: Collection[str], into: str, on: str, new: New) -> Reform:
    """`codes` end and `into` stands for them: one of them, another unit, or a new one made after the first of them.

    What lived directly below them hangs on `into`. UsageError names what cannot be.
    """
    latest, then = tree.on(LAST_DAY), tree_of(tree, on)
    gone = [code for code in dict.fromkeys(codes) if code != into]
    if not gone:
        raise UsageError(Code.NOTHING_TO_MERGE, f"{into}: name at least one other org to merge into it")
    for code in gone:
        _check_ends(latest, code, on)
    if into in latest:
        _check_lives(latest, then, into, on)
        _check_not_below(then, into, gone)
        heir, added = latest.by_code[into], False
    else:
        heir, added = _founded(then, gone[0], into, on), True
    heir = _changed(then, heir, new, on, gone)
    moved = {child.code: replace(child, parent=into) for child in _children(latest, then, gone) if child.code != into}
    if not added and heir != latest.by_code[into]:
        moved[into] = heir
    _check_order(latest, moved, on)
    return Reform(on, dict.fromkeys(gone, into), {into: heir} if added else {}, moved)


def close(tree: OrgTree, codes: Collection[str], on: str) -> Reform:
    """`codes` end without a successor, as a level that is dropped; what lived below them hangs on what was above."""
    latest, then = tree.on(LAST_DAY), tree_of(tree, on)
    gone = list(dict.fromkeys(codes))
    for code in gone:
        _check_ends(latest, code, on)
    moved = {}
    for code in gone:
        left = [step.code for step in then.path(code) if step.code not in gone]
        for child in _children(latest, then, [code]):
            if child.code not in gone:
                moved[child.code] = replace(child, parent=left[-1] if left else None)
    _check_order(latest, moved, on)
    return Reform(on, dict.fromkeys(gone), {}, moved)


def change(tree: OrgTree, code: str, on: str, new: New) -> Reform:
    """One unit is called otherwise, is something else or hangs elsewhere; what it was before is remembered."""
    latest, then = tree.on(LAST_DAY), tree_of(tree, on)
    _check_known(latest, code)
    _check_lives(latest, then, code, on)
    changed = _changed(then, latest.by_code[code], new, on, ())
    if changed == latest.by_code[code]:
        raise UsageError(
            Code.NOTHING_CHANGES, f"{code} is all that already; give another name, kind or parent", org=code
        )
    _check_order(latest, [code], on)
    return Reform(on, changed={code: changed})


def tree_of(tree: OrgTree, on: str) -> OrgTree:
    """The tree of a day somebody typed; UsageError `bad_date`."""
    try:
        read = day(on)
    except BadCell as bad:
        raise UsageError(Code.BAD_DATE, f"--on: {bad}") from None
    if read is not None and read != on:
        raise UsageError(Code.BAD_DATE, f"--on: {on!r}; allowed: a date such as {read}")
    if not EARLIEST <= on <= LATEST:
        raise UsageError(Code.BAD_DATE, f"--on: {on}; allowed: a date from {EARLIEST} to {LATEST}")
    return tree.on(on)


def _eve(on: str) -> str:
    return (date.fromisoformat(on) - timedelta(1)).isoformat()


def _founded(then: OrgTree, like: str, code: str, on: str) -> Org:
    try:
        org_code(code)
    except BadCell as bad:
        raise UsageError(Code.BAD_ORG, f"--into: {bad}") from None
    first, above = then.by_code[like], then.path(like)[:-1]
    parent = above[-1].code if above else None
    return Org(code, first.name, first.kind, parent, on, tz=first.tz, lat=first.lat, lon=first.lon)


def _children(latest: OrgTree, then: OrgTree, gone: Iterable[str]) -> list[Org]:
    """The units directly below on the day, as they were last written."""
    below = [child.code for code in gone for child in then.children(code)]
    return [latest.by_code[code] for code in below if code not in gone]


def _changed(then: OrgTree, org: Org, new: New, on: str, gone: Collection[str]) -> Org:
    changed = replace(org, **new)
    parent = changed.parent
    if parent is None or (org.code in then and parent == org.parent):
        return changed
    _check_known(then, parent)
    if parent in gone or not then.lives(parent):
        raise UsageError(Code.PARENT_CLOSED, f"parent {parent} does not live on {on}; give --parent CODE", org=parent)
    _check_not_below(then, parent, [*gone, org.code])
    return changed


def _check_known(tree: OrgTree, code: str) -> None:
    if code not in tree:
        raise UsageError(Code.UNKNOWN_ORG, f"org {code!r} is not in the tree", org=code)


def _check_ends(latest: OrgTree, code: str, on: str) -> None:
    _check_known(latest, code)
    org = latest.by_code[code]
    if org.valid_to is not None:
        heir = f", successor {org.successor}" if org.successor else ""
        raise UsageError(Code.ORG_CLOSED, f"{code} is already closed: its last day is {org.valid_to}{heir}", org=code)
    if not org.begun_by(_eve(on)):
        raise UsageError(
            Code.ORG_NOT_BEGUN, f"{code} begins on {org.valid_from} only: it cannot end before {on}", org=code
        )


def _check_lives(latest: OrgTree, then: OrgTree, code: str, on: str) -> None:
    org = latest.by_code[code]
    if org.valid_to is not None or not then.lives(code):
        life = f"{org.valid_from or '…'} to {org.valid_to or '…'}"
        raise UsageError(Code.ORG_NOT_ALIVE, f"{code} does not live from {on} on: it is valid {life}", org=code)


def _check_not_below(then: OrgTree, code: str, above: Collection[str]) -> None:
    found = [step.code for step in then.path(code) if step.code in above]
    if found:
        line = f"{code} stands below {found[-1]}" if found[-1] != code else f"{code} cannot hang on itself"
        raise UsageError(Code.ORG_CIRCLE, f"{line}: move it elsewhere first (ioc org change)", org=code)


def _check_order(latest: OrgTree, codes: Iterable[str], on: str) -> None:
    """Before a change that is already written there is no room for another."""
    for code in codes:
        later = [was.until for was in latest.past.get(code, ()) if was.until >= on]
        if later:
            line = f"{code} already changes after {min(later)}: enter reforms in the order of their days"
            raise UsageError(Code.ORG_CHANGES_LATER, line, org=code)
