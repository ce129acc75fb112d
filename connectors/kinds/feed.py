"""Periodic figures: indices and statistics that come by the day, month or year."""

from collections.abc import Iterator
from typing import Any

from ioc.core.model import Reason
from ioc.core.periods import EXAMPLES
from ioc.domain.dossiers.reporting.roll_up import METRICS
from ioc.domain.figures.plausible import OF, impossible
from ioc.messages.kinds import KindSpec, Member, Metric, Sort, Word
from ioc.messages.wire import Fields, Rejected

kind = "feed"


def unfold(fields: Fields) -> dict[str, Any]:
    """`values` lie flat beside `period`, a share as NAME and NAME_of; `as_of` becomes a figure in epoch ms."""
    told = fields.obj.get("values", {})
    if not isinstance(told, dict):
        raise Rejected(Reason.WRONG_TYPE, "values: expected an object of numbers")
    values = dict(part for name, value in told.items() for part in _parts(name, value))
    wrong = [name for name, value in values.items() if isinstance(value, dict | list)]
    if wrong:
        raise Rejected(Reason.WRONG_TYPE, f"values.{wrong[0]}: expected a number")
    flat = {name: fields.as_number(name, value, None, None) for name, value in values.items() if value is not None}
    as_of = fields.time("as_of")
    return {
        **flat,
        **({"as_of": as_of} if as_of is not None else {}),
        **{name: fields.obj[name] for name in ("period", "complete") if name in fields.obj},
    }


def _parts(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """`{"numerator": 26, "denominator": 1064}` is two figures."""
    if isinstance(value, dict) and value.keys() == {"numerator", "denominator"}:
        yield name, value["numerator"]
        yield name + OF, value["denominator"]
    else:
        yield name, value


SPEC = KindSpec(
    kind=kind,
    interval_s=0,
    rank=60,
    own_metrics=True,
    delivers=True,
    metrics={
        "as_of": Metric(unit="ms", low=0, high=1e14),
        "complete": Metric(boolean=True),
        **{name: Metric(unit="%" if name.startswith("pct_") else "") for name in METRICS},
    },
    words={"period": Word(examples=EXAMPLES)},
    unfold=unfold,
    period="period",
    doubts=impossible,
    nested={"as_of": Member(Sort.TIME), "values": Member(Sort.FIGURES)},
)
