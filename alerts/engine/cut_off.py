"""How much is out of reach behind a cut line, said in every message about it that may still grow."""

from sqlalchemy.engine import Connection

from alerts.delivery import groups
from alerts.delivery.notifier import Notifier
from alerts.delivery.telling import Telling
from alerts.engine.evaluator import Evaluation
from alerts.incidents import repository as incidents
from alerts.incidents.affected import behind, told
from alerts.model import Subject


def say(telling: Telling, evaluation: Evaluation) -> None:
    """In the messages at hand."""
    cut = _cut(evaluation)
    for incident in telling.incidents.values():
        if incident.subject in cut:
            found = behind(evaluation.inventory, incident.subject, evaluation.unreachable)
            if found is not None:
                telling.detail(incident.id, incident.cause_alert, behind=told(found, evaluation.inventory))


def bring_up_to_date(conn: Connection, notifier: Notifier, evaluation: Evaluation, due: list[int]) -> None:
    """In the messages about to be sent: more goes out of reach while they wait."""
    cut = _cut(evaluation)
    if not cut or not due:
        return
    found = [each for each in incidents.by_ids(conn, groups.incidents_of(conn, due)) if each.subject in cut]
    if found:
        telling = notifier.telling(conn, found, evaluation.now)
        say(telling, evaluation)
        notifier.write(conn, telling)


def _cut(evaluation: Evaluation) -> set[Subject]:
    return {cause.subject for cause in evaluation.inhibited.values()}
