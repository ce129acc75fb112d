"""191 communes behind one cut: one message a receiver, one all-clear, then the three that stayed dead; kills or not."""

import pytest

from tests.alerts.conftest import OFFLINE

NOW = OFFLINE + "hold_s = 0\n"
TWO_PEOPLE = """
[[receiver]]
name = "lanh-dao"
email = ["lanhdao@example.vn"]
[[route]]
receivers = ["lanh-dao"]
channels = ["mail"]
"""
ALL, CUT, DEAD = 195, 191, 3


class CutLine:
    """A line with its communes, each of an endpoint that speaks while it can."""

    def __init__(self, s, name="cap-1", communes=ALL):
        self.s = s
        self.link = s.add(f"hg/link/{name}", interval_s=10)
        self.points = [s.add(f"xm/vc/{name}-{i}", parent=f"hg/link/{name}") for i in range(communes)]
        self.away = set()
        for key in self.keys:
            s.returns(key)

    @property
    def keys(self):
        return [self.link, *self.points]

    def leave(self, *keys):
        for key in keys:
            self.s.leaves(key)
        self.away.update(keys)

    def come_back(self, *keys):
        for key in keys:
            self.s.returns(key)
        self.away.difference_update(keys)

    def speak(self):
        for key in self.keys:
            if key not in self.away:
                self.s.hear(key)


def play(s, lines, kill=None):
    """Children are heard first, then their line; all but three come back with it. `kill`: where the engine dies."""

    def run(seconds, step):
        s.run(seconds, 1.0, lambda: [line.speak() for line in lines])
        if kill == step:
            s.start()

    for line in lines:
        line.leave(*line.points[: CUT // 2])
    run(2, "children")
    for line in lines:
        line.leave(line.link, *line.points[CUT // 2 : CUT])
    run(3, "cut")
    run(20, "told")
    for line in lines:
        line.come_back(line.link, *line.points[DEAD:])
    run(2, "back")
    run(30, "cleared")
    for line in lines:
        line.come_back(*line.points)
    run(15, "over")


def told(s, address):
    return [message for message in s.pocket.messages if message.address == address]


KILLS = [None, "children", "cut", "told", "back", "cleared", "over"]


@pytest.mark.parametrize("kill", KILLS)
def test_one_message_a_receiver_one_all_clear_then_what_stayed_dead(stage, kill):
    s = stage(NOW + TWO_PEOPLE)
    play(s, [CutLine(s)], kill)
    for address in ("truc@example.vn", "lanhdao@example.vn"):
        cut, clear, dead, over = told(s, address)
        assert cut.subject == (
            "[IOC] NGHIÊM TRỌNG · Hà Giang · Nguồn cap-1: Mất kết nối; 191/195 điểm cầu phía sau mất liên lạc"
        )
        assert "Xín Mần 191/195" in cut.text
        assert "191/195" in "".join(piece.text for piece in cut.sms)
        assert clear.subject == "[IOC] ĐÃ KHẮC PHỤC · Hà Giang · Nguồn cap-1: Mất kết nối"
        assert (dead.subject[:18], dead.text.count("Nguồn cap-1-")) == ("[IOC] NGHIÊM TRỌNG", DEAD)
        assert (over.subject[:18], over.text.count("Nguồn cap-1-")) == ("[IOC] ĐÃ KHẮC PHỤC", DEAD)
        assert {message.thread for message in (cut, clear, dead, over)} == {cut.thread}
    with s.db.read() as conn:
        states = [row.state for row in conn.exec_driver_sql("SELECT state FROM incident WHERE id = 1")]
    assert states == ["over"]


def test_two_cuts_at_once_are_two_messages(stage):
    s = stage(NOW)
    play(s, [CutLine(s, "cap-1"), CutLine(s, "cap-2")])
    firing = [message.subject for message in s.pocket.messages if "NGHIÊM TRỌNG" in message.subject]
    assert [name for subject in firing[:2] for name in ("cap-1", "cap-2") if f"Nguồn {name}:" in subject] == [
        "cap-1", "cap-2"
    ]  # fmt: skip
    assert len(s.pocket.messages) == 2 * 4


@pytest.mark.parametrize("kill", [None, "told"])
def test_where_nothing_is_cut_nobody_is_told(stage, kill):
    s = stage(NOW)
    line = CutLine(s)
    s.run(30, 1.0, line.speak)
    if kill:
        s.start()
    s.run(30, 1.0, line.speak)
    assert (s.pocket.messages, s.alerts) == ([], [])
