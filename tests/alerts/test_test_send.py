"""`ioc alert test-send` says at once what the far side answers."""

import pytest

from tests.alerts.backlog import Mailbox, double
from tests.running import ioc

CONFIG = """
data_dir = "{folder}/data"
[[channel]]
name = "mail"
kind = "email"
host = "127.0.0.1"
port = {port}
sender = "ioc@example.vn"
"""


@pytest.fixture
def far(tmp_path):
    with double(Mailbox, "ok") as made:
        made.config = tmp_path / "ioc.toml"
        made.config.write_text(CONFIG.format(folder=tmp_path, port=made.port), encoding="utf-8")
        yield made


def send(far, *arguments):
    return ioc("alert", "test-send", *arguments, "--config", str(far.config))


def test_it_goes_out_and_the_receipt_is_told(far):
    assert "mail took the test to lan@example.vn, receipt <" in send(far, "mail", "lan@example.vn")
    assert [address for address, _ in far.taken] == ["lan@example.vn"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sms", "0912345678"), "channel 'sms' is not configured; allowed: mail"),
        (("mail", "a@b.vn, c@d.vn"), "expected one e-mail address"),
        (("mail",), "expected one e-mail address"),
    ],
)
def test_what_cannot_be_sent_is_refused(far, arguments, said):
    with pytest.raises(AssertionError, match=said):
        send(far, *arguments)


def test_what_the_server_answers_is_told(far):
    far.become("defers")
    with pytest.raises(AssertionError, match="451"):
        send(far, "mail", "lan@example.vn")
