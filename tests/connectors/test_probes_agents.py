"""Probes of agents and endpoints: snmpd, sipp, a name server, PostgreSQL and InfluxDB."""

import asyncio
import socket
import threading

import dns.message
import dns.rcode
import dns.rrset
import pytest

from connectors.snmp import traffic
from connectors.snmp.agent import UPTIME
from connectors.snmp.traffic import Interface
from tests.connectors.probing import connector, look, looks, problems
from tests.influx_servers import influxd
from tests.peers import black_hole, free_udp_port, sipp, snmpd
from tests.postgres_server import postgresql
from tests.servers import free_port

UPS = "1.3.6.1.2.1.33.1"
SENSOR = "1.3.6.1.2.1.99.1.1.1"
ROOM = {  # what a UPS with a thermometer tells: on battery, 87 %, 21 minutes; 23.5 °C
    f"{UPS}.4.1.0": ("integer", 5),
    f"{UPS}.2.3.0": ("integer", 21),
    f"{UPS}.2.4.0": ("integer", 87),
    f"{SENSOR}.1.7": ("integer", 8),
    f"{SENSOR}.2.7": ("integer", 9),
    f"{SENSOR}.3.7": ("integer", 1),
    f"{SENSOR}.4.7": ("integer", 235),
    "1.3.6.1.4.1.9999.1.0": ("octet_str", '"12.75"'),
}
V3 = {
    "user": "ioc", "auth": "sha256", "auth_password": "authpass12", "privacy": "aes", "privacy_password": "privpass12",
}  # fmt: skip


@pytest.fixture(scope="module")
def agent(tmp_path_factory):
    with snmpd(tmp_path_factory.mktemp("snmp"), ROOM) as port:
        yield {"host": "127.0.0.1", "port": port}


def test_an_agent_tells_its_ups_its_heat_and_its_disks(agent):
    seen = look("snmp", **agent, read=["ups", "temperature", "disks"])
    assert seen.error is None
    assert seen.took_ms > 0
    assert (seen.figures["on_battery"], seen.figures["battery_pct"], seen.figures["battery_min"]) == (True, 87, 21)
    assert seen.figures["temp_c"] == pytest.approx(23.5)
    assert 0 <= seen.figures["disk_used_pct"] <= 100


def test_an_agent_by_v3_with_the_right_and_the_wrong_password(agent):
    assert look("snmp", **agent, **V3, read=["ups"]).figures["on_battery"] is True
    wrong = look("snmp", **agent, **{**V3, "auth_password": "wrongpass"})
    assert "digest" in wrong.error.lower()
    stranger = look("snmp", **agent, **{**V3, "user": "nobody"})
    assert "user" in stranger.error.lower()


def test_agents_entered_alike_are_asked_at_once_and_a_silent_one_delays_none(agent, tmp_path):
    with snmpd(tmp_path) as other, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        ports = [agent["port"], other, silent.getsockname()[1]] * 5
        asked = [connector("snmp", host="127.0.0.1", port=port, timeout_s=2, **V3) for port in ports]
        seen = looks(*asked)
    assert [one.error for one in seen] == [None, None, "timeout"] * 5


def test_an_agent_that_does_not_know_the_community_is_silent(agent):
    assert look("snmp", **agent, community="secret", timeout_s=1).error == "timeout"


def test_given_oids_are_figures_by_name(agent):
    seen = look("snmp", **agent, oids={"level_m": "1.3.6.1.4.1.9999.1.0", "charge": f"{UPS}.2.4.0"})
    assert (seen.error, seen.figures) == (None, {"level_m": 12.75, "charge": 87})
    absent = look("snmp", **agent, oids={"level_m": "1.3.6.1.4.1.9999.2.0"})
    assert absent.error == "no number at 1.3.6.1.4.1.9999.2.0 (level_m)"
    assert "oids" in problems(kind="snmp", host="a", oids={"Level": "1.3"})


def test_an_agent_without_a_ups_says_so(tmp_path):
    with snmpd(tmp_path) as port:
        seen = look("snmp", host="127.0.0.1", port=port, read=["ups"])
    assert seen.error == "agent tells nothing about: ups"


def test_an_interface_by_its_name_is_up_and_one_that_is_not_there_is_named(agent):
    assert look("snmp", **agent, interface="lo").error is None
    assert look("snmp", **agent, interface="ge-0/0/1").error == "no interface 'ge-0/0/1'"


def told(octets: int, *, uptime: int = 0, wide: bool = True, speed: int = 100_000_000) -> dict[str, int]:
    """What a device says of an interface that sends twice what it receives."""
    columns = (traffic.OCTETS_IN, traffic.OCTETS_OUT) if wide else (traffic.OCTETS_IN_32, traffic.OCTETS_OUT_32)
    wrap = 2**64 if wide else 2**32
    return {columns[0]: octets % wrap, columns[1]: 2 * octets % wrap, UPTIME: uptime, traffic.SPEED: speed}


def rates(*looks: dict[str, int], every_s: float = 10) -> list[dict[str, float]]:
    interface = Interface("lo")
    return [interface.rates(look, at * every_s) for at, look in enumerate(looks)]


def test_traffic_is_what_was_counted_since_the_last_look_unless_the_device_began_anew():
    known = rates(told(1_000_000), told(2_000_000), told(5))
    assert known == [{}, {"rx_kbps": 800.0, "tx_kbps": 1_600.0}, {}]
    restarted = rates(told(1_000_000, uptime=9_000), told(2_000_000, uptime=100))
    assert restarted == [{}, {}], "what it counted before is not known"


def test_counters_of_32_bits_give_rates_across_their_wrap():
    near = 2**32 - 500_000
    assert rates(told(near, wide=False), told(near + 1_000_000, wide=False))[1] == {
        "rx_kbps": 800.0,
        "tx_kbps": 1_600.0,
    }
    restarted = rates(told(near, wide=False, uptime=9_000), told(5, wide=False, uptime=100))
    assert restarted[1] == {}, "a counter that began anew has not wrapped"


@pytest.mark.parametrize(
    ("speed", "every_s", "known"), [(10**9, 30, True), (10**9, 60, False), (0, 300, True), (0, 600, False)]
)
def test_a_counter_that_may_have_wrapped_twice_gives_no_rate(speed, every_s, known):
    seen = rates(told(0, wide=False, speed=speed), told(1_000_000, wide=False, speed=speed), every_s=every_s)
    assert bool(seen[1]) is known


class Switch:
    """An agent with interfaces by number, each a name and whether it is up."""

    def __init__(self, interfaces: dict[str, tuple[str, bool]]) -> None:
        self.interfaces = interfaces

    async def column(self, oid: str) -> dict[str, str]:
        return {index: name for index, (name, _) in self.interfaces.items()} if oid == traffic.NAME else {}

    async def get(self, oids: list[str]) -> dict[str, int | str]:
        rows = {
            index: {traffic.NAME: name, traffic.STATUS: 1 if up else 2} for index, (name, up) in self.interfaces.items()
        }
        cells = {f"{column}.{index}": value for index, row in rows.items() for column, value in row.items()}
        return {oid: cells[oid] for oid in oids if oid in cells}


def test_a_port_is_followed_by_its_name_when_a_reboot_numbers_it_anew():
    switch, port = Switch({"1": ("Gi0/1", True), "2": ("Gi0/2", True)}), Interface("Gi0/1")
    assert asyncio.run(port.look(switch)).error is None
    switch.interfaces = {"1": ("Gi0/2", True), "2": ("Gi0/1", False)}
    assert asyncio.run(port.look(switch)).error == "interface Gi0/1 is down"
    switch.interfaces = {"1": ("Gi0/2", True)}
    assert asyncio.run(port.look(switch)).error == "no interface 'Gi0/1'"
    switch.interfaces = {"7": ("Gi0/1", True)}
    assert asyncio.run(port.look(switch)).error is None


NOBODY_KNOWS = {  # a UPS whose battery does not speak with it, and a thermometer that is unplugged
    f"{UPS}.4.1.0": ("integer", 3),
    f"{UPS}.2.3.0": ("integer", -1),
    f"{UPS}.2.4.0": ("integer", 255),
    f"{UPS}.4.4.1.5.1": ("integer", 42),
    f"{SENSOR}.1.7": ("integer", 8),
    f"{SENSOR}.2.7": ("integer", 9),
    f"{SENSOR}.3.7": ("integer", 0),
    f"{SENSOR}.4.7": ("integer", 2_147_483_647),
    f"{SENSOR}.1.8": ("integer", 8),
    f"{SENSOR}.4.8": ("integer", 99),
    f"{SENSOR}.5.8": ("integer", 2),
    f"{SENSOR}.1.9": ("integer", 8),
    f"{SENSOR}.4.9": ("integer", 24),
    f"{SENSOR}.5.9": ("integer", 1),
    "1.3.6.1.4.1.9999.1.0": ("integer", 2_147_483_647),
    "1.3.6.1.4.1.9999.2.0": ("octet_str", '"n/a"'),
}


def test_what_a_device_does_not_know_is_left_out_and_costs_no_other_figure(tmp_path):
    oids = {"level_m": "1.3.6.1.4.1.9999.1.0"}
    with snmpd(tmp_path, NOBODY_KNOWS) as port:
        seen = look("snmp", host="127.0.0.1", port=port, read=["ups", "temperature"], oids=oids)
        text = look("snmp", host="127.0.0.1", port=port, read=["ups"], oids={"level_m": "1.3.6.1.4.1.9999.2.0"})
    assert (seen.error, seen.figures) == (None, {"on_battery": False, "ups_load_pct": 42, "temp_c": 24.0})
    assert text.error == "no number at 1.3.6.1.4.1.9999.2.0 (level_m)"
    assert text.figures == {"on_battery": False, "ups_load_pct": 42}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"user": "ioc", "auth": "sha256", "auth_password": "short"}, "auth needs auth_password of at least 8"),
        ({"user": "ioc", "privacy": "aes", "privacy_password": "privpass12"}, "privacy needs auth"),
        ({"auth": "sha256", "auth_password": "authpass12"}, "auth needs user"),
        ({"read": ["coffee"]}, "connector[0].read: ['coffee']"),
    ],
)
def test_half_an_account_is_refused(keys, words):
    assert words in problems(kind="snmp", host="a", **keys)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_an_endpoint_that_answers_options(tmp_path, transport):
    with sipp(tmp_path, transport=transport) as port:
        seen = look("sip", host="127.0.0.1", port=port, transport=transport)
    assert (seen.error, seen.figures) == (None, {"sip_status": 200})


@pytest.mark.parametrize(
    ("status", "keys", "error"),
    [
        ("486 Busy Here", {}, None),
        ("404 Not Found", {"uri": "sip:cau-1@example.vn"}, None),
        ("501 Not Implemented", {}, None),
        ("603 Decline", {}, None),
        ("503 Service Unavailable", {}, "SIP 503"),
        ("404 Not Found", {"statuses": [200]}, "SIP 404"),
    ],
)
def test_any_answer_but_one_of_trouble_is_a_sign_of_life_unless_told_otherwise(tmp_path, status, keys, error):
    with sipp(tmp_path, status) as port:
        assert look("sip", host="127.0.0.1", port=port, **keys).error == error


def test_an_endpoint_that_is_gone_or_silent():
    assert look("sip", host="127.0.0.1", port=free_udp_port()).error == "connection refused"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        assert look("sip", host="127.0.0.1", port=port, timeout_s=0.8).error == "timeout"
        silent.settimeout(1)
        asked = [silent.recv(4_096), silent.recv(4_096)]
    assert asked[0] == asked[1], "UDP loses packets: it is asked again"
    assert asked[0].startswith(b"OPTIONS sip:127.0.0.1:")


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def name_server():
    """Answers `portal.example.vn`, and that there is no other."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    server.settimeout(0.1)
    stop = threading.Event()

    def serve():
        while not stop.is_set():
            try:
                packet, asker = server.recvfrom(4_096)
            except TimeoutError:
                continue
            question = dns.message.from_wire(packet)
            answer = dns.message.make_response(question)
            asked = question.question[0]
            if asked.name.to_text() != "portal.example.vn.":
                answer.set_rcode(dns.rcode.NXDOMAIN)
            elif asked.rdtype == dns.rdatatype.A:
                answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", "A", "10.1.2.3", "10.1.2.4"))
            server.sendto(answer.to_wire(), asker)

    thread = threading.Thread(target=serve)
    thread.start()
    yield {"server": "127.0.0.1", "port": server.getsockname()[1]}
    stop.set()
    thread.join()
    server.close()


def test_a_name_server_and_what_it_answers(name_server):
    seen = look("dns", query="portal.example.vn", **name_server, expect=["10.1.2.4"])
    assert (seen.error, seen.figures) == (None, {"answers": 2})
    assert look("dns", query="portal.example.vn", **name_server, expect=["10.9.9.9"]).error == "answer lacks 10.9.9.9"
    assert look("dns", query="nowhere.example.vn", **name_server).error == "no such name"
    assert look("dns", query="portal.example.vn", record="MX", **name_server).error == "no MX record"


def test_a_name_server_that_is_silent_costs_its_time_limit():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        assert look("dns", query="a.vn", server="127.0.0.1", port=port, timeout_s=0.4).error == "timeout"


# --- lines ------------------------------------------------------------------------------------------------------------


def test_an_echo_from_this_machine():
    seen = look("ping", publish="hg/link/x", host="127.0.0.1", count=2, interval_s=0.01)
    if seen.error and "not allowed" in seen.error:
        pytest.skip("this system lets nobody here send ICMP")
    assert (seen.error, seen.figures) == (None, {"loss_pct": 0})
    assert 0 < seen.took_ms < 1_000


def test_nothing_echoes_from_an_address_that_is_nobodys():
    seen = look("ping", publish="hg/link/x", host="240.0.0.1", count=2, interval_s=0.01, wait_s=0.2)
    if seen.error and "not allowed" in seen.error:
        pytest.skip("this system lets nobody here send ICMP")
    assert (seen.error, seen.took_ms, seen.figures) == ("no answer", None, {"loss_pct": 100})


# --- databases --------------------------------------------------------------------------------------------------------


def test_an_influxdb_answers_a_web_server_is_none(tmp_path):
    with influxd(tmp_path) as server:
        seen = look("influx", url=f"http://127.0.0.1:{server.port}")
    assert (seen.error, seen.figures["http_status"]) == (None, 204)
    assert look("influx", url=f"http://127.0.0.1:{free_port()}").error == "connection refused"


def test_a_postgresql_lets_us_in_and_answers():
    with postgresql("mat-khau") as url:
        well = look("postgres", url=url, password="mat-khau")
        assert well.error is None
        assert well.took_ms > 0
        assert "password authentication failed" in look("postgres", url=url, password="sai").error
        lacking = look("postgres", url=url, password="mat-khau", query="SELECT * FROM ho_so")
        assert lacking.error == 'relation "ho_so" does not exist'
        writing = look("postgres", url=url, password="mat-khau", query="CREATE TABLE x (y int)")
        assert "read-only transaction" in writing.error


def test_a_postgresql_that_is_not_there_or_never_answers():
    assert "refused" in look("postgres", url=f"postgresql://ioc@127.0.0.1:{free_port()}/ioc").error.lower()
    with black_hole() as port:
        assert look("postgres", url=f"postgresql://ioc@127.0.0.1:{port}/ioc", timeout_s=0.4).error == "timeout"
