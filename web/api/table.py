"""Every call of the API and the least role it needs; what is not here does not exist."""

from ioc.model import Role
from web.api import (
    alerts,
    calendar,
    daily,
    deadline,
    dossiers,
    health,
    index766,
    indicators,
    indices,
    ingest,
    ledger,
    live,
    maps,
    orgs,
    reconciliation,
    reports,
    satisfaction,
    series,
    session,
    sources,
)
from web.api.route import Open, Route
from web.auth import LoginBrake, Sessions

V1 = "/api/v1"
_SOURCE = f"{V1}/sources/<org>/<kind>/<source>"
_ALERT = f"{V1}/alerts/<int:id>"
_WALL, _LEADER, _OPERATOR, _ADMIN = Role.WALL, Role.LEADER, Role.OPERATOR, Role.ADMIN


def routes(sessions: Sessions, brake: LoginBrake) -> tuple[Route, ...]:
    """In the order of the contract."""
    doors = session.Doors(sessions, brake)
    return (
        Route("GET", "/healthz", Open.TO_ALL, health.healthz, "Whether this process serves"),
        Route("GET", "/readyz", _WALL, health.readyz, "A line a role", answers="text"),
        Route("GET", "/metrics", _WALL, health.metrics, "Counters for Prometheus", answers="text"),
        Route("POST", f"{V1}/session", Open.TO_ALL, doors.log_in, "Log in", body=session.Login),
        Route("DELETE", f"{V1}/session", Open.TO_ALL, doors.log_out, "Log out"),
        Route("GET", f"{V1}/me", _WALL, session.me, "Who the caller is, with the CSRF value of the session"),
        Route("GET", f"{V1}/orgs", _LEADER, orgs.orgs, "The tree, with counts by health", orgs.Query, answers="list"),
        Route("GET", f"{V1}/orgs/<code>", _LEADER, orgs.one, "One org with its children", orgs.OneQuery),
        Route("GET", f"{V1}/sources", _LEADER, sources.sources, "Sources as they are now",
              sources.Query, answers="list"),
        Route("GET", _SOURCE, _LEADER, sources.one, "One source with its alerts, availability, leniencies"),
        Route("POST", f"{_SOURCE}/confirm", _ADMIN, sources.confirm, "Count a newcomer in"),
        Route("POST", f"{_SOURCE}/retire", _ADMIN, sources.retire, "Leave a source out, keeping its history"),
        Route("GET", f"{V1}/series", _LEADER, series.series, "A metric over time", series.Query),
        Route("GET", f"{V1}/dossiers", _LEADER, dossiers.dossiers, "Dossiers", dossiers.Query, answers="list"),
        Route("GET", f"{V1}/dossiers/summary", _LEADER, dossiers.summary, "Counts of a period, with what they are of",
              dossiers.SummaryQuery),
        Route("GET", f"{V1}/dossiers/reconciliation", _LEADER, reconciliation.reconciliation,
              "Whether the figures add up, ours and the sources' own", dossiers.SummaryQuery, answers="list"),
        Route("GET", f"{V1}/dossiers/<path:code>", _LEADER, dossiers.one, "One dossier with its history"),
        Route("GET", f"{V1}/indicators", _LEADER, indicators.indicators, "What each figure means and comes to",
              dossiers.SummaryQuery, answers="list"),
        Route("GET", f"{V1}/indicators/<id>", _LEADER, indicators.one, "One figure: meaning, formula, what it is of",
              dossiers.SummaryQuery),
        Route("GET", f"{V1}/reports/form06", _LEADER, reports.report06, "Form 06/VPCP/KSTT: figures, page or workbook",
              reports.Query),
        Route("GET", f"{V1}/reports/daily", _LEADER, daily.daily, "The day as it stood at its cut-off, and corrections",
              daily.Query),
        Route("GET", f"{V1}/index766", _LEADER, index766.index, "The 766 index, estimated from what is known",
              index766.Query),
        Route("GET", f"{V1}/index766/ranking", _LEADER, index766.ranking, "The orgs below one by their 766 index",
              index766.Query, answers="list"),
        Route("GET", f"{V1}/indices", _LEADER, indices.latest, "Yearly indices with rank and change",
              indices.Query, answers="list"),
        Route("GET", f"{V1}/satisfaction", _LEADER, satisfaction.satisfaction, "Satisfaction by agency, with its n",
              satisfaction.Query, answers="list"),
        Route("GET", f"{V1}/deadline", _LEADER, deadline.deadline, "When a term ends, with every day counted or not",
              deadline.Query),
        Route("GET", f"{V1}/calendar", _LEADER, calendar.calendar, "Weekly hours and special days of a year",
              calendar.Query),
        Route("GET", f"{V1}/alerts", _LEADER, alerts.alerts, "Alerts", alerts.Query, answers="list"),
        Route("GET", _ALERT, _LEADER, alerts.one, "One alert with all that happened to it"),
        Route("POST", f"{_ALERT}/acknowledge", _OPERATOR, alerts.acknowledge, "Take it", body=alerts.Remark),
        Route("POST", f"{_ALERT}/comment", _OPERATOR, alerts.comment, "Say something about it", body=alerts.Remark),
        Route("POST", f"{_ALERT}/seen", _LEADER, alerts.seen, "Note that it has been seen", body=alerts.Remark),
        Route("GET", f"{V1}/rules", _LEADER, ledger.rules, "The rules in force", answers="list"),
        Route("GET", f"{V1}/notifications", _OPERATOR, alerts.notifications, "Messages and their deliveries",
              alerts.NotificationQuery, answers="list"),
        Route("GET", f"{V1}/audit", _ADMIN, ledger.audit_rows, "Who changed what", ledger.Paging, answers="list"),
        Route("GET", f"{V1}/quarantine", _ADMIN, ledger.quarantined, "What could not be used, with the reason",
              ledger.QuarantineQuery, answers="list"),
        Route("POST", f"{V1}/quarantine/replay", _ADMIN, ledger.replay, "Try it again", body=ledger.ReplayBody),
        Route("GET", f"{V1}/maps", _ADMIN, maps.maps, "Vendors' topics turned into ours", answers="list"),
        Route("POST", f"{V1}/maps/try", _ADMIN, maps.try_map, "What a map would make of a sample", body=maps.TryBody),
        Route("POST", f"{V1}/ingest/<org>/<kind>/<source>/<channel>", _ADMIN, ingest.ingest,
              "The MQTT door for those who can only POST", devices=True),
        Route("GET", f"{V1}/live", _WALL, live.live, "Widget snapshots for those who poll", live.Query, answers="list"),
        Route("GET", f"{V1}/scenes", _WALL, live.scenes, "The wall layouts", answers="list"),
        Route("GET", f"{V1}/scenes/<name>", _WALL, live.scene, "One wall layout"),
    )  # fmt: skip
