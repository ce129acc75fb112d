"""The 766 index, yearly indices and satisfaction as the API tells them: each figure with what it is of, or none."""

from typing import Any

import sqlalchemy as sa

from ioc.core.model import SourceKey
from ioc.ingest.decode import Decoded
from ioc.ingest.sinks import feed_figures
from ioc.ingest.sinks.contract import Commit
from ioc.platform.db.tables import org as org_table
from ioc.platform.db.tables import ticket
from tests.web.conftest import KIOSKS, NORTH, SATURDAY, SOUTH, Province, add_source, tell_dossier
from tests.web.counting import get

DAY = 86_400_000
PORTAL = SourceKey("hg", "feed", "dvcqg")


def publish(province: Province, key: SourceKey, period: str, at: int = SATURDAY, **values: float) -> None:
    """A feed's state as ingest keeps it."""
    if key not in province.site.world.inventory.sources:
        add_source(province, key)
    source = province.site.world.inventory.sources[key]
    good = Decoded(key, source, at, at, False, values, {"period": period}, None, None, False, frozenset())
    with province.db.write() as conn:
        commit = Commit(province.db, conn, at, province.site.world.inventory)
        feed_figures.keep(commit, feed_figures.published(good))


def criteria(index: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["code"]: one for group in index["groups"] for one in group["criteria"]}


def test_an_installation_without_dossiers_has_no_index(province: Province) -> None:
    index = get(province, "/index766")
    assert (index["score"], index["pct"], index["max"], index["points"]) == (None, None, 100, 100)
    assert (index["countable"], index["uncounted"]) == (0, 100)
    assert (index["org"], index["estimate"], index["official"]) == ("hg", True, None)
    assert index["label"] == "ước tính"
    assert all(one["score"] is None and one["missing"] == "input" for one in criteria(index).values())


def test_the_index_of_an_org_is_of_its_dossiers_alone(province: Province) -> None:
    tell_dossier(province, "late", due_at=SATURDAY - DAY)
    tell_dossier(province, "early", due_at=SATURDAY + DAY, status=9, finished_at=SATURDAY - 1, submission="online")
    tell_dossier(province, "south", due_at=SATURDAY + DAY, receiving_org=SOUTH)
    north = criteria(get(province, f"/index766?org={NORTH}"))
    assert (north["2.1"]["numerator"], north["2.1"]["denominator"], north["2.1"]["score"]) == (1, 2, 10)
    assert (north["3.3"]["numerator"], north["3.3"]["denominator"], north["3.3"]["score"]) == (1, 2, 12)
    assert (north["3.6"]["score"], north["3.6"]["missing"]) == (None, "input")
    whole = get(province, "/index766")
    assert criteria(whole)["2.1"]["denominator"] == 3
    assert (whole["max"], whole["countable"], whole["uncounted"], whole["score"]) == (100, 32, 68, 21.3333)
    assert get(province, f"/index766?org={NORTH}&by=handling")["countable"] == 0, "the south works on them"
    before = get(province, "/index766?to=2026-10-31")
    assert (before["countable"], criteria(before)["2.1"]["missing"]) == (0, "denominator")
    assert get(province, "/index766", "leader-north")["org"] == NORTH
    assert province.get("/api/v1/index766?org=hg", "leader-north").status_code == 404


def test_what_feeds_tell_counts_for_their_org_and_period(province: Province) -> None:
    publish(province, PORTAL, "2026-10", index766_1_1=50, index766_1_1_of=60, index766=71.5, index766_1_2=3)
    publish(province, PORTAL, "2026-09", index766_1_1=10, index766_1_1_of=60, index766=60)
    index = get(province, "/index766?from=2026-10-01&to=2026-10-31")
    first = criteria(index)["1.1"]
    assert (first["score"], first["numerator"], first["denominator"], first["period"]) == (5, 50, 60, "2026-10")
    assert criteria(index)["1.2"]["missing"] == "input", "of what the three are is not told"
    assert index["official"] == {
        "score": 71.5, "period": "2026-10", "other_period": False, "source": "hg/feed/dvcqg",
        "as_of": "2026-10-31T23:59:59+07:00",
    }  # fmt: skip
    assert get(province, "/index766?from=2026-09-01&to=2026-09-30")["official"]["score"] == 60
    assert get(province, "/index766?from=2026-11-01")["official"] is None
    assert get(province, f"/index766?org={NORTH}&from=2026-10-01")["official"] is None


def test_a_later_word_on_a_period_counts_and_an_older_one_does_not(province: Province) -> None:
    for at, value in ((SATURDAY, 71.5), (SATURDAY + 9, 72.0), (SATURDAY + 5, 10.0)):
        publish(province, PORTAL, "2026-10", at, index766=value)
    assert get(province, "/index766")["official"]["score"] == 72


def test_one_month_is_no_year_and_more_than_all_is_no_share(province: Province) -> None:
    publish(province, PORTAL, "2026-10", index766_1_1=60, index766_1_1_of=60, index766=71.5)
    publish(province, PORTAL, "2026", index766_1_3=70, index766_1_3_of=60)
    year = get(province, "/index766")
    month, over = criteria(year)["1.1"], criteria(year)["1.3"]
    assert (month["score"], month["missing"], month["period"], month["numerator"]) == (None, "period", "2026-10", 60)
    assert (over["score"], over["missing"], over["numerator"], over["denominator"]) == (None, "impossible", 70, 60)
    assert (year["countable"], year["official"]["other_period"]) == (0, True)
    assert criteria(get(province, "/index766?from=2026-10-01&to=2026-10-31"))["1.1"]["score"] == 6
    publish(province, PORTAL, "2026", index766=80)
    assert (get(province, "/index766")["official"]["score"], year["official"]["score"]) == (80, 71.5)
    assert criteria(get(province, "/index766?to=2026-10-31"))["1.3"]["missing"] == "period", "so far is not until then"


def test_a_rank_beyond_the_last_is_named_and_left_out(province: Province) -> None:
    feed = SourceKey("hg", "feed", "cchc")
    publish(province, feed, "2020", par_index=81.42, par_index_rank=70, par_index_rank_total=63)
    (par,) = get(province, "/indices")["items"]
    assert (par["value"], par["rank"], par["rank_total"]) == (81.42, None, 63)
    assert par["impossible"] == {"par_index_rank": "a whole number from 1 to 63 (par_index_rank_total)"}


def test_orgs_are_ranked_on_what_counts_for_them(province: Province) -> None:
    with province.db.write() as conn:
        conn.execute(sa.insert(org_table).values(code="hg.a", name="Sở A", kind="department", parent="hg"))
    for org, late in ((NORTH, True), (SOUTH, False), ("hg.dong-van.lung-cu", False)):
        tell_dossier(province, org, receiving_org=org, due_at=SATURDAY - 1 if late else SATURDAY + DAY)
    ranking = get(province, "/index766/ranking")
    ranked = [(row["rank"], row["org"], row["pct"]) for row in ranking["items"]]
    assert ranked == [(1, SOUTH, 62.5), (2, NORTH, 31.25), (None, "hg.a", None)]
    assert ranking["same_basis"] is True
    assert ranking["items"][0]["groups"]["TDGQ"] == 100
    publish(province, SourceKey(NORTH, "feed", "dvcqg"), "2026", index766_1_1=1, index766_1_1_of=1)
    ranking = get(province, "/index766/ranking")
    assert ranking["same_basis"] is False
    assert [one["counted"] for one in ranking["items"]] == [["2.1", "3.3"], ["1.1", "2.1", "3.3"], []]
    below = get(province, f"/index766/ranking?org={SOUTH}")["items"]
    assert [(row["rank"], row["pct"]) for row in below] == [(None, None)]


def test_the_latest_year_of_an_index_beside_the_one_before(province: Province) -> None:
    feed = SourceKey("hg", "feed", "cchc")
    publish(province, feed, "2019", par_index=77.0, par_index_rank=53, par_index_rank_total=63)
    publish(province, feed, "2020", par_index=81.42, par_index_rank=33, par_index_rank_total=63, papi=43.73)
    par, papi = get(province, "/indices")["items"]
    assert (par["index"], par["year"], par["value"], par["rank"], par["rank_total"]) == (
        "par_index",
        2020,
        81.42,
        33,
        63,
    )
    assert (par["change"], par["rank_change"], par["rank_comparable"]) == (4.42, 20, True)
    assert par["before"] == {"year": 2019, "value": 77.0, "rank": 53, "rank_total": 63, "impossible": {}}
    assert par["as_of"] == "2020-12-31T23:59:59+07:00", "of its year, not of the day it was told"
    assert (papi["index"], papi["change"], papi["before"], papi["rank"]) == ("papi", None, None, None)
    assert get(province, f"/indices?org={NORTH}")["items"] == []


def test_ranks_among_other_numbers_of_provinces_are_not_compared(province: Province) -> None:
    feed = SourceKey("hg", "feed", "cchc")
    publish(province, feed, "2024", sipas=85.0, sipas_rank=30, sipas_rank_total=63)
    publish(province, feed, "2025", sipas=86.5, sipas_rank=20, sipas_rank_total=34)
    (sipas,) = get(province, "/indices")["items"]
    assert (sipas["change"], sipas["rank_change"], sipas["rank_comparable"]) == (1.5, None, False)
    publish(province, feed, "2027", sipas=90)
    (sipas,) = get(province, "/indices")["items"]
    assert (sipas["year"], sipas["change"], sipas["before"]) == (2027, None, None), "2026 is not known"


def rate(province: Province, key: SourceKey, day: str, *ratings: int) -> None:
    source_id = province.site.world.inventory.sources[key].id
    rows = [{"source_id": source_id, "ticket_id": f"{day}-{n}", "day": day, "rating": r} for n, r in enumerate(ratings)]
    with province.db.write() as conn:
        conn.execute(sa.insert(ticket), rows)


def test_satisfaction_by_agency_from_kiosks_and_dossiers(province: Province) -> None:
    rate(province, KIOSKS[NORTH], "2026-11-20", 5, 5, 4, 3, 1, 5)
    rate(province, KIOSKS[NORTH], "2026-10-31", 1, 1, 1, 1, 1)
    rate(province, KIOSKS[SOUTH], "2026-11-20", 5, 5)
    for n, rating in enumerate((4, 2, 5, 5, 3)):
        tell_dossier(province, f"H{n}", status=9, finished_at=SATURDAY - DAY, satisfaction=rating)
    tell_dossier(province, "open", satisfaction=1)
    found = get(province, "/satisfaction?from=2026-11-01")
    south, north = found["items"]
    shown = {"hidden": None, "withheld": 0}
    assert north["kiosk"] == {"value": 66.67, "numerator": 4, "denominator": 6} | shown
    assert north["dossier"] == {"value": 60.0, "numerator": 3, "denominator": 5} | shown
    assert north["together"] == {"value": 63.64, "numerator": 7, "denominator": 11} | shown
    nothing = {"value": None, "numerator": None}
    assert south["kiosk"] == nothing | {"denominator": 2, "hidden": "too_few", "withheld": 2}
    assert south["dossier"] == nothing | {"denominator": 0, "hidden": "no_ratings", "withheld": 0}
    assert (found["min_ratings"], south["name"]) == (5, "Huyện Bắc Quang")
    whole = found["whole"]["kiosk"]
    assert whole == {"value": 66.67, "numerator": 4, "denominator": 6, "hidden": None, "withheld": 2}, (
        "with the two of the south it would tell what they said"
    )
    assert [row["org"] for row in get(province, f"/satisfaction?org={NORTH}")["items"]] == [NORTH]
