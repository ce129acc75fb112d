"""What nats-server writes to its log, as captured from 2.15.1: secrets stay out, floods are counted."""

from ioc.platform.nats.sayings import Sayings

FULL = (
    '[17593] [ERR] 127.0.0.1:37687 - mid:30 - "ioc-ingest-0123456789abcdef" - JetStream failed a pipelined QoS1/2'
    " operation (pi=40): maximum bytes exceeded (10077); closing the connection"
)
LATE = FULL.replace("maximum bytes exceeded (10077)", "no JetStream ack within 5s")
DISK = "[1] [WRN] Filestore [$MQTT_msgs] Critical write error: write /d/msgs/6.blk: no space left on device"
STARTED = "[17593] [INF] Server is ready"
PLAIN = "[17593] [WRN] Plaintext passwords detected, use nkeys or bcrypt"


def test_no_client_id_reaches_our_log():
    said = Sayings().hear(LATE)
    assert said is not None
    assert "no JetStream ack" in said
    assert "ioc-ingest" not in said


def test_what_is_of_no_interest_is_not_said():
    sayings = Sayings()
    assert [sayings.hear(line) for line in (STARTED, PLAIN, "not a line of its log")] == [None, None, None]


def test_a_full_store_is_counted_not_said_each_time():
    sayings = Sayings()
    assert [sayings.hear(FULL) for _ in range(3)] == [None, None, None]
    assert sayings.refused_full == 3


def test_a_full_disk_is_said_once():
    sayings = Sayings()
    assert sayings.hear(DISK) is not None
    assert sayings.hear(DISK) is None
    assert sayings.disk_full


def test_a_reload_is_known_and_not_said():
    sayings = Sayings()
    assert sayings.hear("[17593] [INF] Reloaded server configuration") is None
    assert sayings.reloaded.is_set()
