"""What a decoded message changes in the live state, and two such changes as one."""

from ioc.decode import Decoded
from ioc.live import Patch
from ioc.model import Leniency
from ioc.world import Live


def patch_of(good: Decoded, live: Live | None) -> Patch:
    """What a message changes in the live state.

    A retained message is what the broker kept, not a sign of life; one without a time of its own tells nothing new
    about a source whose values are known. A status that repeats itself keeps its beginning. Who measures something
    after having been called gone is there: a broker may tell of the old connection's end behind the new one's start.
    """
    patch = Patch(good.key)
    stale = good.retained and live is not None and Leniency.MISSING_TS in good.leniencies
    if not stale:
        t = good.t
        patch.metrics = {name: (t, value) for name, value in good.metrics.items()}
        if good.texts:
            patch.texts = {name: (t, text) for name, text in good.texts.items()}
    if not good.retained:
        patch.heard_at = good.received_at
    known = live.online if live is not None else None
    if good.online is not None and (known is None or known[1] != good.online):
        patch.online = (good.received_at, good.online)
    elif known is not None and not known[1] and not good.retained and min(good.t, good.received_at) >= known[0]:
        patch.online = (good.received_at, True)
    return patch


def join(waiting: Patch, patch: Patch) -> None:
    """Two steps of one source as one."""
    for name, measured in patch.metrics.items():
        if name not in waiting.metrics or measured[0] >= waiting.metrics[name][0]:
            waiting.metrics[name] = measured
    for name, said in patch.texts.items():
        if name not in waiting.texts or said[0] >= waiting.texts[name][0]:
            waiting.texts[name] = said
    waiting.online = patch.online or waiting.online
    waiting.heard_at = patch.heard_at or waiting.heard_at
