"""Rule kind `call_left_open`: an endpoint is in a call outside any meeting, which may be an open microphone."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from alerts.model import Condition, Finding, View
from alerts.rules._watched import fresh, undecided, watched
from ioc.config.alerting import Minutes, Rule
from ioc.core.model import Severity
from ioc.domain.inventory import Source
from ioc.live.meetings import AnnouncedMeeting, between

kind = "call_left_open"
default_hold_s = 1_800.0
every_s = 2.0
LONGEST_OVERRUN_MS = 12 * 3_600_000
FEWEST_THAT_MEET = 3  # of two that both forgot to hang up nothing can be told


class EndpointSelector(Struct, frozen=True, kw_only=True):
    """One endpoint by its name; every endpoint when absent."""

    source: str | None = None


class Options(Struct, frozen=True, kw_only=True):
    """`hold_s` is how long a call may last outside any meeting; `early_min`: one may join so long before the start.

    A meeting that runs late lasts as long as half of those it expected are still in a call.
    """

    on: EndpointSelector = EndpointSelector()
    early_min: Minutes = 60.0


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    options: Options = rule.options
    with view.db.read() as conn:
        known = between(conn, view.now - LONGEST_OVERRUN_MS, view.now + round(options.early_min * 60_000))
    meetings = [meeting for meeting in known if _goes_on(view, meeting)]
    for source in watched(view, rule, "vc", options.on.source):
        finding = evaluate_source(view, rule, source, meetings)
        if finding is not None:
            yield finding


def evaluate_source(view: View, rule: Rule, source: Source, meetings: Iterable[AnnouncedMeeting]) -> Finding | None:
    opened = view.world.opened_at(source, view.now)
    if opened is None:
        return undecided(rule, source, Condition.CLOSED)
    live = view.world.of(source.key)
    reading = live.metrics.get("in_call")
    if reading is None or not fresh(view, source, reading[0], opened):
        return undecided(rule, source, Condition.UNKNOWN)
    at, in_call = reading
    conference_id = live.words().get("conference_id")
    if not in_call or any(_is_of(view, one, source, conference_id) for one in meetings):
        return None
    duration, muted = live.metrics.get("duration_s"), live.metrics.get("mic_muted")
    return Finding(
        rule.id,
        source.key,
        Condition.BAD,
        Severity(rule.severity),
        "alert.call_left_open_muted" if muted is not None and muted[1] else "alert.call_left_open",
        {"source": source.name},
        at if duration is None else duration[0] - round(float(duration[1]) * 1000),
        simulated=source.simulated,
    )


def _is_of(view: View, meeting: AnnouncedMeeting, source: Source, conference_id: str | None) -> bool:
    """Of a confidential meeting nobody knows the roster: every endpoint below its org may be in it."""
    if source.key in meeting.expected or meeting.conference_id == conference_id:
        return True
    return meeting.confidential and source.key.org in view.world.inventory.orgs.reach(meeting.org)


def _goes_on(view: View, meeting: AnnouncedMeeting) -> bool:
    return view.now < meeting.ends_at or _runs_late(view, meeting)


def _runs_late(view: View, meeting: AnnouncedMeeting) -> bool:
    readings = [view.world.of(key).metrics.get("in_call") for key in meeting.expected]
    still = sum(reading is not None and bool(reading[1]) for reading in readings)
    return len(readings) >= FEWEST_THAT_MEET and 2 * still >= len(readings)
