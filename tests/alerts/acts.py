"""Acts of people in stories."""

from alerts.actions.act import Act, Action
from alerts.actions.performing import perform
from ioc.config.alerting import AlertOptions
from ioc.domain.inventory import Scope

EVERYWHERE = Scope(None, frozenset())


def act(db, action, *ids, now, actor="truc-ban", operates=True, scope=EVERYWHERE, options=None, **said):
    """How many alerts it changed."""
    done = Act(Action(action), actor, operates, now, **said)
    return perform(db, scope, ids, done, options or AlertOptions())
