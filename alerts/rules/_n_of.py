"""Shares as alerts say them: the figure with the numbers it is made of, beside its limit."""

from alerts.model import Params
from ioc.core.share import rounded


def as_share(pct: float, n: float, of: float, limit: float) -> Params:
    """Value and limit in per cent, the value with n of N."""
    return {"value": _made_of(_percent(pct), n, of), "limit": _percent(limit)}


def as_quotient(n: float, of: float, limit: float) -> Params:
    return {"value": _made_of(plain(n / of), n, of), "limit": plain(limit)}


def plain(value: float, digits: int = 2) -> int | float:
    return int(value) if float(value).is_integer() else round(value, digits)


def _made_of(value: object, n: float, of: float) -> Params:
    return {"key": "alert.share", "params": {"share": value, "n": plain(n), "of": plain(of)}}


def _percent(value: float) -> Params:
    return {"key": "alert.percent", "params": {"value": plain(rounded(value)), "unit": "%"}}
