"""Messages that do not arrive are an alert themselves, which does not feed on its own."""

from ioc.core.errors import Code, IocError
from tests.alerts.conftest import OFFLINE
from tests.alerts.delivery.test_outbox import AWAY, REFUSED, down

RULE = """
[[rule]]
id = "gui-tin"
kind = "delivery_failing"
hours = "always"
"""
CONFIG = OFFLINE + "hold_s = 0\n" + RULE


def own(s):
    return [alert for alert in s.alerts if alert.rule == "gui-tin"]


def test_where_all_arrives_there_is_none(stage):
    s = stage(CONFIG)
    down(s)
    s.run(900, 20)
    assert own(s) == []


def test_a_channel_that_fails_for_five_minutes_is_one_until_it_works_again(stage):
    s = stage(CONFIG)
    down(s)
    s.pocket.failures = [AWAY] * 1_000
    s.run(280, 10)
    assert own(s) == []
    s.run(100, 10)
    [alert] = own(s)
    assert (alert.title, alert.params["channels"]) == ("alert.delivery_failing", "mail")
    assert alert.state == "firing"
    s.pocket.failures = []
    s.run(120, 10)
    assert [alert.state for alert in own(s)] == ["resolved_unseen"]


def test_a_critical_message_that_reached_nobody_is_one_for_an_hour(stage):
    s = stage(CONFIG)
    down(s)
    s.pocket.failures = [REFUSED]
    s.run(60, 10)
    [alert] = own(s)
    assert (alert.title, alert.params["receivers"]) == ("alert.delivery_lost", "truc-ban")
    assert any("1 thông báo nghiêm trọng" in subject for subject in s.subjects)
    s.run(3_700, 60)
    assert [alert.state for alert in own(s)] == ["resolved_unseen"]


def test_it_does_not_feed_on_its_own_messages(stage):
    s = stage(CONFIG.replace('kind = "delivery_failing"', 'kind = "delivery_failing"\nseverity = "critical"'))
    down(s)
    s.pocket.failures = [REFUSED, REFUSED]
    s.run(60, 10)
    assert own(s)[0].params["n"] == 1
    s.run(3_700, 60)
    assert [alert.state for alert in own(s)] == ["resolved_unseen"]


def test_one_address_out_of_order_is_not_the_channel(stage):
    s = stage(CONFIG)
    down(s)
    deferred = IocError(Code.SMTP_DEFERRED, "451 mailbox busy")
    s.pocket.failures = [deferred] * 1_000
    s.run(600, 20)
    assert own(s) == []
