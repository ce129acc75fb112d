"""Endpoints that are lost and why: behind a line that is down, or one by one."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ioc.core.model import Health, SourceKey
from ioc.domain.inventory import Org, Source
from ioc.live.world import SILENT
from web.sight import Sight


@dataclass(frozen=True, slots=True)
class EndpointLosses:
    """Of the `of` endpoints that are expected now those without a connection, by the line that took them with it."""

    of: int = 0
    behind: dict[SourceKey, list[Source]] = field(default_factory=dict)
    scattered: list[Source] = field(default_factory=list)

    @property
    def by_lines(self) -> int:
        return sum(map(len, self.behind.values()))

    @property
    def n(self) -> int:
        return self.by_lines + len(self.scattered)


def is_down(sight: Sight, source: Source) -> bool:
    """It left, is silent, or says itself that it does not work."""
    return sight.health(source) in SILENT or sight.is_up(source) is False


def root_line(sight: Sight, source: Source) -> SourceKey | None:
    """The farthest source that is down of those that one hangs on; None where each of them works."""
    known = sight.world.inventory.sources
    line = (known[key] for key in sight.world.inventory.line(source.key) if key in known)
    return next((one.key for one in reversed(list(line)) if one.counts and is_down(sight, one)), None)


def losses(sight: Sight) -> EndpointLosses:
    """Of the video-conference endpoints of the subtree."""
    due = sight.due(sight.sources("vc"))
    found = EndpointLosses(len(due))
    for source in due:
        if sight.health(source) is Health.OFFLINE:
            line = root_line(sight, source)
            (found.scattered if line is None else found.behind.setdefault(line, [])).append(source)
    return found


def areas_of(sight: Sight, sources: Iterable[Source]) -> Counter[str]:
    """How many of them are in each part of the subtree: its own offices, or what lies directly below it."""
    return Counter(area_of(sight, source.key.org) for source in sources)


def area_of(sight: Sight, code: str) -> str:
    """The part of the subtree that an org is in, by its code."""
    path = [org.code for org in sight.world.inventory.orgs.path(code)]
    below = path[path.index(sight.root) + 1 :] if sight.root in path else path
    return below[0] if below else sight.root or code


def sort_of_areas(sight: Sight, codes: Iterable[str]) -> str:
    """The kind that they all are of, `area` where they differ; a city stands among districts, a ward among communes."""
    orgs: list[Org | None] = [sight.world.inventory.orgs.by_code.get(code) for code in codes]
    kinds = {_ALIKE.get(org.kind, org.kind) for org in orgs if org is not None}
    return kinds.pop() if len(kinds) == 1 and kinds <= {"district", "commune"} else "area"


_ALIKE = {"ward": "commune", "city": "district"}
