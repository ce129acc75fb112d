"""The root cause of a figure that is bad in orgs above and below each other: the lowest org that explains it."""

from collections.abc import Callable, Collection, Iterator, Mapping

from ioc.domain.inventory import OrgTree


def root_causes(bad: Collection[str], orgs: OrgTree, rest_is_bad: Callable[[str, str], bool]) -> dict[str, str]:
    """By org in breach the one whose breach explains it; an org that is its own cause is not in it.

    Each org counts all below it; `rest_is_bad(org, part)` tells whether it were in breach without one of those. Where
    it were well without exactly one, that one is the cause; where several matter, or none alone, it is itself the cause
    of all of them.
    """
    below: dict[str, list[str]] = {org: [] for org in bad}
    pending: list[str] = []
    for org in bad:
        above = next((unit.code for unit in reversed(orgs.path(org)[:-1]) if unit.code in below), None)
        (pending if above is None else below[above]).append(org)
    causes: dict[str, str] = {}
    while pending:
        org = pending.pop()
        explaining = [part for part in below[org] if not rest_is_bad(org, part)]
        if len(explaining) == 1:
            causes[org] = explaining[0]
            pending += below[org]
        else:
            causes |= dict.fromkeys(_all_below(below, org), org)
    return causes


def _all_below(below: Mapping[str, list[str]], org: str) -> Iterator[str]:
    for part in below[org]:
        yield part
        yield from _all_below(below, part)
