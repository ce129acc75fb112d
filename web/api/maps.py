"""Maps: those in force, and what one would make of a sample before it is."""

import tomllib
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc.config.read import one_map
from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.ingest import unknown_topics
from ioc.ingest.maps_in_force import rules_in_force
from ioc.ingest.trial import Bench, Made, Sample, Trial
from ioc.messages.mapping.declared import MapRule
from ioc.messages.mapping.maps import Maps
from ioc.messages.mapping.proposal import propose
from ioc.messages.mapping.suspicion import Finding, Level
from ioc.messages.privacy import Privacy
from ioc.messages.wire import Rejected, parse_time
from ioc.platform import audit
from web.boundary.route import V1, Call, Route, listed


class TryBody(Struct, frozen=True):
    """`map` as it would stand in the configuration, as TOML or as JSON; `payload` text, or JSON as it is."""

    map: dict[str, Any] | str
    topic: str
    payload: Any
    at: str | int | None = None  # when the sample was received


def maps(call: Call) -> dict[str, Any]:
    """Without the samples, which may be long; one whose org the topic tells is for who may see all."""
    return listed(call, [
        {name: value for name, value in msgspec.to_builtins(rule).items() if name != "sample"}
        for rule in rules_in_force(call.site.context)
        if call.sees_all or rule.org in call.scope
    ])  # fmt: skip


class Forget(Struct, frozen=True):
    topic: str


def unknown(call: Call) -> dict[str, Any]:
    """Topics that were heard and that no map means, each with its newest message and a first map for it.

    Whose they are is what nobody knows yet, so they are for who may see all.
    """
    if not call.sees_all:
        return listed(call, []) | {"watched": []}
    context = call.site.context
    known = Maps(rules_in_force(context), context.kinds)
    rows = call.site.read(lambda conn: unknown_topics.listing(conn, known))
    instants = ("first_seen", "last_seen")
    watched = list(context.settings.mqtt.watch_unknown)
    home = call.site.home(call.scope) or ""

    def shown(row: dict[str, Any]) -> dict[str, Any]:
        seen = {name: call.at(row[name], None) for name in instants}
        return row | seen | {"proposal": propose(row["topic"], row["payload"], home)}

    return listed(call, rows, shown) | {"watched": watched}


def forget(call: Call) -> dict[str, Any]:
    """Off the list until it is heard again."""
    if not call.sees_all:
        return {"forgotten": False}
    topic, actor = call.body.topic, call.principal.name

    def drop(conn: Connection) -> bool:
        gone = unknown_topics.forget(conn, topic)
        if gone:
            audit.record(conn, call.now, actor, "unknown_topic_forgotten", topic, {})
        return gone

    return {"forgotten": call.site.write(drop)}


def try_map(call: Call) -> dict[str, Any]:
    body, context = call.body, call.site.context
    rule, problems = _rule(body.map)
    if rule is None:
        trial = Trial(findings=[Finding(Level.ERROR, "bad_map", {"problem": problem}) for problem in problems])
    else:
        privacy = Privacy(context.settings.inbox.private_keys)
        bench = Bench(context.kinds, call.site.world.inventory, privacy, call.now)
        trial = bench.run(rule, Sample(body.topic, _payload(body.payload), _at(call)))
        _check_scope(call, trial)
    findings = [
        {
            "level": level,
            "code": code,
            "params": params,
            "message": context.texts.render(call.lang, f"map.{code}", params),
        }
        for level, code, params in trial.findings
    ]
    return {"ok": trial.ok, "messages": [_made(call, made) for made in trial.made], "findings": findings}


def _check_scope(call: Call, trial: Trial) -> None:
    """What there is elsewhere is nobody's to find out by trying."""
    for made in trial.made:
        if made.taken.key.org not in call.scope:
            raise IocError(Code.UNKNOWN_ORG, f"org {made.taken.key.org!r} is not in the tree", org=made.taken.key.org)


def _rule(given: dict[str, Any] | str) -> tuple[MapRule | None, list[str]]:
    if isinstance(given, dict):
        return one_map(given)
    try:
        tables = tomllib.loads(given).get("map")
    except tomllib.TOMLDecodeError as error:
        return None, [f"TOML: {error}"]
    if not isinstance(tables, list) or len(tables) != 1 or not isinstance(tables[0], dict):
        return None, ["TOML: one [[map]]"]
    return one_map(tables[0])


def _payload(given: Any) -> bytes:
    return given.encode() if isinstance(given, str) else msgspec.json.encode(given)


def _at(call: Call) -> int | None:
    if call.body.at is None:
        return None
    try:
        return parse_time(call.body.at, call.site.zone(None))[0]
    except Rejected as why:
        raise IocError(Code.INVALID_VALUE, f"at: {why.detail}", name="at", detail=why.detail) from None


def _made(call: Call, made: Made) -> dict[str, Any]:
    taken = made.taken
    return {
        "topic": made.topic,
        "payload": made.body,
        "known": made.known,
        "at": call.at(taken.t, taken.key.org),
        "metrics": taken.metrics,
        "texts": taken.texts,
        "online": taken.online,
        "leniencies": sorted(taken.leniencies),
    }


ROUTES = (
    Route("GET", f"{V1}/maps", Role.ADMIN, maps, "Vendors' topics turned into ours", answers="list"),
    Route(
        "GET",
        f"{V1}/topics/unknown",
        Role.ADMIN,
        unknown,
        "Topics that no map means, with a sample each",
        answers="list",
    ),
    Route("POST", f"{V1}/topics/unknown/forget", Role.ADMIN, forget, "Take one off that list", body=Forget),
    Route("POST", f"{V1}/maps/try", Role.ADMIN, try_map, "What a map would make of a sample", body=TryBody),
)
