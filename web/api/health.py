"""Is it alive, is it ready, and its counters for Prometheus."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts import queries
from alerts.repository import DROPS
from ioc.config.settings import Settings
from ioc.core.model import Role
from ioc.platform.beat import Pulse, pulses
from ioc.platform.db.tables import counter
from web.boundary.route import Answer, Call, Open, Route

TEXT = "text/plain; charset=utf-8"
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
NEEDED = frozenset({"alerts", "ingest", "web"})
Sample = tuple[dict[str, str], float]
Family = tuple[str, str, list[Sample]]


def healthz(call: Call) -> dict[str, Any]:
    return {"status": "ok", "build": call.site.build}


def readyz(call: Call) -> Answer:
    """One line a role: its name, how it is, and how long ago it said so; 503 while one that is needed is missing."""
    heard = {pulse.role: pulse for pulse in call.site.read(lambda conn: pulses(conn, call.now))}
    alive = {role for role, pulse in heard.items() if pulse.alive}
    roles = sorted(needed(call.site.context.settings) | alive)
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


def metrics(call: Call) -> Answer:
    """Totals since the installation began; what a role says of itself becomes gauges by its name."""
    rows = call.site.read(lambda conn: _read(conn, call.now))
    site = call.site
    families: list[Family] = [
        *rows,
        ("ioc_live_clients", "gauge", [({}, float(len(site.clients)))]),
        ("ioc_live_clients_cut_total", "counter", [({}, float(site.clients.cut))]),
    ]
    return Answer("".join(_family(*family) for family in families), 200, PROMETHEUS)


def _read(conn: Connection, now: int) -> list[Family]:
    outcomes: list[Sample] = []
    other: dict[str, list[Sample]] = {}
    for name, label, n in conn.execute(sa.select(counter.c.name, counter.c.label, counter.c.n)):
        if name in ("stored", "quarantined", "refused"):
            outcomes.append(({"outcome": name, "reason": label}, n))
        elif name != DROPS:
            other.setdefault(f"ioc_messages_{name}_total", []).append(({"reason": label} if label else {}, n))
    heard = pulses(conn, now)
    return [
        ("ioc_messages_total", "counter", outcomes),
        *((name, "counter", samples) for name, samples in sorted(other.items())),
        ("ioc_role_up", "gauge", [({"role": p.role}, float(p.alive and p.ok)) for p in heard]),
        *_said(heard),
        ("ioc_alerts", "gauge", _pairs(queries.alert_counts(conn), "state", "severity")),
        ("ioc_notifications", "gauge", _pairs(queries.notification_counts(conn), "channel", "state")),
        ("ioc_deliveries_total", "counter", _pairs(queries.delivery_counts(conn), "channel", "ok")),
        (
            "ioc_notifications_dropped_total",
            "counter",
            [({"reason": reason}, n) for reason, n in queries.drop_counts(conn).items()],
        ),
    ]


def _said(heard: Iterable[Pulse]) -> list[Family]:
    return [
        (f"ioc_{pulse.role}_{name}", "gauge", [({}, float(value))])
        for pulse in heard
        for name, value in sorted(pulse.detail.items())
        if isinstance(value, int | float)
    ]


def _pairs(counts: Mapping[tuple[str, Any], int], first: str, second: str) -> list[Sample]:
    return [({first: a, second: str(b).lower()}, n) for (a, b), n in sorted(counts.items())]


def _family(name: str, sort: str, samples: list[Sample]) -> str:
    lines = "".join(f"{name}{_labels(labels)} {value:.15g}\n" for labels, value in samples)
    return f"# TYPE {name} {sort}\n{lines}"


def _labels(labels: dict[str, str]) -> str:
    def escaped(value: object) -> str:
        return str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

    inner = ",".join(f'{key}="{escaped(value)}"' for key, value in labels.items())
    return f"{{{inner}}}" if inner else ""


ROUTES = (
    Route("GET", "/healthz", Open.TO_ALL, healthz, "Whether this process serves"),
    Route("GET", "/readyz", Role.WALL, readyz, "A line a role", answers="text"),
    Route("GET", "/metrics", Role.WALL, metrics, "Counters for Prometheus", answers="text"),
)
