"""Probes of ports, pages and certificates, against nginx and what a broken network does."""

import socket

import pytest

from tests.authority import Authority
from tests.connectors.probing import look
from tests.peers import black_hole, nginx
from tests.servers import free_port


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with nginx(tmp_path_factory.mktemp("site")) as url:
        yield url


def test_a_port_that_accepts_refuses_or_is_silent():
    with socket.create_server(("127.0.0.1", 0)) as server:
        seen = look("tcp", host="127.0.0.1", port=server.getsockname()[1])
    assert seen.error is None
    assert 0 <= seen.took_ms < 1_000
    assert look("tcp", host="127.0.0.1", port=free_port()).error == "connection refused"
    assert look("tcp", host="no-such-host.invalid", port=80).error == "name not found"


def test_a_port_that_does_not_greet_as_expected():
    with black_hole() as port:
        assert look("tcp", host="127.0.0.1", port=port, greeting="220", timeout_s=0.2).error == "timeout"


def test_a_page_by_its_status_and_its_words(site):
    well = look("http", url=f"{site}/health", contains="OK", pattern=r"status: \w+")
    assert well.error is None
    assert well.figures == {"http_status": 200}
    broken = look("http", url=f"{site}/broken")
    assert (broken.error, broken.figures["http_status"]) == ("HTTP 503", 503)
    assert look("http", url=f"{site}/broken", statuses=[503], contains="maintenance").error is None
    assert look("http", url=f"{site}/health", contains="Xin chào").error == "body lacks 'Xin chào'"
    assert look("http", url=f"{site}/health", pattern="^up").error == "body does not match '^up'"


def test_a_server_that_has_no_head_is_asked_by_get(site):
    assert look("http", url=f"{site}/no-head", method="HEAD").figures == {"http_status": 200}
    told = look("http", url=f"{site}/no-head", method="HEAD", statuses=[200])
    assert told.error == "HTTP 501", "who names the statuses gets the answer as it came"


def test_redirects_are_followed_as_often_as_allowed(site):
    assert look("http", url=f"{site}/moved", contains="OK").figures["http_status"] == 200
    unfollowed = look("http", url=f"{site}/moved", redirects=0)
    assert (unfollowed.error, unfollowed.figures["http_status"]) == (None, 302)
    assert look("http", url=f"{site}/round").error == "too many redirects"


def test_a_page_behind_a_password(site):
    assert look("http", url=f"{site}/secret").error == "HTTP 401"
    assert look("http", url=f"{site}/secret", username="ioc", password="secret").error is None


def test_a_server_that_accepts_and_never_answers_costs_its_time_limit():
    with black_hole() as port:
        assert look("http", url=f"http://127.0.0.1:{port}/", timeout_s=0.3).error == "timeout"
        assert look("certificate", host="127.0.0.1", port=port, timeout_s=0.3).error == "timeout"
    assert look("http", url=f"http://127.0.0.1:{free_port()}/").error == "connection refused"


def test_a_page_over_tls_tells_the_days_left_of_its_certificate(tmp_path, authority):
    with nginx(tmp_path, authority.issue(20)) as url:
        seen = look("http", url=f"{url}/health", ca=str(authority.ca))
        assert seen.error is None
        assert seen.figures["cert_days_left"] == pytest.approx(20, abs=0.01)
        assert look("http", url=f"{url}/health").error.startswith("certificate: ")
        assert look("http", url=f"{url}/health", verify=False).error is None


@pytest.mark.parametrize(
    ("days", "host", "self_signed", "error"),
    [
        (12.5, "127.0.0.1", False, None),
        (-3.2, "127.0.0.1", False, "certificate expired 3 days ago"),
        (-0.1, "127.0.0.1", False, "certificate has expired"),
        (90, "127.0.0.1", True, "certificate: self-signed certificate"),
        (90, "mail.example.vn", False, "certificate: IP address mismatch, certificate is not valid for '127.0.0.1'."),
    ],
)
def test_days_left_are_read_of_any_certificate(tmp_path, authority, days, host, self_signed, error):
    with nginx(tmp_path, authority.issue(days, host, self_signed=self_signed)) as url:
        seen = look("certificate", host="127.0.0.1", port=int(url.rpartition(":")[2]), ca=str(authority.ca))
    assert seen.error == error
    assert seen.figures["cert_days_left"] == pytest.approx(days, abs=0.01)


@pytest.mark.parametrize("chain", [True, False])
def test_the_days_left_are_those_of_what_ends_first_in_the_chain(tmp_path, authority, chain):
    with nginx(tmp_path, authority.below(9, "Issuing CA").issue(300)) as url:
        port, ca = int(url.rpartition(":")[2]), str(authority.ca)
        seen = look("certificate", host="127.0.0.1", port=port, ca=ca, chain=chain)
        page = look("http", url=f"{url}/health", ca=ca, verify=chain)
    assert (seen.error, page.error) == (None, None)
    assert seen.figures["cert_days_left"] == page.figures["cert_days_left"] == pytest.approx(9, abs=0.01)


def test_an_issuer_that_has_expired_is_named(tmp_path, authority):
    with nginx(tmp_path, authority.below(-2, "Issuing CA").issue(300)) as url:
        seen = look("certificate", host="127.0.0.1", port=int(url.rpartition(":")[2]), ca=str(authority.ca))
    assert seen.error == "certificate of its issuer Issuing CA expired 2 days ago"
    assert seen.figures["cert_days_left"] == pytest.approx(-2, abs=0.01)


def test_a_certificate_shown_beside_the_chain_is_nobodys_business(tmp_path, authority):
    pair = authority.issue(300)
    pair.certificate.write_bytes(pair.certificate.read_bytes() + Authority(tmp_path).issue(-9).certificate.read_bytes())
    with nginx(tmp_path, pair) as url:
        port = int(url.rpartition(":")[2])
        where = {"host": "127.0.0.1", "port": port, "ca": str(authority.ca)}
        seen = [look("certificate", **where, chain=chain).figures["cert_days_left"] for chain in (True, False)]
    assert seen == [pytest.approx(300, abs=0.01)] * 2


def test_a_certificate_for_another_name_than_the_address(tmp_path, authority):
    with nginx(tmp_path, authority.issue(90, "mail.example.vn")) as url:
        port = int(url.rpartition(":")[2])
        where = {"host": "127.0.0.1", "port": port, "ca": str(authority.ca)}
        assert look("certificate", **where, server_name="mail.example.vn").error is None
        assert look("certificate", **where, chain=False).error is None
