"""Maps: those in force, and what one would make of a sample before it is."""

from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc.context import Context
from ioc.core.errors import Code, IocError
from ioc.core.model import Number, Role
from ioc.ingest import unknown_topics
from ioc.ingest.maps_in_force import rules_in_force
from ioc.ingest.trial import Made, Trial, TrialMessage
from ioc.ingest.trial_process import TRIALS, TrialOrder
from ioc.messages.mapping.declared import MapRule
from ioc.messages.mapping.maps import Maps
from ioc.messages.mapping.proposal import propose
from ioc.messages.mapping.suspicion import FindingLevel
from ioc.messages.wire import Rejected, parse_time
from ioc.platform import audit
from web.boundary.answers import Instant, Page, extended
from web.boundary.call import Call
from web.boundary.ports import Reads, Writes
from web.boundary.route import V1, Route


class TryBody(Struct, frozen=True):
    """`map` as it would stand in the configuration, as TOML or as JSON; `payload` text, or JSON as it is."""

    map: dict[str, Any] | str
    topic: str
    payload: Any
    at: str | int | None = None  # when the sample was received


class Forget(Struct, frozen=True):
    topic: str


class MapItem(Struct, frozen=True, kw_only=True):
    """One `[[map]]` without its sample, which may be long."""

    topic: str
    org: str
    kind: str
    source: str
    name: str | None
    channel: str
    format: Literal["json", "csv", "keyvalue"]
    encoding: str
    when: str | None
    each: str | None
    time: str | dict[str, Any] | None
    fields: dict[str, Any]
    names: dict[str, dict[str, str]]
    delimiter: str | None
    columns: list[str]
    separator: str | None
    per_minute: int | None
    sample_topic: str | None
    sample_at: str | None


class UnknownTopic(Struct, frozen=True, kw_only=True):
    """A topic that no map means, with its newest message and a first map for it."""

    topic: str
    payload: str
    n: int
    first_seen: Instant
    last_seen: Instant
    proposal: str


class UnknownTopics(Page[UnknownTopic], frozen=True, kw_only=True):
    """`watched`: the filters whose topics are looked at."""

    watched: list[str]


class Forgotten(Struct, frozen=True):
    forgotten: bool


class MadeMessage(Struct, frozen=True, kw_only=True):
    """A message of ours that the sample becomes, and what ingest would take from it."""

    topic: str
    payload: dict[str, Any]
    known: bool
    at: Instant
    metrics: dict[str, Number]
    texts: dict[str, str]
    online: bool | None
    leniencies: list[str]


class FindingAnswer(Struct, frozen=True, kw_only=True):
    """One thing about the map on its sample."""

    level: FindingLevel
    code: str
    params: dict[str, Any]
    message: str


class Tried(Struct, frozen=True, kw_only=True):
    """`ok` is false where any part of the sample would end in quarantine, or nothing would come of it."""

    ok: bool
    messages: list[MadeMessage]
    findings: list[FindingAnswer]


def maps(call: Call, context: Context) -> Page[MapItem]:
    """Of one whose org the topic tells only who may see all learns."""
    wanted = [rule for rule in rules_in_force(context) if call.sees_all or rule.org in call.scope]
    return call.part.of(wanted, _item)


def _item(rule: MapRule) -> MapItem:
    plain: dict[str, Any] = msgspec.to_builtins(rule)
    return MapItem(**{name: plain[name] for name in MapItem.__struct_fields__})


def unknown(call: Call, context: Context, records: Reads) -> UnknownTopics:
    """Whose they are is what nobody knows yet, so they are for who may see all."""
    if not call.sees_all:
        return extended(UnknownTopics, call.part.read([], 0), watched=[])
    known = Maps(rules_in_force(context), context.kinds)
    rows = records.read(lambda conn: unknown_topics.listing(conn, known))
    page = call.part.of(rows, lambda row: _unknown(call, row))
    return extended(UnknownTopics, page, watched=list(context.settings.mqtt.watch_unknown))


def _unknown(call: Call, row: dict[str, Any]) -> UnknownTopic:
    seen = {name: call.at(row[name], None) for name in ("first_seen", "last_seen")}
    return UnknownTopic(**row | seen, proposal=propose(row["topic"], row["payload"], call.home or ""))


def forget(call: Call, body: Forget, records: Writes) -> Forgotten:
    """Off the list until it is heard again."""
    if not call.sees_all:
        return Forgotten(False)
    actor = call.actor

    def drop(conn: Connection) -> bool:
        gone = unknown_topics.forget(conn, body.topic)
        if gone:
            audit.record(conn, call.now, actor, "unknown_topic_forgotten", body.topic, {})
        return gone

    return Forgotten(records.write(drop))


def try_map(call: Call, body: TryBody, context: Context) -> Tried:
    message = TrialMessage(body.topic, _payload(body.payload), _at(call, body))
    keys, folder = context.settings.inbox.private_keys, context.settings.plugins.folder
    order = TrialOrder(body.map, message, context.kinds, call.inventory, keys, call.now)
    trial = TRIALS.run(order, Path(folder) if folder else None)
    _check_scope(call, trial)
    findings = [
        FindingAnswer(level=level, code=code, params=params, message=call.say(f"map.{code}", **params))
        for level, code, params in trial.findings
    ]
    return Tried(ok=trial.ok, messages=[_made(call, made) for made in trial.made], findings=findings)


def _check_scope(call: Call, trial: Trial) -> None:
    """Hides what lies elsewhere: it is nobody's to find out by trying."""
    for made in trial.made:
        if made.taken.key.org not in call.scope:
            raise IocError(Code.UNKNOWN_ORG, f"org {made.taken.key.org!r} is not in the tree", org=made.taken.key.org)


def _payload(given: Any) -> bytes:
    return given.encode() if isinstance(given, str) else msgspec.json.encode(given)


def _at(call: Call, body: TryBody) -> int | None:
    if body.at is None:
        return None
    try:
        return parse_time(body.at, call.zone(None))[0]
    except Rejected as why:
        raise IocError(Code.INVALID_VALUE, f"at: {why.detail}", name="at", detail=why.detail) from None


def _made(call: Call, made: Made) -> MadeMessage:
    taken = made.taken
    return MadeMessage(
        topic=made.topic,
        payload=made.body,
        known=made.known,
        at=call.at(taken.t, taken.key.org),
        metrics=dict(taken.metrics),
        texts=dict(taken.texts),
        online=taken.online,
        leniencies=sorted(taken.leniencies),
    )


_TOPICS = f"{V1}/topics/unknown"
ROUTES = (
    Route("GET", f"{V1}/maps", Role.ADMIN, maps, "Vendors' topics turned into ours"),
    Route("POST", f"{V1}/maps/try", Role.ADMIN, try_map, "What a map would make of a sample", (Code.UNKNOWN_ORG,)),
    Route("GET", _TOPICS, Role.ADMIN, unknown, "Topics that no map means, with a sample each"),
    Route("POST", f"{_TOPICS}/forget", Role.ADMIN, forget, "Take one off that list"),
)
