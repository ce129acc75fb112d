"""After a long outage a receiver gets one summary instead of the backlog, and nothing in it is lost."""

import pytest

from tests.alerts.delivery.test_outbox import AWAY, NOW, down, rows

OTHER = """
[[receiver]]
name = "lanh-dao"
email = ["chief@example.vn"]
lang = "en"
[[route]]
receivers = ["lanh-dao"]
channels = ["mail"]
"""


def night(s, hours=2.0):
    """Three kiosks leave while the mail server is away, one of them returns; then it answers again."""
    kiosks = [down(s, f"xm/queue/k{i}") for i in range(3)]
    s.pocket.failures = [AWAY] * 100_000
    s.run(60, 10)
    s.returns(kiosks[2])
    s.run(hours * 3_600, 300, each=lambda: s.hear(kiosks[2]))
    s.pocket.failures = []
    return kiosks


def test_each_receiver_gets_one_summary_of_what_is_open_first_then_what_ended(stage):
    s = stage(NOW + OTHER)
    night(s)
    s.run(60, 10)
    assert {message.address for message in s.pocket.messages} == {"truc@example.vn", "chief@example.vn"}
    assert len(s.pocket.messages) == 2
    message = next(message for message in s.pocket.messages if message.address == "truc@example.vn")
    assert "2 cảnh báo còn mở, 1 đã khắc phục" in message.subject
    text = message.text
    assert "".join(piece.text for piece in message.sms).startswith("[IOC] TÓM TẮT")
    assert text.index("Còn mở:") < text.index("Nguồn k0") < text.index("Đã khắc phục") < text.index("Nguồn k2")


def test_each_replaced_notification_says_by_which_summary(stage):
    s = stage(NOW)
    night(s)
    s.run(60, 10)
    found = rows(s)
    [summary] = [row for row in found if row["what"] == "summary"]
    others = [row for row in found if row["what"] != "summary"]
    assert len(others) == 4  # three beginnings, one end
    assert {(row["state"], row["replaced_by"]) for row in others} == {("replaced", summary["id"])}
    assert (summary["state"], summary["payload"]["messages"], summary["severity"]) == ("delivered", 4, "critical")


def test_who_heard_of_it_by_summary_hears_the_end(stage):
    s = stage(NOW)
    kiosks = night(s)
    s.run(60, 10)
    s.pocket.messages.clear()
    s.returns(kiosks[0])
    s.run(60, 10, each=lambda: s.hear(kiosks[0]))
    [end] = s.pocket.messages
    assert "Nguồn k0" in end.subject
    assert "ĐÃ KHẮC PHỤC" in end.subject.upper() or "NGHIÊM TRỌNG" not in end.subject


@pytest.mark.parametrize("minutes", [5, 55])
def test_a_shorter_outage_changes_nothing(stage, minutes):
    s = stage(NOW)
    night(s, minutes / 60)
    s.run(60, 10)
    assert [row["what"] for row in rows(s)] == ["firing", "firing", "firing", "resolved"]
    assert len(s.pocket.messages) == 4


def test_a_summary_that_fails_takes_in_what_comes_meanwhile(stage):
    s = stage(NOW)
    night(s)
    s.pocket.failures = [AWAY] * 2
    s.run(10)
    down(s, "xm/queue/late")
    s.run(100, 10)
    assert "3 cảnh báo còn mở" in s.subjects[0]
    assert len(s.pocket.messages) == 1
