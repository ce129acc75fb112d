"""A metric store so plain that it is plainly right: every reading in a dictionary, every answer from all of them."""

from collections.abc import Sequence
from itertools import count

from ioc.core.model import Sample, SeriesKey
from ioc.metrics import Aggregate, Fill, Point, RangeQuery

FIGURES = {
    Aggregate.MEAN: lambda values: sum(values) / len(values),
    Aggregate.MIN: min,
    Aggregate.MAX: max,
    Aggregate.LAST: lambda values: values[-1],
    Aggregate.SUM: sum,
    Aggregate.COUNT: len,
}


class Reference:
    def __init__(self) -> None:
        self.readings: dict[SeriesKey, dict[int, float]] = {}

    def write(self, samples: Sequence[Sample]) -> None:
        for sample in samples:
            for metric, value in sample.values.items():
                self.readings.setdefault(SeriesKey(sample.key, metric), {})[sample.t] = float(value)

    def range(self, query: RangeQuery) -> list[Point]:
        inside = sorted((t, v) for t, v in self.readings.get(query.series, {}).items() if query.start <= t < query.end)
        starts = []
        for index in count():
            shifted = (query.start + query.offset_ms) // query.step_ms * query.step_ms - query.offset_ms
            start = shifted + index * query.step_ms
            if start >= query.end or query.end <= query.start:
                break
            starts.append(start)
        answers: list[float | None] = []
        for start in starts:
            values = [v for t, v in inside if start <= t < start + query.step_ms]
            answers.append(FIGURES[query.agg](values) if values else None)
        return list(zip(starts, filled(answers, query.fill), strict=True))


def filled(values: list[float | None], fill: Fill) -> list[float | None]:
    return [value if value is not None else _empty(values, at, fill) for at, value in enumerate(values)]


def _empty(values: list[float | None], at: int, fill: Fill) -> float | None:
    if fill is Fill.ZERO:
        return 0.0
    before = [i for i in range(at) if values[i] is not None]
    after = [i for i in range(at, len(values)) if values[i] is not None]
    if fill is Fill.PREVIOUS and before:
        return values[before[-1]]
    if fill is Fill.LINEAR and before and after:
        (a, b), (left, right) = (values[before[-1]], values[after[0]]), (before[-1], after[0])
        return a + (b - a) * (at - left) / (right - left)
    return None
