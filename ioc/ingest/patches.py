"""Changes of the live state: the one a decoded message makes, and two such changes as one."""

from ioc.core.model import Leniency
from ioc.ingest.decode import Decoded
from ioc.live.deltas import Patch
from ioc.live.world import Live

# its instant is not the device's own: nothing tells how long the broker has kept it
_AGELESS = frozenset({Leniency.MISSING_TS, Leniency.CLOCK_AHEAD, Leniency.CLOCK_BEHIND})


def patch_of(good: Decoded, live: Live | None, kept: bool | None = None) -> Patch:
    """What a message changes in the live state; `kept` its retained status as last delivered.

    A retained message is what the broker kept, not a sign of life; one without a time of its own tells nothing new
    about a source whose values are known. That a device is gone is no sign of its life either.
    Figures of a period are of an instant of it, whenever they were told.
    """
    patch = Patch(good.key)
    if live is None or not ageless(good):
        t = good.as_of
        patch.metrics = {name: (t, value) for name, value in good.credible.items()}
        if good.texts:
            patch.texts = {name: (t, text) for name, text in good.texts.items()}
    if not good.retained and good.online is not False:
        patch.heard_at = good.received_at
    patch.online = _presence(good, live, kept)
    return patch


def ageless(good: Decoded) -> bool:
    """Kept by the broker for nobody knows how long."""
    return good.retained and not _AGELESS.isdisjoint(good.leniencies)


def _presence(good: Decoded, live: Live | None, kept: bool | None) -> tuple[int, bool] | None:
    """Whether it is there from now on; None where that stays as it was.

    A status that repeats itself keeps its beginning. Only data or `true` bring back who was called gone: who measures
    something after that is there, since a broker may tell of the old connection's end behind the new one's start.
    """
    known = None if live is None else live.online
    if good.online is None:
        if known is None or known[1] or good.retained or min(good.t, good.received_at) < known[0]:
            return None
        return good.received_at, True
    if (known is not None and known[1] is good.online) or (good.retained and not _counts(good, live, kept)):
        return None
    return good.received_at, good.online


def _counts(good: Decoded, live: Live | None, kept: bool | None) -> bool:
    """Whether a retained status is newer than all that is known of its source.

    Its own time decides. One without any counts for a source never heard, and where the broker kept another before:
    of any other nobody can tell whether it is older than what its source has measured since.
    """
    if live is None or (live.heard_at is None and live.online is None):
        return True
    if ageless(good):
        return kept is not None and kept is not good.online
    return good.t > max(live.heard_at or 0, live.as_of or 0, live.online[0] if live.online else 0)


def join(waiting: Patch, patch: Patch) -> None:
    """Two steps of one source as one."""
    for name, measured in patch.metrics.items():
        if name not in waiting.metrics or measured[0] >= waiting.metrics[name][0]:
            waiting.metrics[name] = measured
    for name, said in patch.texts.items():
        if name not in waiting.texts or said[0] >= waiting.texts[name][0]:
            waiting.texts[name] = said
    if patch.online is not None and (waiting.online is None or patch.online[0] >= waiting.online[0]):
        waiting.online = patch.online
    waiting.heard_at = max(patch.heard_at or 0, waiting.heard_at or 0) or None
