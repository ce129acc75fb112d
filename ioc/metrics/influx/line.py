"""Samples as line protocol: one measurement a kind, tags `org` and `source`, one float field a metric.

Every figure is written as a float, integers and booleans too: a field has one type for ever, and the first value of
a metric must not decide which. Names that cannot be written so that they read back the same are refused.
"""

import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Final, NamedTuple

from ioc.core.model import Sample, SourceKey
from ioc.metrics import RefusedSample

# "time" is dropped without a word by 1.x; a field called like a tag is refused by 3.x and ambiguous before
_TAKEN = re.compile(r"^(time|org|source)_*$")
_SPECIAL = re.compile(r"([,= ])")
MAX_NAME: Final = 256


class Lines(NamedTuple):
    """`lines[i]` is `samples[i]`; `refused` could not be written at all."""

    samples: list[Sample]
    lines: list[bytes]
    refused: list[RefusedSample]


def lines_of(samples: Sequence[Sample]) -> Lines:
    good: list[Sample] = []
    lines: list[bytes] = []
    refused: list[RefusedSample] = []
    heads, forms = _LineHeads(), _LineForms()
    for sample in samples:
        try:
            values = sample.values
            body = forms[*values] % (*map(float, values.values()),)
            if "=nan" in body or "=inf" in body or "=-inf" in body:
                _check_finite(sample)
            line = f"{heads[sample.key]}{body} {sample.t}".encode()
        except (ValueError, OverflowError) as error:
            refused.append(RefusedSample(sample, str(error)))
        else:
            if body:
                good.append(sample)
                lines.append(line)
    return Lines(good, lines, refused)


def head(measurement: str, key: SourceKey) -> str:
    """Everything before the fields; ValueError for a name that cannot be written."""
    _name(measurement)
    named = measurement.replace(",", r"\,").replace(" ", r"\ ")  # an "=" is itself here, escaped or not
    return f"{named},org={_tag(key.org)},source={_tag(key.source)} "


def field_of(metric: str) -> str:
    """The name of a metric's field."""
    return f"{metric}_" if _TAKEN.match(metric) else metric


def metric_of(field: str) -> str:
    return field[:-1] if _TAKEN.match(field) else field


def field_key(field: str) -> str:
    """A field's name as it stands in a line."""
    return _name(field)


def writable(key: SourceKey, metric: str = "x") -> bool:
    """True for a series that can exist here."""
    try:
        head(key.kind, key)
        _name(field_of(metric))
    except ValueError:
        return False
    return True


def _tag(text: str) -> str:
    # no version has an escape for a backslash before a comma, nor one for a line end
    if not text or "\\" in text or not text.isprintable() or len(text) > MAX_NAME:
        raise ValueError(f"{text!r}: empty, too long, or has a backslash or a control character")
    return _SPECIAL.sub(r"\\\1", text)


def _name(text: str) -> str:
    """Measurements and fields: none that begins as a comment does or as what InfluxDB keeps for itself."""
    if text.startswith(("#", "_")) or '"' in text:
        raise ValueError(f'{text!r}: begins with # or _, or has a "')
    return _tag(text)


def _check_finite(sample: Sample) -> None:
    for name, value in sample.values.items():
        if not isfinite(value):
            raise ValueError(f"{name}: {value} is not finite")


class _LineHeads(dict[SourceKey, str]):
    def __missing__(self, key: SourceKey) -> str:
        self[key] = made = head(key.kind, key)
        return made


class _LineForms(dict[tuple[str, ...], str]):
    """`waiting=%r,serving=%r` of the metrics waiting and serving."""

    def __missing__(self, metrics: tuple[str, ...]) -> str:
        self[metrics] = made = ",".join(f"{_name(field_of(metric))}=".replace("%", "%%") + "%r" for metric in metrics)
        return made


def line(start: str, fields: Mapping[str, float], t: int) -> bytes:
    """A line of our own bookkeeping: `start` ends with the space before the fields."""
    return f"{start}{','.join(f'{name}={float(value)!r}' for name, value in fields.items())} {t}".encode()
