"""From a message on the bus to validated values of a source, or a named reason why not; pure but for its caches."""

from ioc.ingest.decode.decoder import Decoder
from ioc.ingest.decode.values import BadObject, Batch, Decoded

__all__ = ["BadObject", "Batch", "Decoded", "Decoder"]
