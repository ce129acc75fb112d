"""The tiles of a cartogram for widgets: how the sources on one do, and the line that a whole tile hangs on."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ioc.core.model import Health, SourceKey
from ioc.domain.inventory import Source
from ioc.messages import severity
from ioc.messages.severity import Tone
from web.cartograms.drawing import Area, Drawing, draw
from web.losses import root_line
from web.sight import Sight

_FIRST = (Tone.BAD, Tone.WARN, Tone.DIM)


def drawing(sight: Sight) -> Drawing:
    return draw(sight.world.inventory.orgs, sight.root, sight.facts.maps.cartograms)


def grid(drawn: Drawing) -> dict[str, Any]:
    """Its size, and the rectangles where no tile stands, the largest first."""
    return {"columns": drawn.columns, "rows": drawn.rows, "free": [box._asdict() for box in drawn.free]}


def head(area: Area) -> dict[str, Any]:
    return {"name": area.name, "kind": area.kind, "own": area.own, "place": area.place._asdict()}


def standing(sight: Sight, sources: Iterable[Source]) -> dict[str, Any]:
    """`n` of the `of` that are due are in the `worst` tone there is; `cut`: the line that took half of them or more."""
    due = sight.due(sources)
    tones = Counter(severity.tone(sight.health(source)) for source in due)
    worst = next((tone for tone in _FIRST if tones[tone]), None)
    return {"worst": worst, "n": tones[worst] if worst else 0, "of": len(due), "cut": _cut(sight, due)}


def cause_of(sight: Sight, source: Source) -> SourceKey | None:
    """The line that took it along; None for one that is there, or lost by itself."""
    return root_line(sight, source) if sight.health(source) is Health.OFFLINE else None


def _cut(sight: Sight, due: list[Source]) -> dict[str, Any] | None:
    behind = Counter(line for source in due if (line := cause_of(sight, source)) is not None)
    worst = max(behind, key=lambda key: behind[key], default=None)
    if worst is None or 2 * behind[worst] < len(due):
        return None
    return {"source": str(worst), "name": sight.world.inventory.sources[worst].name, "n": behind[worst]}
