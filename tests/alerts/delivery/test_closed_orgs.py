"""Routes and rules that name a closed org: whoever heard of it hears of its successor, and nobody stops hearing."""

from pathlib import Path

import pytest

from alerts.delivery.routing import Router
from alerts.model import View
from alerts.rules._watched import watched
from ioc.config.alerting import Channel, ReceiverOptions, RouteOptions, Rule
from ioc.config.settings import Settings
from ioc.core.model import Severity, SourceKey
from ioc.domain.inventory import Inventory, Org, OrgTree
from ioc.live.world import World
from ioc.platform.db import Database, sqlite_url
from tests.alerts.made import alert_at
from tests.live.worlds import kinds, source

EVE = "2025-06-30"
ORGS = OrgTree([
    Org("hg", "Hà Giang"),
    Org("a", "Xã A", parent="hg", valid_to=EVE, successor="c"),
    Org("b", "Xã B", parent="hg", valid_to=EVE, successor="c"),
    Org("c", "Xã C", parent="hg", valid_from="2025-07-01"),
    Org("huyen", "Huyện", parent="hg", valid_to=EVE),
    Org("x", "Xã X", parent="huyen", valid_to=EVE, successor="y"),
    Org("y", "Xã Y", parent="hg", valid_from="2025-07-01"),
], day="2026-01-01")  # fmt: skip


def told(org: str, *routes: tuple[str | None, str], continue_: bool = False, tree: OrgTree = ORGS) -> list[str] | None:
    """The receivers of an alert at `org`, by routes of (org, receiver)."""
    names = {name for _, name in routes}
    settings = Settings(
        data_dir="unused",
        channel=(Channel(name="mail", kind="pocket"),),
        receiver=tuple(ReceiverOptions(name=name, email=(f"{name}@example.vn",)) for name in names),
        route=tuple(
            RouteOptions(org=at, receivers=(name,), channels=("mail",), continue_=continue_, severity=tuple(Severity))
            for at, name in routes
        ),
    )
    targets = Router(settings.book, {"mail": "email"}).destinations(Inventory(tree), alert_at(org), 0)
    return None if targets is None else [target.receiver for target in targets]


BOTH = (("a", "truc-a"), ("b", "truc-b"), ("hg", "truc-tinh"))


@pytest.mark.parametrize("org", ["a", "b", "c"])
def test_the_routes_of_all_that_were_merged_count_as_one(org: str):
    assert told(org, *BOTH) == ["truc-a", "truc-b"]


def test_before_the_merger_each_had_its_own():
    then = ORGS.on(EVE)
    assert [told(org, *BOTH, tree=then) for org in ("a", "b", "hg")] == [["truc-a"], ["truc-b"], ["truc-tinh"]]


def test_a_route_of_the_successor_still_ends_the_search():
    assert told("c", ("c", "truc-c"), *BOTH) == ["truc-c"]
    assert told("c", *BOTH, continue_=True) == ["truc-a", "truc-b", "truc-tinh"]


def test_a_dropped_level_keeps_the_units_it_had():
    routes = (("huyen", "truc-huyen"), ("hg", "truc-tinh"))
    assert told("x", *routes) == ["truc-huyen"]
    assert told("y", *routes) == ["truc-tinh"]
    assert told("mars", ("huyen", "truc-huyen")) is None


def test_a_rule_on_a_closed_org_watches_its_successor(tmp_path: Path):
    keys = [SourceKey(org, "link", "cap") for org in ("a", "b", "c", "x", "hg")]
    world = World(Inventory(ORGS, {key: source(key, n) for n, key in enumerate(keys)}), kinds())
    view = View(world, 0, None, Database(sqlite_url(tmp_path / "unused.sqlite")))

    def orgs(of: str | None) -> set[str]:
        return {source.key.org for source in watched(view, Rule(id="r", kind="offline", org=of), "link")}

    assert orgs("a") == {"a", "b", "c"}
    assert orgs("huyen") == {"x"}
    assert orgs("mars") == set()
