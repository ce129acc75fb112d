"""The sign of life outward: one GET, for a watchman who misses it when nobody here can tell."""

from typing import Final

import httpx2

from ioc.core.errors import Code, IocError

EVERY_S: Final = 60.0
TIMEOUT_S: Final = 10.0


def tell(url: str) -> None:
    """IocError `heartbeat_unanswered` where nobody took it; the address may be a secret and is not said."""
    try:
        status = httpx2.get(url, timeout=TIMEOUT_S, trust_env=False).status_code
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise IocError(Code.HEARTBEAT_UNANSWERED, f"heartbeat_url: {type(error).__name__}") from error
    if status >= 400:
        raise IocError(Code.HEARTBEAT_UNANSWERED, f"heartbeat_url: answered {status}")
