"""Sizes of tests that are also run long, by `scripts/long NAME`: the same code, more of it."""

import os


def running_long(*names: str) -> bool:
    """True while `scripts/long` runs one of them."""
    return os.environ.get("IOC_LONG") in names


def size(name: str, short: int, long: int) -> int:
    """`long` while `scripts/long` runs that name."""
    return long if running_long(name) else short
