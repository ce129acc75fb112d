"""Service systems behind public administration: one-stop, portal, document exchange, mail, data centre."""

from ioc.messages.kinds import KindSpec, Metric, Word

kind = "service"

SPEC = KindSpec(
    kind=kind,
    foremost=("latency_ms", "cert_days_left"),
    rank=30,
    own_metrics=True,
    metrics={
        "up": Metric(boolean=True, critical_when=False),
        "latency_ms": Metric(unit="ms", low=0, warning_above=3_000),
        "http_status": Metric(low=0, high=999),
        "cert_days_left": Metric(unit="d", low=-36_500, high=36_500, warning_below=15, critical_below=7),
        "queue_depth": Metric(low=0),
        "on_battery": Metric(boolean=True, warning_when=True),
        "battery_pct": Metric(unit="%", low=0, high=100, gauge=True),
        "battery_min": Metric(unit="min", low=0, high=10_080, gauge=True, not_known=frozenset({255})),
        "ups_load_pct": Metric(unit="%", low=0, high=200, gauge=True),
        "temp_c": Metric(unit="°C", low=-60, high=200, gauge=True),
        "disk_used_pct": Metric(unit="%", low=0, high=100, gauge=True),
        "round_trip_ms": Metric(unit="ms", low=0, gauge=True),
    },
    words={"error": Word(), "cause": Word()},
)
