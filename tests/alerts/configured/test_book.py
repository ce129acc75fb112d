"""The file seeds the book, the API changes it, and what was changed stands until the file says something new."""

from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from alerts.configured import store
from alerts.configured.entry import Grounds, table_of
from alerts.configured.seed import sync
from ioc.config import read
from ioc.config.alerting import ReceiverOptions
from ioc.config.book import Book, entries, name_of
from ioc.core import registry
from ioc.core.errors import Code, IocError
from ioc.platform.db.tables import audit
from tests.databases import empty_records

RULES = registry.scan("alerts.rules")
FILE = {
    "data_dir": "unused",
    "channel": [{"name": "mail", "kind": "email"}],
    "receiver": [{"name": "lan", "email": ["lan@example.vn"]}, {"name": "hung", "phone": ["0912345678"]}],
    "rule": [
        {"id": "late", "kind": "offline", "severity": "critical", "missed": 3},
        {"id": "wait", "kind": "threshold", "on": {"kind": "queue", "metric": "longest_wait_s"}, "above": 1800},
    ],
    "route": [
        {"org": "hg", "receivers": ["lan"], "channels": ["mail"], "continue": True},
        {"name": "all", "receivers": ["hung"], "channels": ["mail"]},
    ],
    "maintenance": [{"name": "night", "match": {"kind": "service"}, "hours": "01:00-02:00"}],
}  # fmt: skip


class Place:
    """A database, and the file as it is now."""

    def __init__(self, folder: Path):
        self.db = empty_records(folder / "ioc.sqlite")
        self.file = msgspec.json.decode(msgspec.json.encode(FILE))
        self.now = 1

    @property
    def settings(self):
        options = {"rule": {kind: plugin.Options for kind, plugin in RULES.items()}}
        return read.parse(self.file, options, {})

    @property
    def grounds(self):
        return Grounds.of(self.settings, RULES)

    def start(self) -> bool:
        self.now += 1
        return sync(self.db, self.settings, self.now)

    @property
    def book(self) -> Book:
        with self.db.read() as conn:
            return store.load(conn, self.grounds)

    @property
    def version(self) -> int:
        with self.db.read() as conn:
            return store.version(conn)

    def names(self, section: str) -> list[str]:
        return [name_of(entry) for entry in getattr(self.book, section)]

    def put(self, section: str, **table: object):
        before = table.pop("before", None)
        return store.put(self.db, self.grounds, section, table, "mai", self.now, before=before)

    def remove(self, section: str, name: str) -> None:
        store.remove(self.db, self.grounds, section, name, "mai", self.now)


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path)
    made.start()
    yield made
    made.db.close()


def test_the_book_is_what_the_file_says(place):
    assert place.book == place.settings.book
    assert [route.name for route in place.book.route] == ["route-1", "all"]
    assert len(list(entries(place.book))) == 7


def test_a_second_start_changes_nothing(place):
    before = place.version
    assert not place.start()
    assert place.version == before


def test_what_was_changed_stands_until_the_file_says_something_new(place):
    place.put("receiver", name="lan", email=["lan.moi@example.vn"])
    assert not place.start()
    assert place.book.receiver[0].email == ("lan.moi@example.vn",)
    place.file["receiver"][0]["email"] = ["lan.3@example.vn"]
    assert place.start()
    assert place.book.receiver[0].email == ("lan.3@example.vn",)


def test_what_was_deleted_does_not_come_back_at_a_start(place):
    place.remove("rule", "late")
    assert not place.start()
    assert place.names("rule") == ["wait"]
    place.file["rule"][0]["missed"] = 4
    place.start()
    assert place.names("rule") == ["late", "wait"]


def test_taken_out_of_the_file_it_goes_unless_a_person_changed_it(place):
    place.put("rule", id="wait", kind="threshold", on={"kind": "queue", "metric": "waiting"}, above=9)
    del place.file["rule"]
    place.start()
    assert place.names("rule") == ["wait"]


def test_an_entry_of_the_api_stays_beside_the_file(place):
    place.put("receiver", name="hoa", email=["hoa@example.vn"])
    place.file["receiver"][1]["lang"] = "en"
    place.start()
    assert place.names("receiver") == ["lan", "hung", "hoa"]


def test_routes_keep_the_order_they_were_given(place):
    place.put("route", name="first", receivers=["hung"], channels=["mail"], before="route-1")
    assert place.names("route") == ["first", "route-1", "all"]
    assert not place.start()
    place.put("route", name="all", receivers=["lan"], channels=["mail"])
    assert place.names("route") == ["first", "route-1", "all"], "replaced where it stands"
    with pytest.raises(IocError, match="'nobody' is not defined; allowed: all, first, route-1"):
        place.put("route", name="other", receivers=["lan"], channels=["mail"], before="nobody")
    place.file["route"].insert(0, {"name": "new", "receivers": ["lan"], "channels": ["mail"]})
    place.start()
    assert place.names("route") == ["first", "new", "route-2", "all"]


@pytest.mark.parametrize(
    ("section", "table", "said"),
    [
        ("receiver", {"name": "x", "email": ["a@b.vn, c@d.vn"]}, "receiver 'x'.email[0]: 'a@b.vn, c@d.vn'"),
        ("receiver", {"name": "x", "phones": []}, "receiver.phones: unknown key; allowed: email"),
        ("receiver", {"name": "x", "email_file": "/etc/passwd"}, "receiver.email_file: unknown key"),
        ("route", {"receivers": ["lan"], "channels": ["mail"]}, "route.name: missing"),
        ("route", {"name": "x", "receivers": ["who"], "channels": ["mail"]}, "'who' is not defined; allowed: hung"),
        ("route", {"name": "x", "receivers": ["lan"], "channels": ["sms"]}, "'sms' is not defined; allowed: mail"),
        ("rule", {"id": "x", "kind": "offlin"}, "'offlin'; allowed: "),
        ("rule", {"id": "x", "kind": "threshold", "on": {"kind": "queue", "metric": "m"}, "above": 1, "equals": True},
         "equals stands alone, without above and below"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_place_value_and_what_is_allowed(place, section, table, said):
    before = place.book
    with pytest.raises(IocError) as refused:
        place.put(section, **table)
    assert refused.value.code is Code.BAD_CONFIG
    assert said in "\n".join(refused.value.params["problems"])
    assert place.book == before


def test_what_others_need_is_not_removed(place):
    with pytest.raises(IocError, match=r"route 'all'\.receivers: 'hung' is not defined"):
        place.remove("receiver", "hung")
    with pytest.raises(IocError) as unknown:
        place.remove("receiver", "nobody")
    assert unknown.value.code is Code.UNKNOWN_ENTRY


def test_what_the_file_makes_impossible_is_told_and_the_rest_goes_on(place):
    place.put("route", name="late", receivers=["hung"], channels=["mail"])
    del place.file["receiver"][1], place.file["route"][1]
    place.start()
    assert place.names("receiver") == ["lan"]
    assert place.book.problems == ("route 'late'.receivers: 'hung' is not defined; allowed: lan",)
    place.put("receiver", name="lan", email=["lan.moi@example.vn"])  # what was wrong before stops nobody


def test_every_change_is_in_the_audit(place):
    place.put("receiver", name="hoa", email=["hoa@example.vn"])
    place.remove("receiver", "hoa")
    with place.db.read() as conn:
        rows = conn.execute(sa.select(audit.c.actor, audit.c.action, audit.c.subject, audit.c.detail)).all()
    hoa = {"name": "hoa", "email": ["hoa@example.vn"]}
    assert [tuple(row) for row in rows] == [
        ("mai", "receiver.put", "hoa", {"before": None, "after": hoa}),
        ("mai", "receiver.removed", "hoa", {"before": hoa}),
    ]


def test_an_entry_is_kept_as_the_file_would_say_it():
    assert table_of(ReceiverOptions(name="lan", members=("a", "b"))) == {"name": "lan", "members": ["a", "b"]}
