"""Forbidden attempts: the server names connections, the accounts behind them are asked for and kept."""

import logging
from collections import Counter

from ioc.platform.nats.api import Api

log = logging.getLogger(__name__)

SHOWN = 5
_ALSO_CLOSED = 2
UNKNOWN = "gone before it was asked for"


class Violations:
    """Counts by account since the server was started."""

    def __init__(self) -> None:
        self.by_account: Counter[str] = Counter()
        self._told: Counter[int] = Counter()
        self._names: dict[int, str] = {}

    def look(self, api: Api, by_connection: Counter[int]) -> None:
        """Take in what is new in `by_connection`."""
        more = by_connection - self._told
        if not more:
            return
        if unknown := more.keys() - self._names.keys():
            self._names |= {each: name for each, name in _accounts(api).items() if each in unknown}
        for connection, n in more.items():
            name = self._names.get(connection, UNKNOWN)
            if not self.by_account[name]:
                log.warning("%s: tried to publish or to read what it may not; from now on only counted", name)
            self.by_account[name] += n
        self._told = Counter(by_connection)

    def __str__(self) -> str:
        """The worst of them."""
        return ", ".join(f"{name}: {n}" for name, n in self.by_account.most_common(SHOWN))


def _accounts(api: Api) -> dict[int, str]:
    answer = api.request("$SYS.REQ.ACCOUNT.PING.CONNZ", {"auth": True, "state": _ALSO_CLOSED, "limit": 65_536})
    connections = answer.get("data", {}).get("connections", [])
    return {each["cid"]: each.get("authorized_user", UNKNOWN) for each in connections}
