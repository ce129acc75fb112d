"""Reforms from the command line: the one of July 2025 on the simulated province, and what cannot be."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors import simulator
from ioc import cli
from ioc.core.model import Role
from ioc.domain import access
from ioc.domain.inventory import OrgTree
from ioc.domain.inventory.records import load_orgs
from ioc.platform.db import Database, sqlite_url
from ioc.platform.db.tables import audit, calendar_day, dossier, org, org_past
from ioc.platform.meta import Fact, get

pytestmark = pytest.mark.slow

PROVINCE = Path(simulator.__file__).parent / "ha_giang" / "orgs.csv"
EVE, DAY = "2025-06-30", "2025-07-01"
SMALL = """code,name,kind,parent,valid_from,valid_to,successor
hg,Hà Giang,province,,,,
hg.a,Xã A,commune,hg,,,
hg.b,Xã B,commune,hg,,,
hg.a.1,Phòng một cửa,room,hg.a,,,
hg.old,Xã cũ,commune,hg,,2019-12-31,hg.a
hg.new,Xã mới,commune,hg,2030-01-01,,
"""


class Installation:
    """`ioc org …` on one data directory."""

    def __init__(self, folder: Path, capsys) -> None:
        self.folder, self._capsys = folder, capsys
        self.run("import", str(self._file(SMALL)))

    def _file(self, text: str) -> Path:
        path = self.folder / "orgs.csv"
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *arguments: str, group: str = "org") -> tuple[int, str]:
        try:
            code = cli.main([group, *arguments, "--data-dir", str(self.folder / "data")])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        said = self._capsys.readouterr()
        return code, said.out + said.err

    @property
    def db(self) -> Database:
        return Database(sqlite_url(self.folder / "data" / "ioc.sqlite"))

    def tree(self, day: str) -> OrgTree:
        with self.db.read() as conn:
            return load_orgs(conn, day)

    def rows(self, table: sa.Table) -> list[tuple]:
        with self.db.read() as conn:
            return [tuple(row) for row in conn.execute(sa.select(table).order_by(*table.primary_key))]


@pytest.fixture
def ioc(tmp_path: Path, capsys) -> Installation:
    return Installation(tmp_path, capsys)


def test_two_communes_become_a_new_one(ioc: Installation):
    code, said = ioc.run("merge", "hg.a", "hg.b", "--into", "hg.c", "--on", DAY, "--name", "Xã C")
    assert code == 0
    assert "+ hg.c (Xã C): commune below hg" in said
    today, before = ioc.tree("2026-01-01"), ioc.tree(EVE)
    assert today.scope("hg.c").codes == {"hg.c", "hg.a", "hg.b", "hg.old", "hg.a.1"}
    assert [step.code for step in today.path("hg.a.1")] == ["hg", "hg.c", "hg.a.1"]
    assert before.scope("hg.a").codes == {"hg.a", "hg.a.1", "hg.old"}
    assert today.get("hg.a").valid_to == EVE
    assert not before.lives("hg.c")
    with ioc.db.read() as conn:
        action, subject, detail = conn.execute(
            sa.select(audit.c.action, audit.c.subject, audit.c.detail).order_by(audit.c.id.desc())
        ).first()
    assert (action, subject) == ("org.merge", "hg.a hg.b -> hg.c")
    assert detail == {"on": DAY, "closed": ["hg.a", "hg.b"], "added": ["hg.c"], "changed": ["hg.a.1"]}


def test_one_takes_the_other_over_under_a_new_name(ioc: Installation):
    assert (
        ioc.run("merge", "hg.a", "hg.b", "--into", "hg.a", "--on", DAY, "--name", "Phường A", "--kind", "ward")[0] == 0
    )
    today = ioc.tree("2026-01-01")
    assert today.scope("hg.a").codes == {"hg.a", "hg.b", "hg.a.1", "hg.old"}
    assert (today.get("hg.a").name, today.get("hg.a").kind) == ("Phường A", "ward")
    assert (today.on(EVE).get("hg.a").name, today.on(EVE).get("hg.a").kind) == ("Xã A", "commune")


def test_a_planned_reform_changes_nothing_before_its_day(ioc: Installation):
    assert ioc.run("merge", "hg.a", "hg.b", "--into", "hg.c", "--on", "2031-01-01")[0] == 0
    assert ioc.tree("2030-12-31").scope("hg.a").codes == {"hg.a", "hg.a.1", "hg.old"}
    assert ioc.tree("2031-01-01").scope("hg.a.1").codes == {"hg.a.1"}
    assert "hg.c" not in ioc.run("list")[1]
    assert "  hg.c  Xã A (commune)  [stands for hg.a, hg.b, hg.old]" in ioc.run("list", "--on", "2031-01-01")[1]


def test_a_unit_is_renamed_and_moved_and_its_past_is_kept(ioc: Installation):
    assert ioc.run("change", "hg.b", "--on", "2021-01-01", "--name", "Phường B")[0] == 0
    code, said = ioc.run("change", "hg.b", "--on", DAY, "--parent", "hg.a", "--kind", "ward")
    assert (code, "~ hg.b parent: hg -> hg.a" in said) == (0, True)
    tree = ioc.tree("2026-01-01")
    told = [(then.get("hg.b").name, then.get("hg.b").kind, then.path("hg.b")[-2].code)
            for then in map(tree.on, ("2020-12-31", "2021-01-01", EVE, DAY))]  # fmt: skip
    assert told == [
        ("Xã B", "commune", "hg"),
        ("Phường B", "commune", "hg"),
        ("Phường B", "commune", "hg"),
        ("Phường B", "ward", "hg.a"),
    ]


def test_two_changes_on_one_day_remember_what_was_before_both(ioc: Installation):
    ioc.run("change", "hg.b", "--on", DAY, "--name", "Phường B")
    ioc.run("change", "hg.b", "--on", DAY, "--parent", "hg.a")
    assert ioc.rows(org_past) == [("hg.b", EVE, "Xã B", "commune", "hg")]


def test_a_dry_run_says_whom_it_concerns_and_changes_nothing(ioc: Installation):
    (ioc.folder / "sources.csv").write_text("org,kind,source\nhg.a,queue,k1\nhg.a,queue,k2\n")
    assert ioc.run("import", str(ioc.folder / "sources.csv"), group="source")[0] == 0
    access.add_user(ioc.db, "lan", Role.OPERATOR, "hg.a", "mat-khau-dai", 0)
    access.create_token(ioc.db, "man-hinh", Role.WALL, "hg.b", 0)
    with ioc.db.write() as conn:
        conn.execute(sa.insert(calendar_day).values(org="hg.a", date="2025-07-11", kind="off"))
        row = dict.fromkeys(("is_open", "online", "undated"), True) | {"source_id": 1, "code": "H1", "changed_at": 0}
        row |= {"receiving_org": "hg.a", "handling_org": "hg.a", "history": "[]"}
        conn.execute(sa.insert(dossier).values(row))
    before = ioc.rows(org), ioc.rows(org_past)
    code, said = ioc.run("merge", "hg.a", "hg.b", "--into", "hg.c", "--on", DAY, "--dry-run")
    assert code == 0
    for line in (
        "- hg.a (Xã A): last day 2025-06-30, then hg.c",
        "~ hg.a.1 parent: hg.a -> hg.c",
        "hg.a: 2 of kind queue keep address and history",
        "user lan (operator, hg.a): follows to hg.c",
        "token man-hinh (wall, hg.b): follows to hg.c",
        "hg.a: 1 special days after 2025-06-30",
        "hg.a: 1 open dossiers",
        "nothing was changed yet",
    ):
        assert line in said
    assert (ioc.rows(org), ioc.rows(org_past)) == before


def test_routes_and_rules_that_name_a_closed_org_are_told_of(ioc: Installation):
    config = ioc.folder / "ioc.toml"
    config.write_text(f"""data_dir = "{ioc.folder / "data"}"
[[channel]]
name = "mail"
kind = "email"
host = "127.0.0.1"
sender = "ioc@example.vn"
[[receiver]]
name = "truc-a"
email = ["a@example.vn"]
[[route]]
org = "hg.a"
severity = ["critical"]
receivers = ["truc-a"]
channels = ["mail"]
[[rule]]
id = "mat-ket-noi"
kind = "offline"
org = "hg.a"
severity = "critical"
""")
    arguments = ["org", "close", "hg.a", "--on", DAY, "--dry-run", "--config", str(config)]
    assert cli.main(arguments) == 0
    said = ioc._capsys.readouterr().out
    assert "route 1 (truc-a, hg.a): keeps what it had on its last day" in said
    assert "rule mat-ket-noi (hg.a): keeps what it had on its last day" in said


def test_lists_of_grants_say_which_follow_a_successor(ioc: Installation):
    access.add_user(ioc.db, "lan", Role.OPERATOR, "hg.a", "mat-khau-dai", 0)
    access.create_token(ioc.db, "man-hinh", Role.WALL, "hg.b", 0)
    access.create_token(ioc.db, "ca-tinh", Role.WALL, "hg", 0)
    ioc.run("merge", "hg.a", "--into", "hg.c", "--on", DAY)
    ioc.run("close", "hg.b", "--on", DAY)
    assert f"{EVE}, now hg.c" in ioc.run("list", group="user")[1]
    by_name = {line.split()[0]: line for line in ioc.run("list", group="token")[1].splitlines()}
    assert by_name["man-hinh"].endswith(f"{EVE}, no successor")
    assert by_name["ca-tinh"].endswith("-")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["merge", "hg.a", "mars", "--into", "hg.c", "--on", DAY], "'mars' is not in the tree"),
        (
            ["merge", "hg.old", "--into", "hg.c", "--on", DAY],
            "already closed: its last day is 2019-12-31, successor hg.a",
        ),
        (["merge", "hg.a", "--into", "hg.old", "--on", DAY], "hg.old does not live from 2025-07-01 on"),
        (["merge", "hg.a", "--into", "hg.a", "--on", DAY], "name at least one other org"),
        (["merge", "hg.a", "--into", "hg.a.1", "--on", DAY], "hg.a.1 stands below hg.a"),
        (["merge", "hg.a", "--into", "không được", "--on", DAY], "allowed: 1-64 characters"),
        (["merge", "hg.a", "--into", "hg.c", "--on", DAY, "--parent", "hg.a"], "parent hg.a does not live"),
        (["merge", "hg.a", "--into", "hg.c", "--on", DAY, "--parent", "hg.a.1"], "hg.a.1 stands below hg.a"),
        (["merge", "hg", "--into", "hg.b", "--on", DAY], "hg.b stands below hg"),
        (["merge", "hg.a", "--into", "hg.c", "--on", "1/7/2025"], "allowed: a date such as"),
        (["merge", "hg.a", "--into", "hg.c", "--on", "2025-02-30"], "allowed: a date such as"),
        (["close", "hg.a", "--on", "0001-01-01"], "allowed: a date from 1900-01-01"),
        (["close", "hg.new", "--on", "2030-01-01"], "hg.new begins on 2030-01-01 only"),
        (["change", "hg.a", "--on", DAY], "is all that already"),
        (["change", "hg.a", "--on", DAY, "--parent", "hg.a.1"], "hg.a.1 stands below hg.a"),
        (["change", "hg.old", "--on", DAY, "--name", "X"], "hg.old does not live from"),
        (["list", "--on", "hôm nay"], "allowed: a date such as"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_is_changed(ioc: Installation, arguments: list[str], expected: str):
    before = ioc.rows(org)
    code, said = ioc.run(*arguments)
    assert (code, expected in said) == (2, True), said
    assert ioc.rows(org) == before


def test_reforms_are_entered_in_the_order_of_their_days(ioc: Installation):
    ioc.run("change", "hg.b", "--on", DAY, "--name", "Phường B")
    code, said = ioc.run("change", "hg.b", "--on", "2024-01-01", "--name", "Xã B2")
    assert (code, "hg.b already changes after 2025-06-30" in said) == (2, True)


def test_a_reform_reaches_whoever_follows_the_inventory(ioc: Installation):
    def revision() -> int:
        with ioc.db.read() as conn:
            return int(get(conn, Fact.INVENTORY_REV, "0"))

    before = revision()
    ioc.run("close", "hg.a", "--on", DAY, "--dry-run")
    assert revision() == before
    ioc.run("close", "hg.a", "--on", DAY)
    assert revision() == before + 1


def test_the_reform_of_july_2025(tmp_path: Path, capsys):
    """Districts go, communes merge, the province joins its neighbour: every figure of before is found again after."""
    text = PROVINCE.read_text(encoding="utf-8")
    ioc = Installation(tmp_path, capsys)
    ioc.folder = tmp_path / "real"
    ioc.folder.mkdir()
    columns = text.splitlines()[0].count(",")
    neighbour = "tq,Tỉnh Tuyên Quang,province" + "," * (columns - 2)
    assert ioc.run("import", str(ioc._file(f"{text.rstrip()}\n{neighbour}\n")))[0] == 0
    before = ioc.tree(EVE)
    districts = [unit.code for unit in before if unit.kind == "district"]
    communes = [unit.code for unit in before.children("hg.dong-van")]
    figures = {code: n for n, code in enumerate(before.by_code, 1)}

    merged = ioc.run("merge", *communes[:3], "--into", "tq.lung-cu", "--on", DAY, "--name", "Xã Lũng Cú")
    closed = ioc.run("close", *districts, "--on", DAY)
    joined = ioc.run("merge", "hg", "--into", "tq", "--on", DAY)
    assert [code for code, _ in (merged, closed, joined)] == [0, 0, 0]

    after = ioc.tree("2026-11-21")
    assert not [unit for unit in after.living() if unit.kind == "district"]
    assert [unit.code for unit in after.roots()] == ["tq"]
    assert after.path("tq.lung-cu")[0].code == "tq"
    assert {len(after.path(unit.code)) for unit in after.living() if unit.kind == "commune"} == {2}

    def total(tree: OrgTree, code: str) -> int:
        return sum(figures.get(found, 0) for found in tree.scope(code).codes)

    assert total(after, "tq") == total(after.on(EVE), "hg") + total(after.on(EVE), "tq") == sum(figures.values())
    assert total(after, "tq.lung-cu") == sum(total(after.on(EVE), code) for code in communes[:3])
    for code in before.by_code:
        assert after.on(EVE).scope(code).codes == before.scope(code).codes
        assert [unit.code for unit in after.on(EVE).path(code)] == [unit.code for unit in before.path(code)]
