"""The roll call of a meeting: which of the sites it expects are ready, and which were confirmed by hand."""

from msgspec import Struct

from ioc.core.contact import dialled
from ioc.core.errors import Code, IocError
from ioc.core.model import Role, SourceKey
from ioc.core.share import percent
from ioc.live import meetings
from ioc.live.meetings import AnnouncedMeeting, SiteConfirmation, SitePresence
from ioc.platform.db import Database
from web.boundary.answers import Instant
from web.boundary.call import Call
from web.boundary.ports import Announces, LivePort, Reads
from web.boundary.route import V1, Route


class RollCallQuery(Struct, frozen=True):
    org: str
    conference: str


class SiteConfirmBody(Struct, frozen=True):
    """`site` is ORG/SOURCE as the roster has it; `confirmed` false takes the word back."""

    org: str
    conference: str
    site: str
    confirmed: bool = True
    comment: str | None = None


class CalledSite(Struct, frozen=True, kw_only=True):
    """`missing`: neither ready by itself nor confirmed. `tel`: whom to call about it, as the address of a link."""

    site: str
    org: str
    source: str
    name: str
    presence: SitePresence
    missing: bool
    contact: str | None
    tel: str | None
    confirmed_at: Instant | None
    confirmed_by: str | None
    comment: str | None


class RollCall(Struct, frozen=True, kw_only=True):
    """`numerator` of `denominator` expected sites are ready or confirmed, which is `value` per cent."""

    org: str
    conference: str
    title: str | None
    starts_at: Instant
    ends_at: Instant
    as_of: Instant
    value: float | None
    numerator: int
    denominator: int
    sites: list[CalledSite]


def roll_call(call: Call, query: RollCallQuery, records: Reads, live: LivePort) -> RollCall:
    return _called(call, _meeting(call, records, query.org, query.conference), records, live)


def confirm(
    call: Call, body: SiteConfirmBody, records: Reads, live: LivePort, db: Database, workers: Announces
) -> RollCall:
    """Say by hand that a site is ready, or take it back."""
    meeting = _meeting(call, records, body.org, body.conference)
    key = meetings.site_key(body.site)
    if key not in meeting.expected or key.org not in call.scope:
        message = f"the meeting does not expect {body.site!r}"
        raise IocError(Code.SITE_NOT_EXPECTED, message, site=body.site)
    if body.confirmed:
        comment = (body.comment or "").strip() or None
        workers.offload(meetings.confirm, db, meeting, key, call.actor, call.now, comment)
    else:
        workers.offload(meetings.withdraw, db, meeting, key, call.actor, call.now)
    return _called(call, meeting, records, live)


def _meeting(call: Call, records: Reads, org: str, conference: str) -> AnnouncedMeeting:
    found = records.read(lambda conn: meetings.one(conn, org, conference)) if org in call.scope else None
    if found is None:
        message = f"there is no meeting {conference!r} of {org!r}"
        raise IocError(Code.UNKNOWN_CONFERENCE, message, conference=conference, org=org)
    return found


def _called(call: Call, meeting: AnnouncedMeeting, records: Reads, live: LivePort) -> RollCall:
    confirmed = records.read(lambda conn: meetings.confirmations(conn, meeting))
    called = meetings.roll_call(live.world, meeting, confirmed, call.now)
    sites = [_site(call, key, presence, confirmed.get(key)) for key, presence in called.items()]
    ready = sum(not site.missing for site in sites)
    return RollCall(
        org=meeting.org,
        conference=meeting.conference_id,
        title=meeting.title,
        starts_at=call.at(meeting.starts_at, meeting.org),
        ends_at=call.at(meeting.ends_at, meeting.org),
        as_of=call.at(call.now, meeting.org),
        value=percent(ready, len(sites)),
        numerator=ready,
        denominator=len(sites),
        sites=sites,
    )


def _site(call: Call, key: SourceKey, presence: SitePresence, word: SiteConfirmation | None) -> CalledSite:
    source = call.inventory.sources.get(key)
    return CalledSite(
        site=meetings.site_name(key),
        org=key.org,
        source=key.source,
        name=source.name if source else meetings.site_name(key),
        presence=presence,
        missing=presence.missing,
        contact=source.contact if source else None,
        tel=_tel(call, key),
        confirmed_at=call.at(word.at, key.org if key.org in call.orgs else None) if word else None,
        confirmed_by=word.by if word else None,
        comment=word.comment if word else None,
    )


def _tel(call: Call, key: SourceKey) -> str | None:
    """The first number in the contact of the endpoint, else that of the head of its org or of the next above it."""
    source = call.inventory.sources.get(key)
    heads = (one.head_phone for one in reversed(call.orgs.path(key.org)))
    said = [source.contact if source else None, *heads]
    return next((f"tel:{number}" for text in said if text and (number := dialled(text))), None)


_ERRORS = (Code.UNKNOWN_CONFERENCE,)
_CALL = f"{V1}/conferences/roll-call"
ROUTES = (
    Route("GET", _CALL, Role.LEADER, roll_call, "Which sites of a meeting are ready", _ERRORS),
    Route("POST", _CALL, Role.OPERATOR, confirm, "Confirm a site by hand", (*_ERRORS, Code.SITE_NOT_EXPECTED)),
)
