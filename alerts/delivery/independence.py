"""Which channel of a chain is tried first: one that hangs on a system now in trouble waits for those that do not."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts.model import OPEN_STATES
from ioc.config.alerting import Channel
from ioc.core.model import Severity
from ioc.platform.db.tables import alert


class PutBack(NamedTuple):
    """A channel that is not tried first, and the source (ORG/KIND/SOURCE) in trouble that it hangs on."""

    channel: str
    because: str


class ChannelOrder(NamedTuple):
    """The channels of a chain in the order they are tried, and those that another order was meant for."""

    channels: tuple[str, ...]
    put_back: tuple[PutBack, ...]


class Independence:
    """Knows what each channel of the configuration hangs on (`depends_on`)."""

    def __init__(self, channels: Iterable[Channel]) -> None:
        self._hangs_on: Mapping[str, tuple[str, ...]] = {one.name: one.depends_on for one in channels}

    def order(self, conn: Connection, chain: Sequence[str], about: str) -> ChannelOrder:
        """The chain for one alert on the source `about`: a system is in trouble when it is that very source, or has a
        critical alert open, told or not. Where every channel hangs on trouble the chain stays as it is.
        """
        depended = {path for name in chain for path in self._hangs_on.get(name, ())}
        return self.reorder(chain, in_trouble(conn, depended) | ({about} & depended) if depended else frozenset())

    def reorder(self, chain: Sequence[str], troubled: Collection[str]) -> ChannelOrder:
        """Those that hang on nothing in trouble first, each part in the order it had."""
        reasons = {name: path for name in chain for path in self._hangs_on.get(name, ()) if path in troubled}
        free = tuple(name for name in chain if name not in reasons)
        if not free or not reasons:
            return ChannelOrder(tuple(chain), ())
        late = tuple(name for name in chain if name in reasons)
        return ChannelOrder((*free, *late), tuple(PutBack(name, reasons[name]) for name in late))


def in_trouble(conn: Connection, paths: Collection[str]) -> frozenset[str]:
    """Those of these sources (ORG/KIND/SOURCE) that have a critical alert open, held back or not."""
    columns = (alert.c.org, alert.c.kind, alert.c.source)
    query = sa.select(*columns).where(
        alert.c.open,
        alert.c.severity == Severity.CRITICAL,
        alert.c.state.in_(OPEN_STATES),
        alert.c.source.in_({path.rpartition("/")[2] for path in paths}),
    )
    return frozenset("/".join(row) for row in conn.execute(query)) & frozenset(paths)
