"""What a screen is made of, one file each: `kind`, `Options`, `touches`, `snapshot`; a folder of the page draws it.

Beside a site's own lies its script, `KIND.js`.
"""

from collections.abc import Iterator
from typing import Any

from web.components import is_ours, script_of
from web.scenes import GRID, SCENES
from web.scenes.check import fits
from web.subject import Widget

CONTRACT = Widget


def check(module: Any) -> Iterator[str]:
    if not is_ours(module) and not script_of(module).is_file():
        yield f"its script {script_of(module).name} is missing beside it"
    for scene in getattr(module, "SCENES", ()):
        if scene.name in SCENES:
            yield f"SCENES: {scene.name!r} is a scene of ours already"
        for tile in scene.widgets:
            if not fits(tile.place):
                yield f"SCENES: {scene.name}: {tile.id} lies outside the grid of {GRID[0]} by {GRID[1]}"


def texts_of(module: Any) -> Iterator[str]:
    """The keys of the texts a widget is spoken of by."""
    yield f"ui.widget.{module.kind}"
    yield from (f"ui.scene.{scene.name}" for scene in getattr(module, "SCENES", ()))
