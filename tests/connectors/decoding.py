"""What ingest makes of a state that one of our own connectors published: it has to be taken."""

from typing import Any

import msgspec

from ioc.ingest.decode import Decoded, Decoder
from ioc.ingest.inbox import Received, Run
from tests.live import worlds

NOW = 1_795_140_000_000


def understood(topic: str, state: Any) -> Decoded:
    message = Received(NOW, topic, msgspec.json.encode(state), retained=False)
    batch = Decoder(worlds.kinds(), worlds.inventory()).batch(Run(1, [message]))
    assert [(bad.reason, bad.detail) for bad in batch.bad] == []
    return batch.good[0]
