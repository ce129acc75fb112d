"""Payloads of maps: tiles with their figures added up as the server does, in crisis, and without districts."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.simulator import demo
from ioc.messages.severity import TONES
from web.cartograms.placing import Place, free_boxes, placed

HA_GIANG = json.loads((Path(demo.__file__).parent / "ha_giang" / "cartogram.json").read_text(encoding="utf-8"))
PLACES = {tile["org"]: Place(tile["column"], tile["row"]) for tile in HA_GIANG["tiles"]}
HEALTHS = ("ok", "warning", "critical", "offline", "stale", "closed", "unknown", "none", "maintenance", "pending")
UNDUE = ("none", "pending", "closed", "maintenance")
LOST = ("offline", "stale", "unknown")
Sites = Mapping[str, dict[str, Any]]


def area(name: str, kind: str, place: Place, sites: Sites, *, own: bool = False) -> dict[str, Any]:
    due = [site for site in sites.values() if site["health"] not in UNDUE]
    tones = Counter(str(TONES[site["health"]]) for site in due)
    worst = next((tone for tone in ("bad", "warn", "dim") if tones[tone]), None)
    figures = {"worst": worst, "n": tones[worst] if worst else 0, "of": len(due), "cut": None}
    return {"name": name, "kind": kind, "own": own, "place": place._asdict(), "sites": dict(sites)} | figures


def cut(of: dict[str, Any], line: str) -> None:
    """Everything on the tile is lost with its line."""
    for site in of["sites"].values():
        site["health"] = "offline" if site["health"] != "none" else "none"
    n = sum(site["health"] == "offline" for site in of["sites"].values())
    of |= {"worst": "bad", "n": n, "of": n, "cut": {"source": f"{line}/link/cap-quang", "name": "Cáp quang", "n": n}}


def grid(columns: int, rows: int, areas: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The payload of `vc_grid` without its head."""
    counts = Counter(site["health"] for one in areas.values() for site in one["sites"].values())
    of = sum(n for health, n in counts.items() if health not in UNDUE)
    taken = {Place(**one["place"]) for one in areas.values()}
    boxes = [box._asdict() for box in free_boxes(columns, rows, taken)]
    return {
        "cartogram": {"columns": columns, "rows": rows, "free": boxes},
        "areas": dict(areas),
        "totals": {health: counts[health] for health in HEALTHS},
        "online": of - sum(counts[health] for health in LOST),
        "of": of,
        "meetings": [],
    }


def communes(count: int) -> dict[str, Any]:
    """A province without districts and clusters: a tile a commune, one of them lost."""
    found = placed(tuple((21.5 + n % 13 / 7, 104.3 + n * 7 % 19 / 14) for n in range(count)))
    areas = {}
    for n, place in enumerate(found.places):
        site = {"name": f"Điểm cầu xã {n}", "org_name": f"Xã {n}", "health": "offline" if n == 7 else "ok",
                "in_call": n % 3 == 0, "cause": None, "source": "cau-hop"}  # fmt: skip
        areas[f"tq.{n}"] = area(f"Xã {n}", "commune", place, {f"tq.{n}/cau-hop": site})
    return grid(found.columns, found.rows, areas)
