"""From a message on the bus to validated values of a source, or a named reason why not; pure but for its caches."""

from ioc.decode.decoder import Decoder
from ioc.decode.values import Bad, Batch, Decoded

__all__ = ["Bad", "Batch", "Decoded", "Decoder"]
