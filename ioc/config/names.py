"""Names of accounts that the embedded broker makes itself, and that nobody else's may be."""

from typing import Final

KEEPER: Final = "ioc-keeper"
INGEST: Final = "ioc:ingest"
BUS: Final = "ioc:bus"
OWN: Final = frozenset({KEEPER, INGEST, BUS})
