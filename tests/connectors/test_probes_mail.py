"""Probes of mail servers: aiosmtpd to send to, a scripted mailbox (`tests.mail_double`) and a Dovecot to look into."""

import pytest

from tests.connectors.probing import look, problems
from tests.dovecot import dovecot
from tests.mail_double import PASSWORD, USER, mail_server
from tests.peers import black_hole
from tests.servers import free_port


@pytest.fixture
def post():
    with mail_server() as server:
        yield server


def mailbox(post, **keys):
    return {"host": "127.0.0.1", "port": post.imap, "username": USER, "password": PASSWORD, **keys}


def round_trip(post, **keys):
    sending = {"smtp_host": "127.0.0.1", "smtp_port": post.smtp, "smtp_tls": "none", "smtp_login": False}
    return mailbox(post, sender="ioc@example.vn", recipient="ioc@example.vn", **sending, **keys)


def test_a_server_that_greets_and_takes_mail_for_an_address(post):
    where = {"host": "127.0.0.1", "port": post.smtp}
    assert look("smtp", **where).error is None
    assert look("smtp", **where, recipient="truc@example.vn").error is None
    assert look("smtp", **where, recipient="nobody@example.vn").error == "SMTP 550 no such user"
    assert post.letters == [], "a look sends nothing"


def test_a_server_without_what_is_asked_of_it(post):
    where = {"host": "127.0.0.1", "port": post.smtp}
    assert "STARTTLS" in look("smtp", **where, tls="starttls").error
    assert "AUTH" in look("smtp", **where, username="ioc", password="x").error
    assert look("smtp", host="127.0.0.1", port=free_port()).error == "connection refused"


def test_a_server_that_never_greets_costs_its_time_limit():
    with black_hole() as port:
        assert look("smtp", host="127.0.0.1", port=port, timeout_s=0.3).error == "timeout"
        assert look("imap", host="127.0.0.1", port=port, timeout_s=0.3).error == "timeout"


def test_a_mailbox_that_can_be_opened(post):
    seen = look("imap", **mailbox(post))
    assert (seen.error, seen.figures) == (None, {"messages": 0})
    assert look("imap", **mailbox(post, password="sai")).error == "[AUTHENTICATIONFAILED] wrong password"
    assert look("imap", **mailbox(post, mailbox="Archive")).error == "no mailbox 'Archive'"


def test_a_mail_goes_round_and_is_deleted(post):
    post.letters.append("Subject: of somebody else\n\nkeep me\n")
    seen = look("imap", **round_trip(post))
    assert seen.error is None
    assert 0 < seen.figures["round_trip_ms"] < 5_000
    assert [letter.splitlines()[0] for letter in post.letters] == ["Subject: of somebody else"]


def test_a_mail_that_does_not_arrive_and_one_that_comes_too_late(post):
    post.lost = True
    assert look("imap", **round_trip(post, wait_s=0.3)).error == "mail did not arrive within 0.3 s"
    post.lost = False
    post.letters.append("X-IOC-Probe: 1\nMessage-ID: <late@ioc.probe>\n\n")
    assert look("imap", **round_trip(post)).error is None
    assert post.letters == []


@pytest.fixture(scope="module")
def real():
    with dovecot() as server:
        yield server


def test_a_mail_goes_round_through_a_real_mailbox(real):
    real.lay(b"Subject: of somebody else\r\n\r\nkeep me\r\n")
    real.lay(b"Subject: IOC probe\r\nX-IOC-Probe: 1\r\nMessage-ID: <late@ioc.probe>\r\n\r\ntoo late\r\n")
    seen = look("imap", **round_trip(real, username=None, password=None, timeout_s=30, wait_s=20))
    assert seen.error is None
    assert seen.figures["messages"] == 2
    assert 0 < seen.figures["round_trip_ms"] < 20_000
    assert [letter.splitlines()[0] for letter in real.letters()] == [b"Subject: of somebody else"]


def test_mailboxes_by_their_names_also_vietnamese_ones(real):
    where = {"host": "127.0.0.1", "port": real.imap, "timeout_s": 30}
    assert look("imap", **where, mailbox="Archive").error == "no mailbox 'Archive'"
    assert look("imap", **where, mailbox="Lưu trữ & khác").error == "no mailbox 'Lưu trữ & khác'"
    real.make(".L&AbA-u tr&Hu8- &- kh&AOE-c")
    assert look("imap", **where, mailbox="Lưu trữ & khác").figures == {"messages": 0}


def test_a_round_trip_needs_its_addresses():
    assert "smtp_host needs sender and recipient" in problems(kind="imap", host="a", smtp_host="b")
