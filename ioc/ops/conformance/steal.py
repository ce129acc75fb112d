"""A theft of a session by its client id: does the thief get its messages, or can it only end it?"""

import contextlib
import time

from ioc.config.settings import Mqtt
from ioc.core.errors import Code, IocError
from ioc.ops.conformance.bench import PATIENCE_S, Conformance, Result, Sitter
from ioc.platform.broker import Turns
from ioc.platform.broker.session import Delivery, PersistentClient, forget

WHAT = "theft of a session"
OURS = "ingest's has 128 secret bits"
LISTEN_S = 2.0


def theft(bench: Conformance, owner: Sitter, topic: str, thief: Mqtt) -> Result:
    """`owner` hears `topic`; the thief comes in by another account, where there are two.

    Judged is what it gets to read; that it can do harm is so with every broker, and why a client id is a secret.
    """
    owner.come()
    owner.leave()
    with bench.bus() as bus:
        bus.publish_acknowledged(topic, b"1")
    stolen = _steal(thief, owner.name)
    owner.come()
    kept = bool(owner.take(1))
    owner.leave()
    with contextlib.suppress(OSError):
        forget(thief, owner.name, *Turns(thief).now)
    ended = not owner.come()
    owner.leave()
    owner.forget()
    alone = thief.username == owner.username
    line = _line(alone=alone, stolen=bool(stolen), kept=kept, ended=ended)
    return Result(WHAT, None if alone else not stolen, line)


def _line(*, alone: bool, stolen: bool, kept: bool, ended: bool) -> str:
    who = "who knows a client id" if alone else "another account that knows a client id"
    gets = "takes its messages" if stolen else "gets none of its messages"
    left = "" if stolen or kept else ", which are gone"
    ends = "; it can end the session" if ended else "; it cannot end the session"
    return f"{who} {gets}{left}{ends}; {OURS}"


def _steal(login: Mqtt, client_id: str) -> list[Delivery]:
    """The messages that the session hands out to a client under its id; acknowledged, as a thief would."""
    arrived: list[Delivery] = []
    taken: list[Delivery] = []
    client = PersistentClient(login, client_id, (), arrived)
    client.connect(*Turns(login).now)
    until = time.monotonic() + PATIENCE_S
    while not client.connected and client.refused is None and client.alive:
        client.exchange(1, 0.1)
        if time.monotonic() > until:
            raise IocError(Code.BROKER_UNAVAILABLE, "broker: does not answer")
    until = time.monotonic() + LISTEN_S
    while client.alive and time.monotonic() < until:
        client.exchange(100, 0.1)
        client.acknowledge(arrived)
        taken += arrived
        arrived.clear()
    client.exchange(1, 0)
    client.disconnect()
    return taken
