"""From what an endpoint told to what is published of it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from connectors.endpoints.session import EndpointSession
from connectors.runner import wording
from connectors.runner.contract import Seen
from connectors.runner.gear import Stopwatch
from ioc.core.errors import IocError
from ioc.core.model import Number

Told = tuple[Mapping[str, Number | None], Mapping[str, str | None]]  # figures and texts of a vc state
S = TypeVar("S", bound=EndpointSession)

OF_A_CALL = ("duration_s", "rx_kbps", "tx_kbps", "loss_rx_pct", "loss_tx_pct", "jitter_ms", "fps")


async def seen(session: S, read: Callable[[S], Awaitable[Told]]) -> Seen:
    """One look. A figure that is not told again stands as the last one known: the end of a call ends its figures."""
    import httpx2

    watch = Stopwatch()
    try:
        figures, texts = await read(session)
    except IocError as error:
        return Seen(wording.why(error), answered=True)
    except httpx2.HTTPError as error:
        return Seen(wording.why(error))
    told = {name: value for name, value in figures.items() if value is not None}
    if not told:
        return Seen("it tells nothing that is known here", answered=True)
    if told.get("in_call") is True:
        session.told_call = True
    elif told.get("in_call") is False and session.told_call:
        told = dict.fromkeys(OF_A_CALL, 0) | told
        session.told_call = False
    return Seen(None, watch.ms, told, texts)
