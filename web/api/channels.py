"""The channels that messages go out by: how each does, a test over one, and what its gateway reports later."""

import hmac
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy.engine import Connection

from alerts import reach
from alerts.delivery import asked, receipts
from alerts.delivery.routing import Destination
from alerts.gateway_calls import ReportFormat, read_report
from alerts.model import ChannelState, DeliveryFailure
from alerts.reach import ChannelStanding
from ioc.config.alerting import Channel
from ioc.context import Context
from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.core.registry import PluginSort
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.ports import Announces, Reads, Writes
from web.boundary.route import V1, Open, Route
from web.login_brake import LoginBrake


class ChannelItem(Struct, frozen=True, kw_only=True):
    """`queued` messages wait, the longest since `oldest_at`; `since`: when it began to fail, or works again."""

    name: str
    kind: str | None
    state: ChannelState
    since: Instant | None
    failure: DeliveryFailure | None
    detail: str | None
    as_of: Instant
    queued: int
    oldest_at: Instant | None
    delivered_at: Instant | None


class TestAddress(Struct, frozen=True):
    """Where a test goes; nothing for a channel that leads to one place."""

    address: str = ""


class QueuedTest(Struct, frozen=True):
    """The notification that `/notifications` tells the outcome of."""

    notification: int


class ReportTaken(Struct, frozen=True):
    """`known`: it says how it went with a message that this channel had sent."""

    known: bool


def channels(call: Call, records: Reads, context: Context) -> Page[ChannelItem]:
    kinds = {channel.name: channel.kind for channel in context.settings.channel}

    def read(conn: Connection) -> list[tuple[ChannelStanding, int | None]]:
        return [(one, reach.delivered_at(conn, one.channel)) for one in reach.standings(conn, kinds)]

    return call.part.of(records.read(read), lambda found: _item(call, kinds, *found))


def _item(call: Call, kinds: Mapping[str, str], one: ChannelStanding, delivered_at: int | None) -> ChannelItem:
    return ChannelItem(
        name=one.channel,
        kind=kinds.get(one.channel),
        state=one.state,
        since=call.at(one.since, None),
        failure=one.failure,
        detail=one.detail,
        as_of=call.at(call.now, None),
        queued=one.queued,
        oldest_at=call.at(one.oldest_at, None),
        delivered_at=call.at(delivered_at, None),
    )


def test(call: Call, body: TestAddress, records: Writes, context: Context, workers: Announces) -> QueuedTest:
    """202: the outbox sends it like any other message."""
    name = call.path["name"]
    channel = _channel(context, name)
    if channel is None or not call.sees_all:
        raise IocError(Code.UNKNOWN_CHANNEL, f"channel {name!r} is not configured", name=name)
    plugin: Any = context.plugins.of(PluginSort.CHANNEL)[channel.kind]
    address = asked.checked(plugin.address, body.address or name)
    to = Destination(call.principal.name, name, address, call.lang)
    tz = str(call.zone(None))
    number = records.write(lambda conn: asked.queue_test(conn, to, call.actor, tz, call.now))
    workers.announce("alerts")
    return QueuedTest(number)


def report(call: Call, records: Writes, context: Context, brake: LoginBrake) -> ReportTaken:
    """A delivery report in the shape of the channel's profile; `not_found` for a wrong `secret` and no such channel."""
    name = call.path["name"]
    with brake.attempt(f"receipts {call.remote}", f"receipts {name}"):
        form = _form(context, name, call.fields.get("secret", ""))
    said = read_report(form, call.fields)
    if said is None:
        return ReportTaken(False)
    every = frozenset(channel.name for channel in context.settings.channel)
    return ReportTaken(records.write(lambda conn: receipts.record(conn, name, said, call.now, every)))


def report_by_get(call: Call, records: Writes, context: Context, brake: LoginBrake) -> ReportTaken:
    return report(call, records, context, brake)


def _form(context: Context, name: str, secret: str) -> ReportFormat:
    channel = _channel(context, name)
    options: Any = channel.options if channel else None
    form: ReportFormat | None = getattr(options, "receipt", None)
    known = str(getattr(options, "secret", None) or "")
    if form is None or not known or not hmac.compare_digest(known.encode(), secret.encode()):
        raise IocError(Code.NOT_FOUND, f"channel {name!r} takes no reports here")
    return form


def _channel(context: Context, name: str) -> Channel | None:
    return next((channel for channel in context.settings.channel if channel.name == name), None)


_RECEIPTS = f"{V1}/receipts/<name>"
_SAYS = "What a gateway says of a message it took"
_HELD_OFF = (Code.NOT_FOUND, Code.TOO_MANY_ATTEMPTS)
ROUTES = (
    Route("GET", f"{V1}/channels", Role.OPERATOR, channels, "Channels and how each does"),
    Route(
        "POST",
        f"{V1}/channels/<name>/test",
        Role.ADMIN,
        test,
        "Send a test over one channel",
        (Code.UNKNOWN_CHANNEL, Code.BAD_ADDRESS, Code.BAD_PHONE),
        status=202,
    ),
    Route("POST", _RECEIPTS, Open.TO_ALL, report, _SAYS, _HELD_OFF, foreign=True),
    Route(
        "GET",
        _RECEIPTS,
        Open.TO_ALL,
        report_by_get,
        "The same from a gateway that calls by GET",
        _HELD_OFF,
        foreign=True,
    ),
)
