"""The topics on which our own roles speak to each other; no device may, and ingest hears replays alone."""

from typing import Final

DELTA: Final = "ioc/live/v1/delta"
NOTICE: Final = "ioc/live/v1/notice"
REPLAY: Final = "ioc/live/v1/replay"
PROBES: Final = "ioc/live/v1/probe"  # below these two a broker is tried out
TRIALS: Final = "ioc/live/v1/doctor"
