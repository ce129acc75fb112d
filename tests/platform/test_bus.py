"""The bus on a real broker: who needs what the broker keeps asks for it once more."""

import pytest

from ioc.config.settings import Mqtt
from ioc.platform import broker
from ioc.platform.broker import Bus
from tests.ops.running import wait_until
from tests.servers import mosquitto


@pytest.mark.parametrize(("retained", "times"), [(True, 2), (False, 1)])
def test_what_a_broker_keeps_is_asked_for_again_where_it_is_needed(tmp_path, monkeypatch, retained, times):
    monkeypatch.setattr(broker, "AGAIN_S", 0.1)
    with mosquitto(tmp_path) as server:
        mqtt = Mqtt(url=server.url)
        speaker, listener, got = Bus(mqtt, "speaker"), Bus(mqtt, "listener"), []
        speaker.start()
        assert speaker.wait(10)
        speaker.publish_acknowledged("ioc/v1/hg/service/ups/state", b"1", retain=True)
        listener.subscribe("ioc/v1/+/+/+/state", lambda topic, *_: got.append(topic), retained=retained)
        listener.subscribe("end", lambda topic, *_: got.append(topic))
        listener.start()
        wait_until(lambda: len(got) == times)
        speaker.publish_acknowledged("end", b"1")
        wait_until(lambda: got[-1] == "end")
        assert len(got) == times + 1
        for bus in (speaker, listener):
            bus.stop()
