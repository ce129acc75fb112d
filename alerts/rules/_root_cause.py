"""Who speaks of a figure that is bad in orgs above and below each other: the lowest one that explains it."""

from collections.abc import Callable, Collection, Iterator, Mapping

from ioc.domain.inventory import OrgTree


def voices(bad: Collection[str], orgs: OrgTree, rest_is_bad: Callable[[str, str], bool]) -> dict[str, str]:
    """By org in breach the one that speaks for it; who speaks for itself is not in it.

    Each org counts all below it; `rest_is_bad(org, part)` tells how it would fare without one of those. Where it would
    be well without exactly one, that one speaks; where several matter, or none alone, it speaks once for all of them.
    """
    below: dict[str, list[str]] = {org: [] for org in bad}
    waiting: list[str] = []
    for org in bad:
        above = next((unit.code for unit in reversed(orgs.path(org)[:-1]) if unit.code in below), None)
        (waiting if above is None else below[above]).append(org)
    speakers: dict[str, str] = {}
    while waiting:
        org = waiting.pop()
        causes = [one for one in below[org] if not rest_is_bad(org, one)]
        if len(causes) == 1:
            speakers[org] = causes[0]
            waiting += below[org]
        else:
            speakers |= dict.fromkeys(_all_below(below, org), org)
    return speakers


def _all_below(below: Mapping[str, list[str]], org: str) -> Iterator[str]:
    for one in below[org]:
        yield one
        yield from _all_below(below, one)
