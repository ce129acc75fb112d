"""A channel that hangs on what is down is not tried first."""

import pytest
import sqlalchemy as sa

from alerts.delivery.independence import ChannelOrder, Independence, PutBack
from alerts.model import AlertState
from ioc.config.alerting import Channel
from ioc.platform.db.tables import alert, notification
from tests.databases import empty_records

MAIL, SMS, MODEM = (
    Channel(name="mail", kind="email", depends_on=("hg/service/mail", "hg/link/wan")),
    Channel(name="sms", kind="sms_http", depends_on=("hg/link/wan",)),
    Channel(name="modem", kind="gsm_modem"),
)
CHAIN = ("mail", "sms", "modem")
WAN = "hg/link/wan"


@pytest.fixture
def db(tmp_path):
    records = empty_records(tmp_path / "ioc.sqlite")
    yield records
    records.close()


def opened(conn, path, severity="critical", state=AlertState.FIRING, is_open=True):
    org, kind, source = path.split("/")
    subject = {"org": org, "kind": kind, "source": source}
    told = {"fingerprint": path, "rule": "down", "title": "alert.down", "params": {}, "since": 1}
    conn.execute(sa.insert(alert).values(**subject, **told, severity=severity, state=state, open=is_open))


def order(db, *, chain=CHAIN, about="hg/queue/k1", channels=(MAIL, SMS, MODEM), **how):
    with db.write() as conn:
        for path in how.pop("trouble", ()):
            opened(conn, path, **how)
        return Independence(channels).order(conn, chain, about)


def test_without_trouble_the_chain_is_as_it_was_written(db):
    assert order(db) == ChannelOrder(CHAIN, ())


@pytest.mark.parametrize("state", [AlertState.FIRING, AlertState.PENDING, AlertState.SUPPRESSED, AlertState.SHELVED])
def test_what_hangs_on_a_line_that_is_down_comes_last_and_says_why(db, state):
    assert order(db, trouble=[WAN], state=state) == ChannelOrder(
        ("modem", "mail", "sms"), (PutBack("mail", WAN), PutBack("sms", WAN))
    )


def test_the_alert_about_the_mail_server_does_not_go_by_mail_first(db):
    told = order(db, about="hg/service/mail")
    assert told == ChannelOrder(("sms", "modem", "mail"), (PutBack("mail", "hg/service/mail"),))


@pytest.mark.parametrize("how", [{"severity": "warning"}, {"is_open": False, "state": AlertState.RESOLVED}])
def test_what_is_no_longer_or_not_gravely_in_trouble_changes_nothing(db, how):
    assert order(db, trouble=[WAN], **how) == ChannelOrder(CHAIN, ())


def test_another_source_of_the_same_name_is_another(db):
    assert order(db, trouble=["hg.dong-van/link/wan"]) == ChannelOrder(CHAIN, ())


def test_where_all_hang_on_it_the_first_is_still_tried(db):
    assert order(db, chain=("sms", "mail"), trouble=[WAN]) == ChannelOrder(("sms", "mail"), ())


# --- as it is told ------------------------------------------------------------------------------------------------

CONFIG = """
[[rule]]
id = "offline"
kind = "offline"
severity = "critical"
hours = "always"
[[channel]]
name = "thu"
kind = "pocket"
depends_on = ["hg/service/mail"]
[[channel]]
name = "tin"
kind = "pocket"
[[receiver]]
name = "lan"
email = ["lan@example.vn"]
[[route]]
receivers = ["lan"]
fallback = ["thu", "tin"]
"""


@pytest.mark.parametrize(
    ("path", "channel", "put_back"),
    [
        ("hg/service/mail", "tin", [{"channel": "thu", "because": "hg/service/mail"}]),
        ("hg/service/portal", "thu", None),
    ],
)
def test_the_message_goes_another_way_and_the_ledger_says_why(stage, path, channel, put_back):
    s = stage(CONFIG)
    source = s.add(path)
    s.hear(source, up=True)
    s.run(30)
    s.leaves(source)
    s.run(180, step=5.0)
    with s.db.read() as conn:
        n = notification.c
        rows = conn.execute(sa.select(n.channel, n.put_back, n.fallback).where(n.receiver == "lan")).all()
    (row,) = rows
    assert (row.channel, row.put_back) == (channel, put_back)
    assert [each["channel"] for each in row.fallback] == ["thu" if channel == "tin" else "tin"], "it is still tried"
