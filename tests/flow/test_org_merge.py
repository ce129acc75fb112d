"""Two communes merge while everything runs: kiosks go on, their history stays one, grants turn."""

from datetime import datetime, timedelta

from tests.flow.conftest import House, until
from tests.flow.test_contract_messages import now
from tests.running import ioc

ORGS = """code,name,kind,parent
hg.m1,Xã Một,commune,hg
hg.m2,Xã Hai,commune,hg
"""
SOURCES = """org,kind,source,interval_s,hours
hg.m1,queue,k1,3600,always
hg.m2,queue,k1,3600,always
"""
ONE, TWO, HEIR = "hg.m1", "hg.m2", "hg.m3"


def test_two_communes_merge_in_a_running_house(house: House) -> None:
    config = ("--config", str(house.config))
    for name, text in (("org", ORGS), ("source", SOURCES)):
        (house.config.parent / f"merge-{name}.csv").write_text(text, encoding="utf-8")
        ioc(name, "import", str(house.config.parent / f"merge-{name}.csv"), *config)
    house.tokens["m1"] = ioc("token", "create", "--name", "m1", "--role", "leader", "--org", ONE, *config).strip()
    until(lambda: house.call("GET", f"/sources/{ONE}/queue/k1").status_code == 200, "the new sources")
    for org, waiting in ((ONE, 11), (TWO, 22)):
        house.publish(f"{org}/queue/k1/state", {"ts": now(), "waiting": waiting})
        house.source(f"{org}/queue/k1", waiting=waiting)

    today = datetime.fromisoformat(now()).date()
    said = ioc("org", "merge", ONE, TWO, "--into", HEIR, "--on", today.isoformat(), "--name", "Xã Ba", *config)
    assert f"token m1 (leader, {ONE}): follows to {HEIR}" in said
    until(lambda: house.get("/me", who="m1")["org"] == HEIR, "the grant on the successor")
    assert house.get("/me", who="m1")["org_closed"] is True

    for org, waiting in ((ONE, 111), (TWO, 222)):
        reading = {"ts": now(), "waiting": waiting}

        def flagged(org: str = org, reading: dict = reading) -> bool:
            """Ingest looks for a new inventory now and then; the same reading twice is one."""
            house.publish(f"{org}/queue/k1/state", reading)
            return "closed_org" in house.source(f"{org}/queue/k1")["leniencies"]

        until(flagged, "flag")
        assert house.source(f"{org}/queue/k1", waiting=waiting)["health"] == "ok"
    listed = house.get("/sources", org=HEIR, who="m1")["items"]
    assert sorted((item["org"], item["metrics"]["waiting"]) for item in listed) == [(ONE, 111), (TWO, 222)]
    series = {"org": ONE, "kind": "queue", "source": "k1", "metric": "waiting", "step": 86_400_000, "agg": "count"}

    def readings() -> int:
        return sum(n or 0 for _, n in house.get("/series", **series, who="m1")["points"])

    until(lambda: readings() == 2, "one history with the readings of before and after")

    eve = (today - timedelta(1)).isoformat()
    mine = {ONE, TWO, HEIR}
    assert mine & {item["code"] for item in house.get("/orgs")["items"]} == {HEIR}
    assert mine & {item["code"] for item in house.get("/orgs", on=eve)["items"]} == {ONE, TWO}

    house.publish(f"{ONE}/queue/moved/state", {"ts": now(), "waiting": 7})
    assert house.source(f"{HEIR}/queue/moved", waiting=7)["health"] == "pending"
