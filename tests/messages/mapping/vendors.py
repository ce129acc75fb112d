"""Maps and captured messages for stories: a decoder that knows them, and what it makes of a message."""

import json
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from ioc.domain.inventory import Inventory, Org, OrgTree
from ioc.ingest.decode import Batch, Decoder
from ioc.ingest.inbox import Received, Run
from ioc.messages.mapping.declared import MapRule
from ioc.messages.mapping.maps import Maps
from tests.live.worlds import kinds

CAPTURED = Path(__file__).parents[2] / "captured"
NOW = 1_795_222_806_000  # 2026-11-21 08:00:06 in Hà Giang
ORGS = [
    Org("hg", "Tỉnh Hà Giang", "province"),
    Org("hg.dong-van", "Huyện Đồng Văn", "district", "hg"),
    Org("hg.meo-vac", "Huyện Mèo Vạc", "district", "hg"),
]


def rule(text: str) -> MapRule:
    """The one `[[map]]` of a TOML text."""
    (table,) = tomllib.loads(text)["map"]
    return msgspec.convert(table, MapRule)


def shipped(name: str) -> MapRule:
    return rule((CAPTURED / f"{name}.toml").read_text(encoding="utf-8"))


def captured(name: str) -> list[tuple[str, bytes]]:
    lines = (CAPTURED / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(line["topic"], line["payload"].encode()) for line in map(json.loads, lines)]


def plain(**changes: Any) -> MapRule:
    """A kiosk that speaks JSON of its own, changed as a story needs."""
    given = {
        "topic": "v/+site/+dev",
        "org": "hg.{site}",
        "kind": "queue",
        "source": "{dev}",
        "fields": {"waiting": "w"},
    }
    return msgspec.convert({**given, **changes}, MapRule)


def decoder(*rules: MapRule, orgs: tuple[str, ...] = (), limit: int | None = None) -> Decoder:
    maps = Maps(rules, kinds())
    assert maps.problems == []
    return Decoder(kinds(), Inventory(OrgTree(ORGS)), maps, limit, orgs)


def decoded(
    maps: MapRule | Decoder, payload: Any, topic: str = "v/dong-van/k1", *, retained: bool = False, at: int = NOW
) -> Batch:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
    reader = maps if isinstance(maps, Decoder) else decoder(maps)
    return reader.batch(Run(1, [Received(at, topic, raw, retained)]))
