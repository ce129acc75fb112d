"""Elapsed time in whole units: a unit that is not over does not count, on boards and in messages."""

MINUTE_S = 60


def whole_minutes(seconds: float) -> int:
    return int(seconds // MINUTE_S)
