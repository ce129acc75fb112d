"""Plausibility of a periodic figure: within its scale, no more than its whole, by the length of its period."""

from collections.abc import Iterator, Mapping
from typing import Final

from ioc.core.periods import Length

RANK, TOTAL, OF = "rank", "rank_total", "_of"
# the indices of provinces, each with its highest value; they are made once a year
YEARLY: Final[Mapping[str, float]] = {"par_index": 100, "sipas": 100, "papi": 80, "ict_index": 100}
SCALES: Final[Mapping[str, float]] = {**YEARLY, "index766": 100}
# counts of dossiers, each with the count it is a part of
PARTS: Final[Mapping[str, str | None]] = {
    "received": None, "received_online": "received", "carried_over": None, "must_resolve": None,
    "resolved_early": "must_resolve", "resolved_on_time": "must_resolve", "resolved_late": "must_resolve",
    "resolved_undated": None, "open_in_term": None, "open_overdue": "must_resolve", "due_unconfirmed": None,
    "paused": None, "near_due": None, "late_to_accept": None,
}  # fmt: skip


def impossible(values: Mapping[str, float], length: Length | None = None) -> dict[str, str]:
    """The figures that cannot be true beside the others of their period, each with what is allowed."""
    return {name: why for name in values if (why := next(_against(name, values, length), None)) is not None}


def _against(name: str, values: Mapping[str, float], length: Length | None) -> Iterator[str]:
    value, whole = values[name], values.get(name + OF)
    if length not in (None, Length.YEAR) and _index(name) is not None:
        yield "it is made once a year: a period such as 2026"
    if _is(name, RANK):
        total = values.get(f"{name}_total")
        if not _counts(value) or value < 1 or (total is not None and value > total):
            yield "a whole number from 1" + ("" if total is None else f" to {total:g} ({name}_total)")
    elif _is(name, TOTAL) and (not _counts(value) or value < 1):
        yield "a whole number from 1"
    if name in PARTS:
        yield from _as_count(value, PARTS[name], values)
    if (top := _highest(name)) is not None and not 0 <= value <= top:
        yield f"0 to {top:g}"
    if whole is not None and not 0 <= value <= whole:
        yield f"0 to {whole:g} ({name}{OF})"
    if name.endswith(OF) and name.removesuffix(OF) in values and value < 0:
        yield "0 or more"


def _as_count(value: float, of: str | None, values: Mapping[str, float]) -> Iterator[str]:
    if not _counts(value):
        yield "a whole number from 0"
    elif of is not None and of in values and value > values[of]:
        yield f"0 to {values[of]:g} ({of})"


def _highest(name: str) -> float | None:
    """Of an index or a percentage; None where there is no limit."""
    return 100.0 if name.startswith("pct_") or name.endswith("_pct") else SCALES.get(name)


def _index(name: str) -> str | None:
    """The yearly index that a figure is of, itself or its rank."""
    return next((one for one in YEARLY if name in (one, f"{one}_{RANK}", f"{one}_{TOTAL}")), None)


def _is(name: str, word: str) -> bool:
    return name == word or name.endswith(f"_{word}")


def _counts(value: float) -> bool:
    return float(value).is_integer() and value >= 0
