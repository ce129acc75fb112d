"""Every figure in every answer: where it stands, whether its age and what it is of stand beside it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ioc.core.registry import Plugins
from ioc.core.share import percent
from ioc.platform.db.tables import conference
from tests.web.conftest import KIOSKS, NORTH, Province, begin_incident, raise_alert
from tests.web.walking import Walk
from web.boundary.route import Route
from web.routes import routes
from web.scenes import SCENES

# names and places of things, what was asked, and what was agreed: no figures of the field
_NO_FIGURES = frozenset({
    "id", "page", "per_page", "total", "lat", "lon", "order", "interval_s", "hold_s", "seq", "x", "y", "w", "h",
    "year", "status", "version", "limit", "least", "min_ratings", "points", "flaps", "level", "options", "widgets",
    "params", "incident", "rank", "ranked", "weight", "due_at", "since", "fired_at", "place", "days", "weeks", "stt",
    "columns",
})  # fmt: skip
_AGES = ("as_of", "age_s", "told_at", "taken_at", "ages_s", "at", "changed_at")
_OF = ("denominator", "of", "expected", "reporting", "must_resolve", "max")
_NEEDED = {"/api/v1/deadline": "?org=hg&start=2026-11-20&value=3&unit=day", "/api/v1/calendar": "?org=hg",
           "/api/v1/conferences/roll-call": "?org=hg&conference=census",
           "/api/v1/meetings/minutes": "?org=hg&conference=census",
           "/api/v1/series": f"?org={NORTH}&kind=queue&source=kiosk-1&metric=waiting"}  # fmt: skip
_NOT_OF_THE_FIELD = (
    "/board/",  # of one indicator, which nobody has declared here
    "deadline",
    "calendar",
    "openapi",
    "asyncapi",
    "vendor-sheet",
    "/bands",
    "/explain",
    "/displays",
    "/cartograms",
    "/outlines",
    "/scenes",
    "rules",
    "/me",
    "outbox",
    "/displays",
    "/rotas/",
)


class Figure(NamedTuple):
    """A number in an answer."""

    path: str
    value: float
    aged: bool
    of: bool


class Census:
    """Goes through every call of the table that reads, and every widget of every scene."""

    def __init__(self, province: Province) -> None:
        self._province, self._walk = province, Walk(province)
        self.wrong: list[str] = []

    def figures(self) -> Iterator[Figure]:
        for tile in (tile for scene in SCENES.values() for tile in scene.widgets):
            payload = self._walk.payload(tile)
            name = f"widget {tile.kind} {tile.options.get('figure', '')}"
            yield from self._within(payload, name, aged=False, of=False)
        for path in self._addresses():
            yield from self._within(self._walk.get(path.removeprefix("/api/v1/")), path, aged=False, of=False)

    def _meet(self) -> None:
        """One is on, whose figures can be asked for."""
        now = self._province.clock.now_ms()
        expected = [
            f"{key.org}/{key.source}" for key in self._province.site.world.inventory.sources if key.kind == "vc"
        ]
        meeting = {"org": "hg", "conference_id": "census", "starts_at": now, "expected": expected, "changed_at": now}
        with self._province.db.write() as conn:
            conn.execute(conference.insert().values(meeting))

    def _addresses(self) -> Iterator[str]:
        self._meet()
        self._incident = begin_incident(self._province, KIOSKS[NORTH])
        alert = raise_alert(self._province, KIOSKS[NORTH], fingerprint="census", incident_id=self._incident)
        parts = {"org": NORTH, "kind": "queue", "source": "kiosk-1", "id": str(alert), "code": "hg", "name": "mot-cua",
                 "root": "hg"}  # fmt: skip
        for route in routes(Plugins()):
            if self._reads(route):
                wanted = parts | self._part_of(route.path)
                filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: wanted[found[1]], route.path)  # noqa: B023
                yield filled + _NEEDED.get(route.path, "")

    def _reads(self, route: Route) -> bool:
        no_figures = any(word in route.path for word in _NOT_OF_THE_FIELD)
        asks_more = route.path.endswith(("/live", "/daily"))  # the widgets are gone through; no day is frozen here
        return (
            route.method == "GET"
            and not route.foreign
            and route.path.startswith("/api/")
            and not no_figures
            and not asks_more
        )

    def _part_of(self, path: str) -> Mapping[str, str]:
        if "/incidents/" in path:
            return {"id": str(self._incident)}
        if "/dossiers/" in path:
            return {"code": "H22-1"}
        return {"id": "pct.in_time"} if "/indicators/" in path else {}

    def _within(self, value: Any, path: str, *, aged: bool, of: bool) -> Iterator[Figure]:
        if isinstance(value, dict) and value.get("denominator") == 0:
            self._check(value, path)  # of nothing there is no figure
        elif isinstance(value, dict):
            aged = aged or any(value.get(name) for name in _AGES)
            of = of or any(value.get(name) is not None for name in _OF)
            self._check(value, path)
            for name, inner in value.items():
                if name not in _NO_FIGURES:
                    yield from self._within(inner, f"{path}.{name}", aged=aged, of=of)
        elif isinstance(value, list):
            for inner in value:
                yield from self._within(inner, f"{path}[]", aged=aged, of=of)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield Figure(path, value, aged, of)

    def _check(self, found: dict[str, Any], path: str) -> None:
        """A share is what its parts come to; of nothing there is none."""
        share = found.get("value", found.get("pct"))
        if not {"numerator", "denominator"} <= found.keys() or isinstance(share, dict) or found.get("hidden"):
            return
        n, of = found["numerator"], found["denominator"]
        if found.get("unit", "%") != "%" or "criteria" in path:
            return
        if share != (percent(n, of) if n is not None and of else None):
            self.wrong.append(f"{path}: {share} of {n}/{of}")
