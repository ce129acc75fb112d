"""Rule kind `conference_precheck`: a meeting is near, or begun, and endpoints that it expects are not there."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from alerts.model import Condition, Finding, View
from ioc.config.alerting import Rule, SeverityWord
from ioc.config.fields import Positive
from ioc.core.clock import local
from ioc.core.model import Severity, SourceKey
from ioc.live.meetings import AnnouncedMeeting, SitePresence, between, confirmations, roll_call
from ioc.live.world import World

kind = "conference_precheck"
default_hold_s = 0.0
every_s = 2.0
CATCH_UP_MS = 120_000  # after we were away ourselves, endpoints are given so long to be heard
NAMED = 3


class Options(Struct, frozen=True, kw_only=True):
    """The roll is called so many minutes before the start (each time anew), then on to the end of the meeting.

    `during` is the severity once the meeting has begun. A site that somebody confirmed by hand is not missing.
    """

    before_min: Annotated[tuple[Positive, ...], Meta(min_length=1)] = (60, 30)
    during: SeverityWord = "critical"


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    options: Options = rule.options
    scope = view.world.inventory.orgs.reach(rule.org)
    with view.db.read() as conn:
        near = between(conn, view.now, view.now + max(options.before_min) * 60_000)
        confirmed = {(one.org, one.conference_id): confirmations(conn, one) for one in near if one.org in scope}
    for meeting in near:
        if meeting.org in scope:
            called = roll_call(view.world, meeting, confirmed[meeting.org, meeting.conference_id], view.now)
            missing = [key for key, presence in called.items() if presence.missing]
            if missing:
                yield _finding(view, rule, meeting, missing, called[missing[0]])


def stage(options: Options, meeting: AnnouncedMeeting, now: int) -> int:
    """How many roll calls have come, the start of the meeting among them."""
    calls = [meeting.starts_at - minutes * 60_000 for minutes in sorted(options.before_min, reverse=True)]
    return sum(at <= now for at in (*calls, meeting.starts_at))


def _finding(
    view: View, rule: Rule, meeting: AnnouncedMeeting, missing: Sequence[SourceKey], why: SitePresence
) -> Finding:
    options: Options = rule.options
    begun = view.now >= meeting.starts_at
    severity = Severity(rule.severity)
    if begun:
        severity = max(severity, Severity(options.during), key=lambda one: one.rank)
    if view.listening_since is None:
        return Finding(rule.id, meeting.org, Condition.UNKNOWN, severity, aspect=_aspect(meeting))
    tz = view.world.inventory.orgs.tz(meeting.org)
    sources = view.world.inventory.sources
    return Finding(
        rule.id,
        meeting.org,
        Condition.BAD,
        severity,
        f"alert.conference_{'during' if begun else 'before'}{'_one' if len(missing) == 1 else ''}",
        {
            "n": len(missing),
            "of": len(meeting.expected),
            "meeting": meeting.title or meeting.conference_id,
            "starts": f"{local(meeting.starts_at, tz):%H:%M %d/%m}",
            "sites": _names(view.world, missing),
            "why": {"key": f"alert.site.{why}"},
        },
        meeting.starts_at - max(options.before_min) * 60_000,
        not_before=view.listening_since + CATCH_UP_MS,
        simulated=all(key in sources and sources[key].simulated for key in meeting.expected),
        aspect=_aspect(meeting),
        stage=stage(options, meeting, view.now),
    )


def _names(world: World, missing: Sequence[SourceKey]) -> str:
    sources = world.inventory.sources
    names = [sources[key].name if key in sources else f"{key.org}/{key.source}" for key in missing[:NAMED]]
    return ", ".join(names) + (f" (+{len(missing) - NAMED})" if len(missing) > NAMED else "")


def _aspect(meeting: AnnouncedMeeting) -> str:
    """Of two meetings of an org each has its own alert; an id may be longer than an alert's identity."""
    return hashlib.blake2s(meeting.conference_id.encode(), digest_size=8).hexdigest()
