"""What was said, done and refused: rules in force, the audit, the quarantine and its replay."""

from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc.config.settings import Rule
from ioc.core.model import Role
from ioc.domain.inventory import Scope
from ioc.ingest import quarantine
from ioc.ingest.replay import send
from ioc.platform.db.tables import audit
from web.boundary.route import V1, Call, Part, Route, listed, paged


class QuarantineQuery(Struct, frozen=True):
    reason: str | None = None


class ReplayBody(Struct, frozen=True):
    reason: str | None = None


def rules(call: Call) -> dict[str, Any]:
    """The rules that can speak of something in the caller's subtree."""
    orgs = call.site.orgs
    above = {org.code for org in orgs.path(call.scope.root or "")}
    return listed(call, [
        _rule(rule) | {"org_closed": orgs.closed(rule.org)}
        for rule in call.site.context.settings.rule
        if rule.org is None or rule.org in call.scope or orgs.heir(rule.org) in above
    ])  # fmt: skip


def _rule(rule: Rule) -> dict[str, Any]:
    plain = {name: getattr(rule, name) for name in ("id", "kind", "severity", "hours", "hold_s", "org")}
    return plain | {"options": msgspec.to_builtins(rule.options)}


def audit_rows(call: Call) -> dict[str, Any]:
    rows, total = call.site.read(lambda conn: _audit(conn, call.scope, call.part))
    return paged(call, [row | {"at": call.at(row["at"], None)} for row in rows], total)


def _audit(conn: Connection, scope: Scope, part: Part) -> tuple[list[dict[str, Any]], int]:
    where = sa.true() if scope.root is None else audit.c.org.in_(scope.codes)
    total = conn.scalar(sa.select(sa.func.count()).select_from(audit).where(where)) or 0
    rows = sa.select(audit).where(where).order_by(audit.c.id.desc()).limit(part.per_page).offset(part.offset)
    return [dict(row) for row in conn.execute(rows).mappings()], total


def quarantined(call: Call) -> dict[str, Any]:
    reason, (page, per_page) = call.query.reason, call.part
    rows, total = call.site.read(
        lambda conn: quarantine.listing(conn, call.scope, reason=reason, page=page, per_page=per_page)
    )
    instants = ("received_at", "replayed_at")
    items = [row | {name: call.at(row[name], None) for name in instants} for row in rows]
    return paged(call, items, total)


def replay(call: Call) -> dict[str, Any]:
    """Send what waits in quarantine through ingest again."""
    context, reason = call.site.context, call.body.reason
    sent = call.site.offload(
        quarantine.resend,
        context.db,
        partial(send, call.site.bus, context.live_key),
        call.scope,
        call.principal.name,
        call.now,
        reason=reason,
    )
    return {"sent": sent}


ROUTES = (
    Route("GET", f"{V1}/rules", Role.LEADER, rules, "The rules in force", answers="list"),
    Route("GET", f"{V1}/audit", Role.ADMIN, audit_rows, "Who changed what", answers="list"),
    Route(
        "GET",
        f"{V1}/quarantine",
        Role.ADMIN,
        quarantined,
        "What could not be used, with the reason",
        QuarantineQuery,
        answers="list",
    ),
    Route("POST", f"{V1}/quarantine/replay", Role.ADMIN, replay, "Try it again", body=ReplayBody),
)
