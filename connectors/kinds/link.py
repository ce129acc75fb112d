"""Network lines between sites."""

from ioc.kinds import KindSpec, Metric, Word

kind = "link"

SPEC = KindSpec(
    kind=kind,
    metrics={
        "up": Metric(boolean=True, critical_when=False),
        "loss_pct": Metric(unit="%", low=0, high=100, warning_above=1, critical_above=5),
        "rtt_ms": Metric(unit="ms", low=0, warning_above=250, critical_above=450),
        "rx_kbps": Metric(unit="kbit/s", low=0),
        "tx_kbps": Metric(unit="kbit/s", low=0),
    },
    words={"error": Word(), "cause": Word()},
)
