"""What people do about incidents: the same for all their alerts."""

from collections.abc import Callable

from alerts.actions.act import FOR_ASSIGNEES, FOR_LEADERS, Action
from alerts.actions.of_incident import OF_INCIDENTS, perform
from alerts.incidents import queries
from ioc.config.settings import Settings
from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.platform.db import Database
from web.api.alert_acts import ActBody, act_of
from web.api.incidents import WholeIncident, one
from web.boundary.call import Call
from web.boundary.ports import Announces, Reads
from web.boundary.route import V1, Route

Handler = Callable[[Call, ActBody, Settings, Reads, Database, Announces], WholeIncident]


def doing(action: Action) -> Handler:
    """The handler of an act."""

    def handler(
        call: Call, body: ActBody, settings: Settings, records: Reads, db: Database, workers: Announces
    ) -> WholeIncident:
        number = call.id
        found = records.read(lambda conn: queries.one(conn, call.scope, number))
        if found is None:
            raise IocError(Code.UNKNOWN_INCIDENT, f"incident {number} is not known", incident=number)
        workers.offload(perform, db, call.scope, number, act_of(call, action, body, found.org), settings.alerts)
        workers.announce("alerts")
        return one(call, records)

    return handler


_SUMMARIES = {
    Action.ACKNOWLEDGE: "Take it; what its cause holds back is told if it stays",
    Action.ASSIGN: "Give it to somebody (`owner`), with a time by which it is due",
    Action.COMMENT: "Say something about it",
    Action.SEEN: "Note that it has been seen",
    Action.CLOSE: "Close it; one that is not over needs a comment",
}
_REFUSED = (Code.UNKNOWN_INCIDENT, Code.ALERT_PENDING, Code.CLOSE_UNEXPLAINED, Code.BAD_COMMENT, Code.MISSING_VALUE)
ROUTES = tuple(
    Route(
        "POST",
        f"{V1}/incidents/<int:id>/{action}",
        Role.LEADER if action in FOR_LEADERS | FOR_ASSIGNEES else Role.OPERATOR,
        doing(action),
        _SUMMARIES[action],
        _REFUSED,
    )
    for action in OF_INCIDENTS
)
