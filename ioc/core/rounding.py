"""How a time that has passed is told in whole units: one that is not over does not count, on boards and in messages."""

MINUTE_S = 60


def whole_minutes(seconds: float) -> int:
    return int(seconds // MINUTE_S)
