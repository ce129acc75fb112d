"""The tiles of a cartogram for widgets: how the sources on one do, and the line that a whole tile hangs on."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ioc.core.model import Health, SourceKey
from ioc.domain.inventory import Source
from ioc.live.world import UNCOUNTED
from ioc.messages import severity
from ioc.messages.severity import Tone
from web.cartograms.drawing import Area, Drawing, draw
from web.explained import Explanation, FigureTitle, among, counted, source_row, source_rows
from web.losses import root_line
from web.sight import Sight
from web.widgets._kpi_records import worst_first

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


def explain_area(sight: Sight, area: Area, sources: Iterable[Source], page: str | None) -> Explanation:
    """What `standing` counts: those in the worst tone, of those that are due; where all is well, all of them."""
    due = worst_first(sight, sight.due(sources))
    worst = standing(sight, due)["worst"]
    rows = [source_row(sight, one, counts=worst in (None, severity.tone(sight.health(one)))) for one in due]
    formula = "explain.tiles.area" if worst else "explain.tiles.well"
    return counted(FigureTitle(words=area.name), formula, "explain.source.tiles", rows, page)


def explain_health(
    sight: Sight, health: str, sources: Sequence[Source], title: FigureTitle, page: str | None
) -> Explanation:
    """Those in one state, of those that are due; what is not due stands in no denominator."""
    found = [source for source in sources if sight.health(source) == health]
    of = None if health in UNCOUNTED else len(sight.due(sources))
    rows = source_rows(sight, worst_first(sight, found))
    return among(title, "explain.tiles.health", "explain.source.tiles", rows, of, page)


def cause_of(sight: Sight, source: Source) -> SourceKey | None:
    """The line that took it along; None for one that is there, or lost by itself."""
    return root_line(sight, source) if sight.health(source) is Health.OFFLINE else None


def _cut(sight: Sight, due: list[Source]) -> dict[str, Any] | None:
    behind = Counter(line for source in due if (line := cause_of(sight, source)) is not None)
    worst = max(behind, key=lambda key: behind[key], default=None)
    if worst is None or 2 * behind[worst] < len(due):
        return None
    return {"source": str(worst), "name": sight.world.inventory.sources[worst].name, "n": behind[worst]}
