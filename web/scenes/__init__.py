"""Scenes of the wall: their shape, those of ours, those an installation keeps, and what is wrong with one."""

from web.scenes.builtin import SCENES
from web.scenes.layout import GRID, GridArea, Scene, Tile, Title, Variant, When

__all__ = ["GRID", "SCENES", "GridArea", "Scene", "Tile", "Title", "Variant", "When"]
