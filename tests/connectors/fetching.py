"""Connectors that fetch dossiers, one turn at a time, with a broker that can be read and can be away."""

import json
from pathlib import Path
from typing import Any

from connectors.deliveries.desk import Importer
from connectors.deliveries.rounds import pulls
from ioc.config.settings import Connector
from ioc.core.errors import Code, IocError
from ioc.core.registry import Plugins
from tests.clock import FakeClock
from tests.connectors.probing import connector
from tests.live import worlds

NOW = 1_795_140_000_000  # 2026-11-20T09:00+07:00
HEAD = "Mã hồ sơ;Trạng thái;Đơn vị tiếp nhận;Ngày tiếp nhận;Ngày hẹn trả\n"


def row(n: int, status: str = "Đang xử lý") -> str:
    return f"H22.15-{n};{status};hg.dong-van;02/11/2026 08:15;12/11/2026\n"


def nightly(rows: int, **changed: str) -> str:
    """A night's export; `changed` are statuses by row, such as `r7="Đã trả kết quả"`."""
    return HEAD + "".join(row(n, changed.get(f"r{n}", "Đang xử lý")) for n in range(rows))


class Broker:
    """Takes messages until it is `away`."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Any]] = []
        self.away_after: int | None = None

    def publish(self, topic: str, payload: bytes) -> None:
        if self.away_after is not None and len(self.taken) >= self.away_after:
            raise IocError(Code.BROKER_UNAVAILABLE, "broker: no acknowledgement")
        assert len(payload) <= 256 * 1024
        self.taken.append((topic, json.loads(payload)))

    def said(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Events and states since the last time."""
        events = [event for topic, array in self.taken if topic.endswith("/event") for event in array]
        states = [state for topic, state in self.taken if topic.endswith("/state")]
        assert all(len(array) <= 1_000 for topic, array in self.taken if topic.endswith("/event"))
        self.taken.clear()
        return events, states


class House:
    """A desk of the small province."""

    def __init__(self, root: Path) -> None:
        self.broker, self.clock = Broker(), FakeClock(NOW)
        inventory, decode = worlds.inventory(), worlds.kinds()["dossier"].decode_event
        self.desk = Importer(root, lambda _now: inventory, decode, self.broker.publish, self.clock)

    def turn(self, one: Connector):
        """The outcomes of one turn, the events and the states; a minute later than the last."""
        self.clock.advance(60)
        outcomes = self.desk.visit(one, pulls(Plugins())[one.kind])
        return outcomes, *self.broker.said()


def fetcher(kind: str, **keys: Any) -> Connector:
    return connector(kind, publish="hg/dossier/mot-cua", **keys)
