"""A figure of a period is of an instant of that period, whenever and in whatever order it was told."""

import json
from datetime import datetime

import pytest

from ioc.core.model import Health, SourceKey
from ioc.ingest.decode import Decoder
from ioc.ingest.inbox import Received, Run
from ioc.ingest.metrics import samples_of
from ioc.ingest.patches import patch_of
from ioc.live.world import World
from tests.live import worlds

PAR = SourceKey("hg", "feed", "par")
NOW = 1_795_222_800_000


def at(text: str) -> int:
    return round(datetime.fromisoformat(f"{text}+07:00").timestamp() * 1000)


@pytest.fixture
def world() -> World:
    return World(worlds.inventory(worlds.source(PAR, 9, interval_s=600)), worlds.kinds())


def tell(world: World, said_at: int = NOW, **body: object):
    message = Received(said_at, f"ioc/v1/{PAR}/state", json.dumps({"ts": said_at, **body}).encode(), retained=False)
    batch = Decoder(worlds.kinds(), world.inventory).batch(Run(1, [message]))
    for good in batch.good:
        world.merge([patch_of(good, world.live.get(PAR))])
    return batch


def test_what_is_told_today_of_2017_is_nine_years_old(world: World) -> None:
    tell(world, period="2017", values={"par_index": 70})
    assert world.of(PAR).metrics == {"par_index": (at("2017-12-31T23:59:59"), 70)}
    assert world.of(PAR).as_of == at("2017-12-31T23:59:59")
    assert world.of(PAR).heard_at == NOW


def test_of_a_period_that_runs_it_is_as_old_as_it_was_told(world: World) -> None:
    tell(world, period="2026", values={"visits": 3})
    assert world.of(PAR).as_of == NOW


def test_the_latest_period_stands_in_whatever_order_they_come(world: World) -> None:
    for n, (period, value) in enumerate((("2019", 77), ("2020", 81.42), ("2019", 78))):
        tell(world, NOW + n, period=period, values={"par_index": value})
    assert world.of(PAR).values() == {"par_index": 81.42}
    assert world.of(PAR).words() == {"period": "2020"}
    tell(world, NOW + 9, period="2020", values={"par_index": 81.5})
    assert world.of(PAR).values() == {"par_index": 81.5}, "a correction of the same period counts"


def test_a_feed_that_is_heard_is_no_less_alive_for_old_figures(world: World) -> None:
    tell(world, period="2026-11-20", values={"visits": 3})
    source = world.inventory.sources[PAR]
    assert world.health(source, NOW + 60_000) is Health.OK
    assert world.health(source, NOW + 1_300_000) is not Health.OK


def test_no_sample_goes_to_the_store_of_instants_and_no_doubted_figure_counts(world: World) -> None:
    assert samples_of(tell(world, period="2020", values={"par_index": 77, "rank": 70, "rank_total": 63})) == []
    assert world.of(PAR).values() == {"par_index": 77, "rank_total": 63}
    (sample,) = samples_of(tell(world, values={"visits": 3}))
    assert (sample.t, sample.values) == (NOW, {"visits": 3})


def test_a_share_comes_as_its_numerator_and_its_denominator(world: World) -> None:
    batch = tell(world, period="2019", values={"lltp": {"numerator": 1745, "denominator": 3377}, "papi": 43.73})
    assert batch.bad == []
    told = {name: value for name, (_, value) in world.of(PAR).metrics.items()}
    assert told == {"lltp": 1745, "lltp_of": 3377, "papi": 43.73}
    assert len(tell(world, period="2019", values={"lltp": {"numerator": 1745}}).bad) == 1
