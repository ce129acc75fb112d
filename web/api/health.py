"""Is it alive, is it ready, and its counters for Prometheus."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct
from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.engine import Connection

from alerts import queries, reach
from alerts.model import ChannelState
from alerts.reach import ChannelStanding
from alerts.repository import DROPS
from ioc.config.settings import Settings
from ioc.core.model import Role
from ioc.platform.beat import Pulse, pulses
from ioc.platform.db.tables import counter
from web.boundary.answers import Answer, Document
from web.boundary.call import Call
from web.boundary.ports import Build, Reads
from web.boundary.route import Open, Route
from web.clients import Connections

TEXT = "text/plain; charset=utf-8"
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
NEEDED = frozenset({"alerts", "ingest", "web"})
Sample = tuple[dict[str, str], float]


class HealthAnswer(Struct, frozen=True):
    """This process serves."""

    status: Literal["ok"]
    build: str


def healthz(call: Call, of: Build) -> HealthAnswer:
    return HealthAnswer("ok", of.build)


def readyz(call: Call, records: Reads, settings: Settings) -> Answer[str]:
    """One line a role: its name, how it is, and how long ago it said so; 503 while one that is needed is missing."""
    heard = {pulse.role: pulse for pulse in records.read(lambda conn: pulses(conn, call.now))}
    alive = {role for role, pulse in heard.items() if pulse.alive}
    roles = sorted(needed(settings) | alive)
    lines = [_line(role, heard.get(role), call.now) for role in roles]
    ready = all(role in heard and heard[role].alive and heard[role].ok for role in roles)
    return Answer("\n".join(lines) + "\n", 200 if ready else 503, TEXT)


def needed(settings: Settings) -> frozenset[str]:
    """The roles without which this installation is not whole."""
    return NEEDED | {"connectors"} if settings.connector else NEEDED


def _line(role: str, pulse: Pulse | None, now: int) -> str:
    if pulse is None:
        return f"{role} missing"
    word = "late" if not pulse.alive else "ok" if pulse.ok else "trouble"
    said = " ".join(f"{name}={value}" for name, value in pulse.detail.items())
    return f"{role} {word} {max(0, now - pulse.at) / 1000:.1f} s ago {said}".rstrip()


def metrics(call: Call, records: Reads, clients: Connections, settings: Settings) -> Answer[str]:
    """Totals since the installation began; what a role says of itself becomes gauges by its name."""
    families = [
        *records.read(lambda conn: _read(conn, call.now, [channel.name for channel in settings.channel])),
        _gauge("ioc_live_clients", "Screens connected to this worker", [({}, len(clients))]),
        _counter("ioc_live_clients_cut_total", "Screens cut because they took nothing", [({}, clients.cut)]),
    ]
    return Answer(
        "".join(map(_plain, generate_latest(_Families(families)).decode().splitlines())), content_type=PROMETHEUS
    )


def _plain(line: str) -> str:
    """A number as people write it: the library's are 12.0 and 1.2e+06, which not everybody reads."""
    if line.startswith("#"):
        return f"{line}\n"
    name, _, value = line.rpartition(" ")
    return f"{name} {float(value):.15g}\n"


class _Families(Collector):
    """The text of one answer, as prometheus_client writes it."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _read(conn: Connection, now: int, channels: Collection[str]) -> list[Metric]:
    outcomes: list[Sample] = []
    other: dict[str, list[Sample]] = {}
    for name, label, n in conn.execute(sa.select(counter.c.name, counter.c.label, counter.c.n)):
        if name in ("stored", "quarantined", "refused"):
            outcomes.append(({"outcome": name, "reason": label}, n))
        elif name != DROPS:
            other.setdefault(name, []).append(({"reason": label} if label else {}, n))
    heard = pulses(conn, now)
    dropped: list[Sample] = [({"reason": reason}, n) for reason, n in queries.drop_counts(conn).items()]
    return [
        _counter("ioc_messages_total", "Messages by outcome and reason", outcomes),
        *(_counter(f"ioc_messages_{name}_total", f"Messages: {name}", told) for name, told in sorted(other.items())),
        _gauge(
            "ioc_role_up", "Whether a role lives and is well", [({"role": p.role}, p.alive and p.ok) for p in heard]
        ),
        *_said(heard),
        _gauge("ioc_alerts", "Alerts", _pairs(queries.alert_counts(conn), "state", "severity")),
        _gauge("ioc_notifications", "Notifications", _pairs(queries.notification_counts(conn), "channel", "state")),
        *_channels(reach.standings(conn, channels), now),
        _counter("ioc_deliveries_total", "Tries to deliver", _pairs(queries.delivery_counts(conn), "channel", "ok")),
        _counter("ioc_notifications_dropped_total", "Notifications that were not made, by reason", dropped),
    ]


def _channels(standings: Iterable[ChannelStanding], now: int) -> list[Metric]:
    """How long one has failed, what waits in it, and for how long."""
    at = {one.channel: one for one in standings}
    failing = {name: one.since or now for name, one in at.items() if one.state is ChannelState.FAILING}
    waits = [({"channel": name}, max(0, now - (one.oldest_at or now)) / 1000) for name, one in at.items()]
    return [
        _gauge("ioc_channel_up", "Whether a channel delivers", [({"channel": n}, n not in failing) for n in at]),
        _gauge(
            "ioc_channel_failing_seconds",
            "Since when a channel has failed; 0: it works",
            [({"channel": name}, (now - failing[name]) / 1000 if name in failing else 0) for name in at],
        ),
        _gauge("ioc_channel_queue", "Notifications that wait", [({"channel": n}, one.queued) for n, one in at.items()]),
        _gauge("ioc_channel_oldest_seconds", "How long the oldest of them has waited", waits),
    ]


def _said(heard: Iterable[Pulse]) -> list[Metric]:
    return [
        _gauge(f"ioc_{pulse.role}_{name}", f"{name} as {pulse.role} tells it", [({}, value)])
        for pulse in heard
        for name, value in sorted(pulse.detail.items())
        if isinstance(value, int | float)
    ]


def _pairs(counts: Mapping[tuple[str, Any], int], first: str, second: str) -> list[Sample]:
    return [({first: a, second: str(b).lower()}, n) for (a, b), n in sorted(counts.items())]


def _gauge(name: str, what: str, samples: Iterable[Sample]) -> Metric:
    return _told(GaugeMetricFamily(name, what), name, samples)


def _counter(name: str, what: str, samples: Iterable[Sample]) -> Metric:
    return _told(CounterMetricFamily(name, what), name, samples)


def _told(family: Metric, name: str, samples: Iterable[Sample]) -> Metric:
    for labels, value in samples:
        family.add_sample(name, labels, float(value))
    return family


_READY = (Document(TEXT), Document(TEXT, 503))
ROUTES = (
    Route("GET", "/healthz", Open.TO_ALL, healthz, "Whether this process serves"),
    Route("GET", "/readyz", Role.WALL, readyz, "A line a role", documents=_READY),
    Route("GET", "/metrics", Role.WALL, metrics, "Counters for Prometheus", documents=(Document(PROMETHEUS),)),
)
