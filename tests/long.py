"""Sizes of tests that are also run long, by `scripts/long NAME`: the same code, more of it."""

import os


def size(name: str, short: int, long: int) -> int:
    """`long` while `scripts/long` runs that name."""
    return long if os.environ.get("IOC_LONG") == name else short
