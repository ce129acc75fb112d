"""A change of the book is in force within about a second, without a restart, and open alerts stay what they are."""

from alerts.configured import store
from alerts.configured.entry import Grounds
from tests.alerts.conftest import OFFLINE

SLOW = """
[[rule]]
id = "slow"
kind = "threshold"
on = { kind = "service", metric = "latency_ms" }
above = 100
"""


def states(s):
    return {alert.rule: str(alert.state) for alert in s.alerts}


def test_a_rule_that_goes_takes_its_alerts_and_no_other(stage):
    s = stage(OFFLINE + SLOW)
    portal = s.add("hg/service/portal")
    kiosk = s.add("xm/queue/kiosk-1")
    s.hear(portal, latency_ms=500)
    s.leaves(kiosk)
    s.run(150, each=lambda: s.hear(portal, latency_ms=500))
    assert states(s) == {"slow": "firing", "offline": "firing"}
    firing = next(alert for alert in s.alerts if alert.rule == "offline")
    store.remove(s.db, Grounds.of(s.context.settings, s.rules), "rule", "slow", "mai", s.clock.now_ms())
    s.run(2, each=lambda: s.hear(portal, latency_ms=500))
    assert states(s) == {"slow": "closed", "offline": "firing"}
    assert firing in s.alerts
    table = {"id": "slower", "kind": "threshold", "on": {"kind": "service", "metric": "latency_ms"}, "above": 400}
    store.put(s.db, Grounds.of(s.context.settings, s.rules), "rule", table, "mai", s.clock.now_ms())
    s.run(2, each=lambda: s.hear(portal, latency_ms=500))
    assert states(s) == {"slow": "closed", "offline": "firing", "slower": "firing"}


def test_a_message_goes_where_the_routes_lead_now(stage):
    s = stage()
    grounds = Grounds.of(s.context.settings, s.rules)
    store.put(s.db, grounds, "receiver", {"name": "truc-ban", "email": ["moi@example.vn"]}, "mai", s.clock.now_ms())
    s.leaves(s.add("xm/queue/kiosk-1"))
    s.run(150)
    assert [message.address for message in s.pocket.messages] == ["moi@example.vn"]
