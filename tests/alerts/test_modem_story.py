"""One alert by modem and back: the engine finds it, gammu-smsd sends it, somebody texts the code, and has it."""

import re
import time

import pytest

from alerts import service
from alerts.answering.answers import AnswerDesk
from alerts.answering.inbox import Inboxes
from alerts.channels import gsm_modem
from tests.alerts.channels.modem import Modem
from tests.alerts.conftest import OFFLINE, Stage

CONFIG = """
[[channel]]
name = "modem"
kind = "gsm_modem"
outbox = "{outbox}"
sent = "{sent}"
error = "{error}"
inbox = "{inbox}"
inbound = "0912000000"
timeout_s = 15
[[receiver]]
name = "lan"
phone = ["0912345678"]
[[route]]
receivers = ["lan"]
channels = ["modem"]
"""


@pytest.fixture
def modem(tmp_path):
    return Modem(tmp_path / "modem")


def test_an_alert_goes_out_by_modem_and_is_taken_by_the_answer(tmp_path, modem):
    story = Stage(tmp_path, OFFLINE + CONFIG.format(**modem.folders), further={"gsm_modem": gsm_modem})
    settings = story.context.settings
    desk = AnswerDesk(story.db, story.clock, b"key", settings.alerts)
    inboxes = Inboxes(desk, service.receiving(settings, {"pocket": story.pocket, "gsm_modem": gsm_modem}))
    codec = story.add("hg/vc/p1")
    story.hear(codec, calls=1)
    with modem.driven():
        story.run(30)
        story.leaves(codec)
        story.run(180, step=10.0)
        ((number, text),) = modem.sent
        code = re.search(r"tra loi (\w+) de nhan", text)[1]
        assert (number, text.partition(",")[0]) == (
            "+84912345678",
            "[IOC] NGHIEM TRONG Ha Giang: Nguon p1: Mat ket noi",
        )
        modem.comes_in(number, f"{code} dang di xem")
        deadline = time.monotonic() + 20
        while not inboxes.read():
            assert time.monotonic() < deadline, "the answer"
            time.sleep(0.05)
    (alert,) = story.alerts
    assert (str(alert.state), alert.acknowledged_by) == ("acknowledged", "lan")
    story.db.close()
