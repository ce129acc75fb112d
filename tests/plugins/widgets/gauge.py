"""What all meters of a subtree come to."""

from typing import Any

from msgspec import Struct

from web.scenes import GridArea, Scene, Tile
from web.sight import Sight

kind = "gauge"


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    org: str | None = None


def touches(_options: Options) -> frozenset[str]:
    return frozenset({"meter"})


def snapshot(sight: Sight, _options: Options) -> dict[str, Any]:
    sources = sight.sources("meter")
    said = [kwh for source in sources if (kwh := sight.current(source, "kwh")) is not None]
    return sight.head(sources) | {"kwh": sum(said) if said else None, "of": len(sources)}


SCENES = (Scene("dien", (Tile("gauge", kind, {}, GridArea(0, 0, 24, 14)),)),)
TEXTS = {
    "vi": {"ui.widget.gauge": "Điện năng", "ui.scene.dien": "Điện", "ui.gauge.of": "của {n} công tơ"},
    "en": {"ui.widget.gauge": "Energy", "ui.scene.dien": "Power", "ui.gauge.of": "of {n} meters"},
}
