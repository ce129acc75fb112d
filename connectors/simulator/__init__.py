"""A demo province that lives: a believable week of a province, published over MQTT and marked as simulated."""

from typing import Final

DEFAULT: Final = "tuyen-quang"
PROVINCES: Final = (DEFAULT, "ha-giang")  # each a folder of this package, its name with "_" for "-"
