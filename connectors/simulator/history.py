"""The past a newcomer missed: telling series of the last week and the dossiers on their way, in arrays."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final

from connectors.simulator.days import DAY, MINUTE, day_of, in_office
from connectors.simulator.dossiers import LONGEST_LIFE_DAYS
from connectors.simulator.province import Province, SimMessage

STEP: Final = 10 * MINUTE
# the oldest state the contract stores under its own time, with a margin for the way
OLDEST_STATE: Final = 7 * DAY - 30 * MINUTE
DOSSIER_DAYS: Final = LONGEST_LIFE_DAYS - 10
BATCH: Final = 48

Batch = list[SimMessage]  # of one topic


def history(province: Province, since: int | None, now: int) -> Iterator[Batch]:
    """Messages after `since` (None: nothing was ever sent) up to today, or up to `now` for states."""
    for messages in (_dossiers(province, since, now), _kiosks(province, since, now), _services(province, since, now)):
        for _topic, found in groupby(messages, key=attrgetter("topic")):
            yield from _batched(found)


def _dossiers(province: Province, since: int | None, now: int) -> Iterator[SimMessage]:
    """Today's events are part of every beginning, so the past ends at midnight."""
    today = day_of(now)
    first = today - timedelta(days=DOSSIER_DAYS)
    day = first if since is None else max(first, day_of(since))
    while day < today:
        events = sorted(province.dossiers(day, first), key=attrgetter("at"))
        yield from (event for event in events if since is None or event.at > since)
        day += timedelta(days=1)


def _kiosks(province: Province, since: int | None, now: int) -> Iterator[SimMessage]:
    for message in _states(province, "queue", since, now):
        if in_office(message.at):
            yield message


def _services(province: Province, since: int | None, now: int) -> Iterator[SimMessage]:
    return _states(province, "service", since, now)


def _states(province: Province, kind: str, since: int | None, now: int) -> Iterator[SimMessage]:
    oldest = max(since or 0, now - OLDEST_STATE)
    for site in province.roster.of(kind):
        for t in range(oldest // STEP * STEP + STEP, now, STEP):
            message = province.state(site, t)
            if message is not None:
                yield message


def _batched(messages: Iterable[SimMessage]) -> Iterator[Batch]:
    batch: Batch = []
    for message in messages:
        batch.append(message)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
