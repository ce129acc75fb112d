"""The channel by Apprise, against a server that takes its JSON; and what is said where the library is not installed."""

import importlib
import json

import apprise
import pytest

from alerts.channels import apprise as channel
from alerts.message import AlertMessage
from ioc.core.errors import Code, IocError
from tests.alerts.channels.gateways import Gateway, serving

NOTE = AlertMessage("ref-1", "khac", "[IOC] NGHIÊM TRỌNG", "Mất kết nối\n", "h", (), 1)


def test_a_message_arrives_with_its_marks():
    with serving(Gateway()) as server:
        assert channel.send(channel.Options(urls=(f"json://{server.host}/",)), NOTE) == ""
        said = json.loads(server.requests[0][3])
    assert (said["title"], said["message"].strip()) == (NOTE.subject, NOTE.text.strip())


def test_one_that_does_not_take_it_is_worth_another_try_and_its_address_is_not_told():
    with serving(Gateway()) as server:
        server.answers = [(500, "")] * 3
        with pytest.raises(IocError) as refused:
            channel.send(channel.Options(urls=(f"json://user:an-cap@{server.host}/",)), NOTE)
    assert refused.value.code is Code.GATEWAY_UNAVAILABLE
    assert "an-cap" not in refused.value.message


@pytest.mark.parametrize(("urls", "told"), [(("khong://co",), r"urls\[0\]: khong://… is no address"), ((), "empty")])
def test_an_address_it_does_not_know_is_refused_at_start(urls, told):
    with pytest.raises(ValueError, match=told):
        channel.Options(urls=urls)


def test_without_the_library_the_channel_says_what_to_install(monkeypatch):
    def missing(name):
        raise ImportError(name)

    assert apprise.__version__
    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ValueError, match=r'pip install "ioc\[apprise\]"'):
        channel.Options(urls=("json://127.0.0.1/",))
