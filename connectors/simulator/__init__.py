"""A demo province that lives: a believable week of Hà Giang, published over MQTT and marked as simulated."""

from typing import Final

DEFAULT: Final = "ha-giang"
PROVINCES: Final = (DEFAULT,)  # each a folder of this package, its name with "_" for "-"
