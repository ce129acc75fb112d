"""One look within its time limit: whatever goes wrong with the target ends as words, not as an exception."""

import asyncio
import logging

from connectors.runner import wording
from connectors.runner.contract import Probe, Seen
from connectors.runner.gear import Gear
from ioc.config.settings import Connector
from ioc.core.errors import IocError

log = logging.getLogger(__name__)


async def attempt(probe: Probe, connector: Connector, gear: Gear) -> Seen:
    """One look; a probe that breaks is logged and counts as a failed look, so that nobody believes "up"."""
    try:
        async with asyncio.timeout(connector.limit_s):
            return await probe.look(connector.options, gear)
    except (OSError, EOFError, TimeoutError, IocError) as error:
        return Seen(wording.why(error))
    except Exception as error:
        log.exception("connector %s: its look failed", connector.name)
        return Seen(f"probe failed: {type(error).__name__}")
