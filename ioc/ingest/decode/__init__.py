"""From a message on the bus to validated values of a source, or a named reason why not; pure but for its caches."""

from ioc.ingest.decode.decoder import Decoder
from ioc.ingest.decode.values import Bad, Batch, Decoded

__all__ = ["Bad", "Batch", "Decoded", "Decoder"]
