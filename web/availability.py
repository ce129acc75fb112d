"""What a source is judged by over time, and who has to listen for it to be heard."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.engine import Connection

from ioc.config.settings import Settings
from ioc.core.model import SeriesKey, SourceKey
from ioc.live.world import World
from ioc.ops.roles import CONNECTORS, INGEST
from ioc.platform import observed
from ioc.platform.observed import Watched

_UP = "up"


class Judged(NamedTuple):
    """The metric a source is judged by: `up` where it tells it, else anything it says."""

    series: SeriesKey
    tells_up: bool


def judged(world: World, key: SourceKey) -> Judged | None:
    """None for one that never said a number."""
    said = world.of(key).metrics
    tells_up = _UP in said and _UP in world.kinds[key.kind].metrics
    metric = _UP if tells_up else next(iter(said), None)
    return None if metric is None else Judged(SeriesKey(key, metric), tells_up)


def listeners(settings: Settings, key: SourceKey) -> tuple[str, ...]:
    """The roles without which it cannot be heard: ingest, and the connectors where they ask."""
    ours = any(connector.publish == str(key) for connector in settings.connector)
    return (INGEST, CONNECTORS) if ours else (INGEST,)


def listened(conn: Connection, lo: int, hi: int) -> Mapping[str, Sequence[Watched]]:
    """By role, the spans in which it listened."""
    return {role: observed.spans(conn, role, lo, hi) for role in (INGEST, CONNECTORS)}
