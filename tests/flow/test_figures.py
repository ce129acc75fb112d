"""Figures of a year through the running house: from a feed, and typed in by one and signed by another."""

from tests.flow.conftest import House, until


def indices_of(house: House, year: int) -> list[dict]:
    return [index for index in house.get("/indices", org="hg.meo-vac")["items"] if index["year"] == year]


def test_the_years_of_a_feed_become_indices(house: House) -> None:
    for year, rank in (("2018", 44), ("2019", 53)):
        values = {"sipas": 80 + int(year) / 1000, "sipas_rank": rank, "sipas_rank_total": 63}
        house.publish("hg.meo-vac/feed/hai-long/state", {"period": year, "values": values})
        house.source("hg.meo-vac/feed/hai-long", sipas_rank=rank)
    assert house.get("/indices", org="hg.meo-vac")["items"] == [], "nobody confirmed that feed"
    assert house.post("/sources/hg.meo-vac/feed/hai-long/confirm").status_code == 200
    (sipas,) = until(lambda: indices_of(house, 2019), "the confirmed feed's figures")
    assert (sipas["year"], sipas["rank"], sipas["rank_total"], sipas["rank_change"]) == (2019, 53, 63, -9)
    assert sipas["name"].endswith("(SIPAS)")


def test_figures_typed_in_count_once_somebody_else_signed(house: House) -> None:
    values = {"index766": 83.8, "index766_1_1": 57, "index766_1_1_of": 60}
    body = {"org": "hg.dong-van", "source": "qd766", "period": "2025", "values": values}
    entry = house.call("POST", "/figures", who="operator", json=body).json()
    asked = {"org": "hg.dong-van", "from": "2025-01-01", "to": "2025-12-31"}
    assert house.call("POST", f"/figures/{entry['id']}/sign", who="operator", json={}).status_code == 403
    assert house.get("/index766", **asked)["official"] is None
    assert house.call("POST", f"/figures/{entry['id']}/sign", who="leader", json={}).status_code == 200
    index = until(lambda: (got := house.get("/index766", **asked))["official"] and got, "the official score")
    assert (index["official"]["score"], index["official"]["period"]) == (83.8, "2025")
    (first,) = (one for group in index["groups"] for one in group["criteria"] if one["code"] == "1.1")
    assert (first["numerator"], first["denominator"], first["score"]) == (57, 60, 5.7)
    texts = until(lambda: house.source("hg.dong-van/feed/qd766", status="active")["texts"], "the live state")
    assert texts == {"period": "2025"}
