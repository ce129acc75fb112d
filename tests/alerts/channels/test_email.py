"""E-mail against a real SMTP server."""

import email
import email.policy
import socket
import ssl
import subprocess
from dataclasses import replace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from alerts.channels import email as channel
from alerts.message import AlertMessage
from ioc.core.errors import IocError

LETTER = AlertMessage(
    "ref-1",
    "truc@example.vn",
    "[IOC] NGHIÊM TRỌNG · Xín Mần",
    "Mất kết nối\n",
    "<b>Mất kết nối</b>",
    (),
    1_780_000_000_000,
)


class Mailbox:
    """Keeps what arrives; refuses receivers as told."""

    def __init__(self):
        self.letters = []
        self.refuse = None

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # the name is aiosmtpd's
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append((envelope.rcpt_tos, letter))
        return "250 Accepted"


@pytest.fixture
def serve():
    running = []

    def start(**options):
        mailbox = Mailbox()
        with socket.create_server(("127.0.0.1", 0)) as free:  # aiosmtpd cannot find a port by itself
            port = free.getsockname()[1]
        controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return mailbox, port

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return context, str(cert)


def options(port, **more):
    return channel.Options(host="127.0.0.1", port=port, sender="ioc@example.vn", timeout_s=5, **more)


def test_a_letter_arrives_in_vietnamese_as_text_and_html(serve):
    mailbox, port = serve()
    receipt = channel.send(options(port), LETTER)
    receivers, letter = mailbox.letters[0]
    assert receivers == ["truc@example.vn"]
    assert letter["Subject"] == LETTER.subject
    assert letter["Message-ID"] == receipt == "<ref-1@example.vn>"
    assert letter.get_body(("plain",)).get_content().replace("\r\n", "\n") == LETTER.text
    assert letter.get_body(("html",)).get_content().strip() == LETTER.html


def test_mails_about_one_incident_are_one_thread():
    first, second = (
        channel.compose(options(25), replace(LETTER, ref=ref, thread="incident-7")) for ref in ("ref-1", "ref-2")
    )
    assert first["References"] == first["In-Reply-To"] == second["References"] == "<incident-7@example.vn>"
    assert first["Message-ID"] != second["Message-ID"]
    assert channel.compose(options(25), LETTER)["References"] is None


@pytest.mark.parametrize("words", range(4, 30))
def test_a_long_subject_keeps_its_spaces(words):
    sentence = "[IOC] NGHIÊM TRỌNG · Huyện Đồng Văn · Cáp Đồng Văn: Ngừng hoạt động (mất điện) abc (+2)"
    subject = " ".join((sentence.split() * 3)[:words])
    letter = channel.compose(options(25), replace(LETTER, subject=subject))
    assert email.message_from_bytes(letter.as_bytes(), policy=email.policy.default)["Subject"] == subject


@pytest.mark.parametrize(
    ("answer", "code", "transient"),
    [("550 no such user", "smtp_address", False), ("451 try later", "smtp_deferred", True)],
)
def test_the_servers_word_decides_whether_to_try_again(serve, answer, code, transient):
    mailbox, port = serve()
    mailbox.refuse = answer
    with pytest.raises(IocError) as refused:
        channel.send(options(port), LETTER)
    assert (refused.value.code, refused.value.transient) == (code, transient)
    assert answer in refused.value.message


def test_a_server_that_is_away_is_worth_another_try():
    with pytest.raises(IocError) as away:
        channel.send(channel.Options(host="127.0.0.1", port=1, sender="ioc@example.vn"), LETTER)
    assert (away.value.code, away.value.transient) == ("smtp_unavailable", True)


@pytest.mark.parametrize(
    "address", ["a@b.vn, evil@x.org", "a@b.vn\r\nBcc: evil@x.org", "nobody", "@b.vn", "a@", "đ@b.vn"]
)
def test_what_is_not_one_address_is_refused_for_good(serve, address):
    mailbox, port = serve()
    letter = AlertMessage("r", address, "s", "t", "h", (), 1)
    with pytest.raises(IocError) as refused:
        channel.send(options(port), letter)
    assert (refused.value.code, refused.value.transient) == ("bad_address", False)
    assert mailbox.letters == []


def test_login_over_starttls(serve, certificate):
    context, ca = certificate

    def check(_server, _session, _envelope, _mechanism, login):
        return AuthResult(success=(login.login, login.password) == (b"ioc", b"secret"), handled=False)

    mailbox, port = serve(tls_context=context, require_starttls=True, authenticator=check, auth_required=True)
    signed = {"tls": "starttls", "ca": ca, "username": "ioc"}
    channel.send(options(port, password="secret", **signed), LETTER)
    assert len(mailbox.letters) == 1
    with pytest.raises(IocError) as refused:
        channel.send(options(port, password="wrong", **signed), LETTER)
    assert (refused.value.code, refused.value.transient) == ("smtp_auth", True)


def test_tls_from_the_first_byte_and_a_certificate_that_must_be_known(serve, certificate):
    context, ca = certificate
    mailbox, port = serve(ssl_context=context)
    channel.send(options(port, tls="tls", ca=ca), LETTER)
    assert len(mailbox.letters) == 1
    with pytest.raises(IocError, match="CERTIFICATE_VERIFY_FAILED"):
        channel.send(options(port, tls="tls"), LETTER)


@pytest.mark.parametrize("wrong", [{"sender": "nobody"}, {"sender": "a@b.vn", "username": "a"}])
def test_options_that_cannot_work_are_refused_at_start(wrong):
    with pytest.raises(ValueError, match=r"name@domain|together"):
        channel.Options(host="h", **wrong)
