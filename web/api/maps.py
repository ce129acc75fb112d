"""Maps: those in force, and what one would make of a sample before it is."""

from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc import audit, unknown_topics
from ioc.errors import IocError
from ioc.mapping.maps import Maps
from ioc.mapping.suspicion import Finding, Level
from ioc.mapping.trial import Bench, Made, Sample, Trial
from ioc.privacy import Privacy
from ioc.settings.read import one_map
from ioc.wire import Rejected, parse_time
from web.api.route import Call, listed


class TryBody(Struct, frozen=True):
    """`map` as it would stand in the configuration; `payload` text, or JSON as it is; `at` when it was received."""

    map: dict[str, Any]
    topic: str
    payload: Any
    at: str | int | None = None


def maps(call: Call) -> dict[str, Any]:
    """Without the samples, which may be long."""
    return listed([
        {name: value for name, value in msgspec.to_builtins(rule).items() if name != "sample"}
        for rule in call.site.context.settings.map
    ])  # fmt: skip


class Forget(Struct, frozen=True):
    topic: str


def unknown(call: Call) -> dict[str, Any]:
    """Topics that were heard and that no map means, each with its newest message."""
    context = call.site.context
    known = Maps(context.settings.map, context.kinds)
    rows = call.site.read(lambda conn: unknown_topics.listing(conn, known))
    instants = ("first_seen", "last_seen")
    watched = list(context.settings.mqtt.watch_unknown)
    return listed([row | {name: call.at(row[name], None) for name in instants} for row in rows]) | {"watched": watched}


def forget(call: Call) -> dict[str, Any]:
    """Off the list until it is heard again."""
    topic, actor = call.body.topic, call.principal.name

    def drop(conn: Connection) -> bool:
        gone = unknown_topics.forget(conn, topic)
        if gone:
            audit.record(conn, call.now, actor, "unknown_topic_forgotten", topic, {})
        return gone

    return {"forgotten": call.site.write(drop)}


def try_map(call: Call) -> dict[str, Any]:
    body, context = call.body, call.site.context
    rule, problems = one_map(body.map)
    if rule is None:
        trial = Trial(findings=[Finding(Level.ERROR, "bad_map", {"problem": problem}) for problem in problems])
    else:
        privacy = Privacy(context.settings.inbox.private_keys)
        bench = Bench(context.kinds, call.site.world.inventory, privacy, call.now)
        trial = bench.run(rule, Sample(body.topic, _payload(body.payload), _at(call)))
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


def _payload(given: Any) -> bytes:
    return given.encode() if isinstance(given, str) else msgspec.json.encode(given)


def _at(call: Call) -> int | None:
    if call.body.at is None:
        return None
    try:
        return parse_time(call.body.at, call.site.zone(None))[0]
    except Rejected as why:
        raise IocError("invalid_value", f"at: {why.detail}", name="at", detail=why.detail) from None


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
