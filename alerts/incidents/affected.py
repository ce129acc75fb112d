"""What hangs on the cause of an incident, and how much of that is out of reach; pure."""

from collections import Counter
from collections.abc import Collection
from typing import Any, NamedTuple

from alerts.model import Params, Subject
from ioc.core.model import SourceKey
from ioc.domain.inventory import Inventory, Source
from ioc.domain.inventory.naming import place

NAMED = 20  # orgs that a message names; the rest it counts
_NAMED_KINDS = frozenset({"vc"})  # whose sources have a word of their own in messages


class OrgShare(NamedTuple):
    """`n` of the `of` sources of an org."""

    org: str
    n: int
    of: int


class OutOfReach(NamedTuple):
    """`n` of the `of` watched sources that hang on a subject are out of reach; the worst orgs first."""

    kind: str | None  # of all of them
    n: int
    of: int
    orgs: tuple[OrgShare, ...]


def behind(inventory: Inventory, subject: Subject, unreachable: Collection[Subject]) -> OutOfReach | None:
    """None where nothing that hangs on it, at any distance, is out of reach."""
    hanging = [
        source for source in inventory.sources.values() if source.counts and _hangs_on(inventory, source, subject)
    ]
    lost = Counter(source.key.org for source in hanging if source.key in unreachable)
    if not lost:
        return None
    every = Counter(source.key.org for source in hanging)
    kinds = {source.key.kind for source in hanging}
    orgs = sorted((OrgShare(org, lost[org], of) for org, of in every.items()), key=lambda share: (-share.n, share.org))
    return OutOfReach(kinds.pop() if len(kinds) == 1 else None, lost.total(), len(hanging), tuple(orgs))


def told(found: OutOfReach, inventory: Inventory) -> dict[str, Any]:
    """As a notification keeps it: a text with its figures, and names for the orgs."""
    key = f"alert.behind.{found.kind}" if found.kind in _NAMED_KINDS else "alert.behind"
    text: Params = {"key": key, "params": {"n": found.n, "of": found.of}}
    hit = [share for share in found.orgs if share.n]
    named = [[place(inventory.orgs, share.org), share.n, share.of] for share in hit[:NAMED]]
    return {"text": text, "orgs": named, "more": len(hit) - len(named)}


def _hangs_on(inventory: Inventory, source: Source, subject: Subject) -> bool:
    return isinstance(subject, SourceKey) and subject in inventory.line(source.key)
