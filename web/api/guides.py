"""Ticking the steps of an alert's guide."""

from msgspec import Struct

from alerts.actions import guiding
from alerts.configured import store
from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.platform.db import Database
from web.api.alerts import WholeAlert, one
from web.auth import RANK
from web.boundary.call import Call
from web.boundary.ports import Announces, Reads
from web.boundary.route import V1, Route


class TickBody(Struct, frozen=True):
    """`step` counts from 1; `done` false takes a tick back."""

    step: int = 0
    done: bool = True


def tick(call: Call, body: TickBody, records: Reads, db: Database, workers: Announces) -> WholeAlert:
    """An operator ticks any step, others those of an alert that was given to them."""
    shown = one(call, records)
    table = records.read(lambda conn: store.table(conn, "rule", shown.rule)) or {}
    steps = table.get("guide", [])
    if not 1 <= body.step <= len(steps):
        detail = f"step: 1 to {len(steps)}" if steps else "step: the rule of this alert has no guide"
        raise IocError(Code.INVALID_VALUE, detail, name="step", detail=detail)
    operates = RANK[call.principal.role] >= RANK[Role.OPERATOR]
    workers.offload(
        guiding.tick,
        db,
        call.scope,
        shown.id,
        steps[body.step - 1],
        call.actor,
        call.now,
        operates=operates,
        done=body.done,
    )
    workers.announce("alerts")
    return one(call, records)


_ERRORS = (Code.UNKNOWN_ALERT, Code.FORBIDDEN)
ROUTES = (Route("POST", f"{V1}/alerts/<int:id>/guide", Role.LEADER, tick, "Tick a step of its guide", _ERRORS),)
