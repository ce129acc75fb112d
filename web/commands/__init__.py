"""The commands of this package, a module each; `ioc` adds them to its own."""

from web.commands import cartogram, outline, scene

GROUPS = (scene, cartogram, outline)
