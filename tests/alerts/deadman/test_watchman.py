"""The watchman: what it takes for well, when it speaks, and to whom."""

import re
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec import Struct

from alerts.deadman import look, options
from alerts.deadman.look import LookOutcome, Sighting
from alerts.deadman.watch import Watch, remembered
from alerts.deadman.words import WatchWords
from ioc import bootstrap
from ioc.core.errors import Code, IocError, UsageError
from ioc.core.registry import scan
from tests.clock import FakeClock

WELL = Sighting(LookOutcome.WELL)
AWAY = Sighting(LookOutcome.UNREACHABLE, "ConnectError")
CONFIG = """
token = "t"
silent_after_s = 60
remind_min = 30
[[channel]]
name = "pocket"
kind = "pocket"
[[receiver]]
name = "truc-ban"
phone = ["0912345678"]
[[receiver]]
name = "duty"
phone = ["0912345679"]
lang = "en"
"""


class Phones:
    """A channel kind that keeps what it is given; `refused` numbers cannot be reached."""

    kind, address = "pocket", "phone"

    class Options(Struct, frozen=True, kw_only=True):
        pass

    def __init__(self):
        self.sent, self.refused = [], set()

    def send(self, _options, message):
        if message.address in self.refused:
            raise IocError(Code.GATEWAY_UNAVAILABLE, "away")
        self.sent.append((message.address, message.subject, message.ref))


@pytest.fixture
def phones():
    return Phones()


@pytest.fixture
def watch(tmp_path, phones):
    file = tmp_path / "watch.toml"
    file.write_text(CONFIG)
    plugins = {"pocket": phones}
    read = options.load(file, plugins, {})
    clock = FakeClock()
    words = WatchWords(bootstrap.texts(), "https://ioc.example.vn", "may-canh", ZoneInfo("Asia/Ho_Chi_Minh"))
    everybody = options.addressees(read, plugins)
    return Watch(read, {"pocket": (phones, None)}, everybody, words, lambda: WELL, clock, tmp_path / "watch.state")


def seen(watch, what, seconds, each=10):
    """Looks that all see the same."""
    watch.look = lambda: what
    for _ in range(seconds // each):
        watch.clock.advance(each)
        watch.round()


def texts(phones, to="0912345678"):
    return [text for address, text, _ in phones.sent if address == to]


def test_it_tells_once_reminds_and_tells_the_return(watch, phones):
    seen(watch, AWAY, 60)
    assert phones.sent == []
    seen(watch, AWAY, 600)
    (told,) = texts(phones)
    assert told.startswith("[IOC] NGHIÊM TRỌNG ioc.example.vn: không kết nối được (ConnectError), từ ")
    seen(watch, AWAY, 1_800)
    assert [text.split()[1] for text in texts(phones)] == ["NGHIÊM", "NHẮC"]
    seen(watch, WELL, 600)
    assert texts(phones)[2:] == ["[IOC] ioc.example.vn đã hoạt động trở lại sau 41 phút"]
    assert [text.split()[1] for text in texts(phones, "0912345679")] == ["CRITICAL", "REMINDER", "ioc.example.vn"]
    assert len({ref for _, _, ref in phones.sent}) == 3


def test_while_all_is_well_and_over_a_short_silence_nobody_hears_anything(watch, phones):
    for _ in range(5):
        seen(watch, WELL, 300)
        seen(watch, AWAY, 50)
    assert phones.sent == []


def test_who_could_not_be_reached_is_told_later_and_who_never_was_hears_of_no_return(watch, phones):
    phones.refused = {"0912345678", "0912345679"}
    seen(watch, AWAY, 120)
    phones.refused = {"0912345679"}
    seen(watch, AWAY, 20)
    assert len(texts(phones)) == 1
    assert watch.known.told == ("pocket 0912345678",)
    phones.refused = set()
    seen(watch, WELL, 30)
    assert len(texts(phones)) == 2
    assert texts(phones, "0912345679") == []


def test_a_return_nobody_could_be_told_of_is_tried_until_it_arrives(watch, phones):
    seen(watch, AWAY, 120)
    phones.refused = {"0912345678", "0912345679"}
    seen(watch, WELL, 120)
    assert len(phones.sent) == 2
    phones.refused = set()
    seen(watch, WELL, 60)
    assert len(phones.sent) == 4


def test_a_restart_says_nothing_twice(watch, phones, tmp_path):
    seen(watch, AWAY, 120)
    again = replace(watch, known=remembered(tmp_path / "watch.state"))
    seen(again, AWAY, 600)
    assert len(texts(phones)) == 1
    seen(again, WELL, 20)
    assert len(texts(phones)) == 2
    assert remembered(tmp_path / "watch.state").since is None


@pytest.mark.parametrize(
    ("status", "text", "why", "detail"),
    [
        (200, "alerts ok 0.4 s ago\ningest ok 1.0 s ago\nweb ok 0.1 s ago\n", LookOutcome.WELL, ""),
        (503, "alerts late 31.0 s ago\ningest ok 1.0 s ago\nweb ok 0.1 s ago\n", LookOutcome.SILENT, "alerts late"),
        (
            503,
            "alerts trouble 1.0 s ago stuck=sms\ningest ok\nweb ok\n",
            LookOutcome.SILENT,
            "alerts trouble",
        ),
        (503, "ingest missing\nweb ok 0.1 s ago\n", LookOutcome.SILENT, "alerts missing, ingest missing"),
        (503, "connectors late 9 s ago\nalerts ok 1 s\ningest ok 1 s\nweb ok 0 s\n", LookOutcome.WELL, ""),
        (200, "<html>Sign in to this network</html>", LookOutcome.ANSWERED, "200"),
        (503, '{"error": {"code": "database_locked"}}', LookOutcome.ANSWERED, "503"),
        (502, "Bad Gateway", LookOutcome.ANSWERED, "502"),
        (401, "{}", LookOutcome.REFUSED, "401"),
    ],
)
def test_what_is_taken_for_well(status, text, why, detail):
    assert look.judged(status, text, ("alerts", "ingest", "web")) == Sighting(why, detail)


def test_it_asks_readyz_with_its_token_and_says_when_nobody_answers():
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["Authorization"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"alerts ok\ningest ok\nweb ok\n")

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    read = options.WatchOptions(token="t", channel=(), receiver=(), timeout_s=2)
    assert look.look(url, read) == WELL
    assert asked == [("/readyz", "Bearer t")]
    server.shutdown()
    server.server_close()
    assert look.look(url, read).why is LookOutcome.UNREACHABLE


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (('kind = "pocket"', 'kind = "pigeon"'), "channel[0].kind: 'pigeon'"),
        (('phone = ["0912345679"]', 'email = ["a@example.vn"]'), "receiver 'duty': has no address that a channel"),
        (('token = "t"', 'token = "t"\nroles = ["web"]'), "leaves out 'alerts'"),
        (('token = "t"', ""), "token"),
        (("remind_min = 30", "remind = 30"), "remind"),
    ],
)
def test_a_file_that_would_fail_at_night_is_refused_at_the_start(tmp_path, phones, change, problem):
    file = tmp_path / "watch.toml"
    file.write_text(CONFIG.replace(*change))
    with pytest.raises(UsageError) as refused:
        options.load(file, {"pocket": phones}, {})
    assert problem in refused.value.message


def test_the_shipped_file_loads_and_shows_every_key(tmp_path):
    token = tmp_path / "token"
    token.write_text("t\n")
    shipped = (Path(__file__).parents[3] / "deploy" / "watch.toml").read_text()
    file = tmp_path / "watch.toml"
    file.write_text(shipped.replace("/etc/ioc-watch/token", str(token)))
    plugins = scan("alerts.channels")
    read = options.load(file, plugins, {})
    assert (read.token, len(options.addressees(read, plugins))) == ("t", 1)
    keys = set(options.WatchOptions.__struct_fields__) - {"channel", "receiver", "token"}
    assert all(re.search(rf"^(# )?{key} = ", shipped, re.M) for key in keys)
