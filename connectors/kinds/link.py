"""Network lines between sites."""

from ioc.messages.kinds import MINUS_ONE, KindSpec, Metric, Word

kind = "link"

SPEC = KindSpec(
    kind=kind,
    foremost=("loss_pct", "rtt_ms"),
    rank=40,
    metrics={
        "up": Metric(boolean=True, critical_when=False),
        "loss_pct": Metric(unit="%", low=0, high=100, warning_above=5),
        "rtt_ms": Metric(unit="ms", low=0, warning_above=250, critical_above=450, not_known=MINUS_ONE),
        "rx_kbps": Metric(unit="kbit/s", low=0, not_known=MINUS_ONE),
        "tx_kbps": Metric(unit="kbit/s", low=0, not_known=MINUS_ONE),
    },
    words={"error": Word(), "cause": Word()},
)
