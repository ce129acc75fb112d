"""A walk over the figures of every screen: each beside what the list it opens comes to."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec

from ioc.core.model import Health
from tests.web.conftest import Province
from web.scenes import SCENES, Tile

SILENT = ("offline", "stale", "unknown")
RESTING = ("closed", "maintenance", "pending")
PARTS = {"early": "resolved_early", "on_time": "resolved_on_time", "late": "resolved_late",
         "open_overdue": "open_overdue"}  # fmt: skip


class Seen(NamedTuple):
    """A figure where it stands, and what the same question comes to elsewhere."""

    where: str
    shown: Any
    elsewhere: Any


class Walk:
    """Asks as an administrator; every answer once."""

    def __init__(self, province: Province) -> None:
        self._province = province
        self._answers: dict[str, Any] = {}

    def get(self, path: str, **query: Any) -> Any:
        question = f"{path}?{urlencode(query)}" if query else path
        if question not in self._answers:
            answer = self._province.get(f"/api/v1/{question}")
            assert answer.status_code == 200, (question, answer.get_data(as_text=True))
            self._answers[question] = answer.json
        return self._answers[question]

    def total(self, path: str, **query: Any) -> int:
        return int(self.get(path, **query)["total"])

    def payload(self, tile: Tile) -> Any:
        asked = msgspec.json.encode([{"id": tile.id, "kind": tile.kind, "options": tile.options}]).decode()
        return self.get("live", widgets=asked)["items"][0]["payload"]

    def seen(self) -> Iterator[Seen]:
        """Every count of every scene, of the alerts, the sources, the dossiers and the tree."""
        for scene in SCENES.values():
            for tile in scene.widgets:
                for one in self._widget(tile):
                    yield one._replace(where=f"/wall?scene={scene.name} {tile.id}: {one.where}")
        for screen in (self._alerts, self._sources, self._dossiers, self._orgs):
            yield from screen()

    def _widget(self, tile: Tile) -> Iterator[Seen]:
        walk = getattr(self, f"_{tile.kind}", None)
        if walk is not None:
            yield from walk(self.payload(tile), tile.options)

    # --- widgets -----------------------------------------------------------------------------------------------------

    def _kpi(self, kpi: Any, options: Any) -> Iterator[Seen]:
        yield from getattr(self, f"_kpi_{options['figure']}")(kpi)

    def _kpi_vc_online(self, kpi: Any) -> Iterator[Seen]:
        due = self._due("vc")
        there = [one for one in due if one["health"] not in SILENT]
        yield Seen("points there", (kpi["value"], kpi["total"]), (len(there), len(due)))
        yield from self._lost(kpi["reason"], "vc")

    def _lost(self, reason: Any, kind: str) -> Iterator[Seen]:
        healths = {"ui.kpi.lost": "offline", "ui.kpi.silent": "stale", "ui.kpi.unheard": "unknown"}
        parts = [] if reason is None else [p for p in reason["params"].values() if isinstance(p, dict)] or [reason]
        said = {healths[part["key"]]: part["params"]["n"] for part in parts if part["key"] in healths}
        for health in SILENT if reason is None or said else ():
            yield Seen(f"{kind} {health}", said.get(health, 0), self.total("sources", kind=kind, health=health))

    def _kpi_queue_waiting(self, kpi: Any) -> Iterator[Seen]:
        now = [one["metrics"] for one in self._due("queue") if one["current"]]
        yield Seen("waiting", kpi["value"], sum(one["waiting"] for one in now if "waiting" in one))
        longest = max((one["longest_wait_s"] for one in now if "longest_wait_s" in one), default=0)
        yield Seen("minutes", kpi["reason"]["params"]["minutes"] if kpi["reason"] else 0, longest // 60)

    def _kpi_services_up(self, kpi: Any, kind: str = "service") -> Iterator[Seen]:
        due = self._due(kind)
        up = [one for one in due if one["current"] and one["metrics"].get("up", True)]
        yield Seen("up", (kpi["value"], kpi["total"]), (len(up), len(due)))
        red = sum(self.total("sources", kind=kind, health=health) for health in ("critical", "offline"))
        reason = kpi["reason"]
        if red or (reason and reason["key"] in ("ui.kpi.down", "ui.kpi.in_trouble")):
            yield Seen("red", reason and reason["params"]["n"], red)
        else:
            yield from self._lost(reason, kind)
        yield Seen("colour", kpi["severity"] == "critical", red > 0)

    def _kpi_links_up(self, kpi: Any) -> Iterator[Seen]:
        yield from self._kpi_services_up(kpi, "link")

    def _kpi_meetings(self, kpi: Any) -> Iterator[Seen]:
        calling = [one for one in self._due("vc") if one["current"] and one["metrics"].get("in_call")]
        yield Seen("in a call", kpi["reason"]["params"]["n"] if kpi["reason"] else 0, len(calling))

    def _kpi_alerts_open(self, kpi: Any) -> Iterator[Seen]:
        yield Seen("open", kpi["value"], self.total("alerts", duty="false", state="firing,acknowledged"))
        yield Seen(
            "nobody has",
            kpi["reason"]["params"]["n"] if kpi["reason"] else 0,
            self.total("alerts", duty="false", state="firing"),
        )

    def _kpi_dossiers_overdue(self, kpi: Any) -> Iterator[Seen]:
        open_ = sum(self.total("dossiers", bucket=b) for b in ("open_overdue", "open_in_term", "due_unconfirmed"))
        yield Seen("overdue", (kpi["value"], kpi["total"]), (self.total("dossiers", bucket="open_overdue"), open_))
        yield Seen("open", kpi["reason"]["params"]["n"], open_)

    def _kpi_dossiers_in_time(self, kpi: Any) -> Iterator[Seen]:
        share = self.get("dossiers/summary")["pct"]["in_time"]
        yield Seen("share", kpi["value"], share["value"])
        if kpi["reason"]:
            n, owed = kpi["reason"]["params"]["n"], kpi["reason"]["params"]["owed"]
            yield Seen("of", (n, owed), (share["numerator"], self.total("dossiers", bucket="must_resolve")))

    def _alert_feed(self, feed: Any, _options: Any) -> Iterator[Seen]:
        for severity in ("critical", "warning", "info"):
            listed = self.total("alerts", duty="false", state="firing,acknowledged", severity=severity)
            yield Seen(severity, feed["counts"][severity], listed)
        yield Seen("nobody has", feed["counts"]["unacknowledged"], self.total("alerts", duty="false", state="firing"))
        yield Seen(
            "over", feed["counts"]["resolved_unseen"], self.total("alerts", duty="false", state="resolved_unseen")
        )
        muted = self.total("alerts", duty="false", state="suppressed,shelved,out_of_service")
        yield Seen("muted", feed["counts"]["muted"], muted)
        every = sum(feed["counts"][name] for name in ("critical", "warning", "info", "resolved_unseen"))
        yield Seen("all", every, self.total("alerts", duty="false", state="firing,acknowledged,resolved_unseen"))

    def _vc_grid(self, grid: Any, _options: Any) -> Iterator[Seen]:
        cells = [site for area in grid["areas"].values() for site in area["sites"].values()]
        for health in Health:
            listed = self.total("sources", kind="vc", health=health)
            yield Seen(health, grid["totals"][health], listed)
            yield Seen(f"cells {health}", sum(site["health"] == health for site in cells), listed)
        yield Seen("of", grid["of"], len(self._due("vc")))
        told = [one for one in self._due("vc") if one["current"] and one["metrics"].get("in_call")]
        yield Seen("in a call", sum(bool(site["in_call"]) for site in cells), len(told))

    def _queue_board(self, board: Any, _options: Any) -> Iterator[Seen]:
        due = self._due("queue")
        now = [one["metrics"] for one in due if one["current"]]
        for name in ("waiting", "serving", "issued_today", "served_today"):
            yield Seen(name, board["totals"][name], sum(one.get(name, 0) for one in now))
        for name, one in {f"{one['org']}/{one['source']}": one for one in due}.items():
            centre = board["centres"][name]
            yield Seen(f"{name} health", centre["health"], one["health"])
            said = one["metrics"].get("waiting") if one["current"] else None
            yield Seen(f"{name} waiting", centre["waiting"], said)
            if not one["current"]:
                yield Seen(f"{name} desks", centre["desks"], {})

    def _service_status(self, board: Any, _options: Any) -> Iterator[Seen]:
        for group, kind in (("services", "service"), ("links", "link")):
            due, totals = self._due(kind), board["totals"][group]
            up = [one for one in due if one["current"] and one["metrics"].get("up", True)]
            yield Seen(f"{group} up", (totals["up"], totals["of"]), (len(up), len(due)))
            chips = [one["health"] for one in board[group].values()]
            red = sum(self.total("sources", kind=kind, health=health) for health in ("critical", "offline"))
            yield Seen(f"{group} red", totals["critical"], red)
            yield Seen(f"{group} red squares", sum(health in ("critical", "offline") for health in chips), red)
            yield Seen(f"{group} amber", totals["warning"], self.total("sources", kind=kind, health="warning"))

    def _dossier_split(self, split: Any, _options: Any) -> Iterator[Seen]:
        yield Seen("must_resolve", split["must_resolve"], self.total("dossiers", bucket="must_resolve"))
        for part, bucket in PARTS.items():
            yield Seen(part, split["parts"][part]["numerator"], self.total("dossiers", bucket=bucket))
        for bucket, n in split["counts"].items():
            yield Seen(bucket, n, self.total("dossiers", bucket=bucket))

    def _org_ranking(self, ranking: Any, options: Any) -> Iterator[Seen]:
        for org, row in ranking["rows"].items():
            share = self.get("dossiers/summary", org=org, by=options["by"])["pct"][ranking["figure"]]
            yield Seen(org, {name: row[name] for name in share}, share)

    def _freshness(self, fresh: Any, _options: Any) -> Iterator[Seen]:
        for kind, counts in fresh["kinds"].items():
            for health in Health:
                yield Seen(f"{kind} {health}", counts[health], self.total("sources", kind=kind, health=health))
            yield Seen(f"{kind} of", counts["of"], len(self._due(kind)))

    # --- pages -------------------------------------------------------------------------------------------------------

    def _alerts(self) -> Iterator[Seen]:
        for state, counts in self.get("alerts")["counts"].items():
            for severity, n in counts.items():
                yield Seen(f"/alerts {state} {severity}", n, self.total("alerts", state=state, severity=severity))
        for state, counts in self.get("alerts")["duties"].items():
            for severity, n in counts.items():
                listed = self.total("alerts", state=state, severity=severity, duty="true")
                yield Seen(f"/alerts duties {state} {severity}", n, listed)

    def _sources(self) -> Iterator[Seen]:
        items = self.get("sources")["items"]
        yield Seen("/sources all", len(items), self.total("sources"))
        for kind in sorted({one["kind"] for one in items}):
            yield Seen(f"/sources {kind}", sum(one["kind"] == kind for one in items), self.total("sources", kind=kind))
        delivering = [one for one in items if one["kind"] in ("dossier", "feed") and one["status"] == "active"]
        yield Seen("/sources feeds", len(delivering), self.total("feeds"))
        for one in items:
            alone = self.get(f"sources/{one['org']}/{one['kind']}/{one['source']}")
            same = ("health", "current", "metrics", "as_of", "ages_s")
            yield Seen(
                f"/sources {one['source']}", {name: one[name] for name in same}, {name: alone[name] for name in same}
            )

    def _dossiers(self) -> Iterator[Seen]:
        summary = self.get("dossiers/summary")
        for bucket in (*PARTS.values(), *self._counts(summary)):
            yield Seen(f"/dossiers {bucket}", summary[bucket], self.total("dossiers", bucket=bucket))
        for one in self.get("indicators")["items"]:
            for number, bucket in (("numerator", "bucket"), ("denominator", "denominator_bucket")):
                if one[bucket]:
                    yield Seen(
                        f"/indicators {one['id']} {number}", one[number], self.total("dossiers", bucket=one[bucket])
                    )

    def _counts(self, summary: Any) -> list[str]:
        return [name for name, value in summary.items() if isinstance(value, int) and name not in PARTS.values()]

    def _orgs(self) -> Iterator[Seen]:
        for org in self.get("orgs")["items"]:
            for health, n in org["counts"].items():
                yield Seen(f"/orgs {org['code']} {health}", n, self.total("sources", org=org["code"], health=health))

    def _due(self, kind: str) -> list[Any]:
        return [one for one in self.get("sources", kind=kind)["items"] if one["health"] not in RESTING]
