"""The health of a channel: working or failing, since when and why, and how long addresses and the channel rest."""

from collections.abc import Collection
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts.delivery.due import LONGEST_WAIT_S
from alerts.delivery.failures import OF_THE_CHANNEL
from alerts.model import ChannelState, DeliveryFailure
from ioc.core.clock import Clock
from ioc.platform.db import Database
from ioc.platform.db.tables import channel_health

FIRST_WAIT_S = 2  # after a failure; doubled each time
_FAILING_AFTER = 2  # failures in a row


def backoff_s(failures: int) -> int:
    """The wait after so many failures in a row."""
    return min(LONGEST_WAIT_S, FIRST_WAIT_S << min(failures - 1, 16))


@dataclass(slots=True)
class Rest:
    """How often it failed in a row, and until when (monotonic) it is left alone."""

    failures: int = 0
    until: float = 0.0

    def fail(self, now: float) -> int:
        """One more; the seconds to wait."""
        self.failures += 1
        wait_s = backoff_s(self.failures)
        self.until = now + wait_s
        return wait_s


@dataclass(slots=True)
class ChannelHealth:
    """What this process saw of one channel since it became active.

    One address that fails rests alone. The channel rests when failures in a row are not those of one address.
    """

    clock: Clock
    state: ChannelState = ChannelState.OK
    since: int = 0
    _channel: Rest = field(default_factory=Rest)
    _addresses: dict[str, Rest] = field(default_factory=dict)
    _failed_in_a_row: set[str] = field(default_factory=set)
    _began_failing: int = 0

    def succeeded(self, address: str) -> bool:
        """True when the channel works again: then nobody rests any longer."""
        self._addresses.pop(address, None)
        self._failed_in_a_row.clear()
        self._channel = Rest()
        if self.state is ChannelState.OK:
            return False
        self._addresses.clear()
        self.state, self.since = ChannelState.OK, self.clock.now_ms()
        return True

    def failed(self, address: str, failure: DeliveryFailure) -> int:
        """A transient failure; the seconds until this address is tried again."""
        now = self.clock.monotonic()
        if not self._channel.failures:
            self._began_failing = self.clock.now_ms()
        self._failed_in_a_row.add(address)
        wait_s = self._addresses.setdefault(address, Rest()).fail(now)
        self._channel.failures += 1
        if self._is_the_channels(failure):
            self._channel.until = now + backoff_s(self._channel.failures - 1)
            if self.state is ChannelState.OK:
                self.state, self.since = ChannelState.FAILING, self._began_failing
        return wait_s

    def resting(self) -> Collection[str]:
        """The addresses that are left alone now."""
        now = self.clock.monotonic()
        return [address for address, rest in self._addresses.items() if rest.until > now]

    @property
    def rests(self) -> bool:
        return self.clock.monotonic() < self._channel.until

    def _is_the_channels(self, failure: DeliveryFailure) -> bool:
        often = self._channel.failures >= _FAILING_AFTER
        return failure is DeliveryFailure.AUTH or (
            often and (failure in OF_THE_CHANNEL or len(self._failed_in_a_row) > 1)
        )


def remember(
    db: Database,
    conn: Connection,
    channel: str,
    health: ChannelHealth,
    failure: DeliveryFailure | None,
    detail: str | None,
) -> None:
    """Write it for who asks: the web and the rules."""
    values = {"state": health.state, "since": health.since, "failure": failure, "detail": detail}
    insert = db.upsert(channel_health).values(channel=channel, **values)
    conn.execute(insert.on_conflict_do_update(index_elements=["channel"], set_=values))


def remembered(conn: Connection, channel: str, clock: Clock) -> ChannelHealth:
    """As an earlier process left it; how long anybody rests begins anew."""
    row = conn.execute(sa.select(channel_health).where(channel_health.c.channel == channel)).first()
    return ChannelHealth(clock) if row is None else ChannelHealth(clock, ChannelState(row.state), row.since)
