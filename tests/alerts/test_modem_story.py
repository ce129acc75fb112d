"""One alert by modem and back: the engine finds it, gammu-smsd sends it, somebody texts the code, the alert is taken."""

import tomllib

import pytest

from alerts import service
from alerts.answering.answers import AnswerDesk
from alerts.answering.inbox import Inboxes
from alerts.channels import gsm_modem
from ioc.config import read
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
