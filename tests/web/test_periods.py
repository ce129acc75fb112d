"""What was told of a period is answered in that period: in series, trends and the board of feeds."""

from datetime import datetime
from typing import Any

import pytest

from ioc.core.model import SourceKey
from ioc.domain.importing.inventory import import_sources
from ioc.platform.db.tables import feed_delivery
from tests.live.worlds import kinds
from tests.web.conftest import SATURDAY, Province
from tests.web.counting import get
from tests.web.test_index766 import publish

PAR = SourceKey("hg", "feed", "par")
YEAR_MS = 366 * 86_400_000


def at(text: str) -> int:
    return round(datetime.fromisoformat(f"{text}+07:00").timestamp() * 1000)


def values(province: Province, metric: str, start: str, end: str, query: str = "") -> list[float | None]:
    address = f"/series?org=hg&kind=feed&source=par&metric={metric}&from={start}T00:00:00&to={end}T00:00:00"
    points: list[list[Any]] = get(province, f"{address}{query or f'&step={YEAR_MS}'}")["points"]
    return [value for _, value in points if value is not None]


@pytest.fixture
def told(province: Province) -> Province:
    for n, (year, value) in enumerate((("2019", 70), ("2020", 81.42), ("2019", 77))):
        publish(province, PAR, year, SATURDAY + n, par_index=value)
    return province


def test_2019_stands_in_2019_and_nowhere_else(told: Province) -> None:
    assert values(told, "par_index", "2026-11-01", "2026-12-01", "&step=86400000&agg=sum") == []
    assert values(told, "par_index", "2019-01-01", "2020-01-01") == [77], "as it was corrected"
    assert values(told, "par_index", "2019-12-31", "2020-01-01", "&step=3600000&fill=previous") == [77]
    assert values(told, "par_index", "2018-01-01", "2021-01-01", f"&step={9 * YEAR_MS}&agg=mean") == [
        pytest.approx(79.21)
    ]
    assert values(told, "par_index", "2018-01-01", "2021-01-01", f"&step={9 * YEAR_MS}&agg=count") == [2]
    assert told.store.asked == [], "the store of instants is not asked"


def test_months_and_years_are_not_one_series(told: Province) -> None:
    for month in ("2026-08", "2026-09", "2026-10"):
        publish(told, PAR, month, visits=10)
    publish(told, PAR, "2026", visits=95)
    assert values(told, "visits", "2026-01-01", "2027-01-01", f"&step={YEAR_MS}&agg=sum") == [30]


def test_what_cannot_be_is_in_no_series(told: Province) -> None:
    publish(told, PAR, "2020", par_index_rank=70, par_index_rank_total=63)
    assert values(told, "par_index_rank", "2020-01-01", "2021-01-01") == []
    assert values(told, "par_index_rank_total", "2020-01-01", "2021-01-01") == [63]


def test_a_board_says_up_to_when_a_feed_has_spoken(province: Province) -> None:
    import_sources(province.db, "org,kind,source,cadence,cut_off\nhg,feed,par,wd,07:00\n", kinds(), SATURDAY, False)
    province.reload()
    publish(province, PAR, "2026-11-18", SATURDAY, visits=3)
    with province.db.write() as conn:
        source_id = province.site.world.inventory.sources[PAR].id
        conn.execute(
            feed_delivery.insert().values(source_id=source_id, at=SATURDAY, told_until=at("2026-11-19T00:00:00"))
        )
    (feed,) = get(province, "/feeds")["items"]
    assert (feed["delivered_at"], feed["told_until"]) == ("2026-11-21T10:00:00+07:00", "2026-11-19T00:00:00+07:00")
    assert (feed["as_of"], feed["age_s"]) == (feed["told_until"], 58 * 3_600)
    assert (feed["scores"]["alive"]["pct"], feed["late_since"]) == (0.0, "2026-11-20T07:00:00+07:00")
