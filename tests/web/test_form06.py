"""Form 06: its identities hold on whatever is told, and the page and the workbook say what the figures say."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from ioc.platform.db.tables import org
from tests.domain.dossiers.events import event, tell
from tests.web.conftest import NORTH, SOUTH, Province, tell_dossier
from tests.web.counting import SYSTEMS, counting, get
from web.printed.workbook import TOP

PERIODS = [
    "from=2026-01-01&to=2026-03-31",
    "from=2026-02-03T09:30:00%2B07:00&to=2026-03-17T11:45:00%2B07:00",
    "from=2026-03-30&to=2026-03-30",
    "from=2026-05-01&to=2026-11-20",
    "from=2025-01-01&to=2025-06-30",
]
ORGS = ["", "&org=hg", f"&org={NORTH}", "&org=hg.so-tn", "&org=hg.dong-van.lung-cu", "&by=handling"]


def add_up(row: dict) -> bool:
    c = {int(number): value for number, value in row["columns"].items()}
    return (
        sorted(c) == list(range(3, 14))
        and c[3] == c[4] + c[5] + c[6] == c[7] + c[11]
        and c[7] == c[8] + c[9] + c[10]
        and c[11] == c[12] + c[13]
        and min(c.values()) >= 0
    )


@pytest.mark.parametrize("seed", [3, 8])
def test_the_identities_hold_in_every_row(province: Province, seed: int) -> None:
    counting(province, seed, lag_days=seed * 30)
    seen = 0
    for period in PERIODS:
        for asked in ORGS:
            form = get(province, f"/reports/form06?{period}{asked}")
            assert all(add_up(row) for row in (*form["rows"], *form["groups"], form["total"]))
            for number, value in form["total"]["columns"].items():
                assert value == sum(row["columns"][number] for row in form["rows"])
                assert value == sum(group["columns"][number] for group in form["groups"])
            seen += form["total"]["received_total"]
    assert seen > 1_000


def test_the_form_counts_what_the_summary_counts_but_for_the_undated(province: Province) -> None:
    counting(province, lag_days=200)
    period = "from=2026-01-01&to=2026-11-20"
    form, summary = (get(province, f"/{what}?{period}") for what in ("reports/form06", "dossiers/summary"))
    notes = {note["key"]: note for note in form["notes"]}
    assert notes["left_out"]["n"] == summary["resolved_undated"] > 0
    assert notes["unconfirmed"]["n"] == summary["due_unconfirmed"] > 0
    assert notes["lagging"]["source"] == "hg/dossier/s102"
    total = form["total"]
    received = summary["received"] + summary["carried_over"] - summary["resolved_undated"]
    assert total["received_total"] == received
    assert total["open_overdue"] == summary["open_overdue"]
    assert total["open_in_term"] == summary["open_in_term"] + summary["due_unconfirmed"]
    assert [total[f"resolved_{how}"] for how in ("early", "on_time", "late")] == [
        summary[f"resolved_{how}"] for how in ("early", "on_time", "late")
    ]


def test_units_stand_in_their_groups_and_those_without_a_row_count_for_the_one_above(province: Province) -> None:
    counting(province)
    form = get(province, "/reports/form06?from=2026-01-01&to=2026-11-20")
    rows = {row["org"]: row for row in form["rows"]}
    assert {code: row["group"] for code, row in rows.items()} == {
        "hg": "department", "hg.so-tn": "department", "hg.so-xd": "department", "hg.dong-van": "district",
        "hg.bac-quang": "district", "hg.dong-van.lung-cu": "commune", "hg.bac-quang.vinh-tuy": "commune",
    }  # fmt: skip
    assert [(row["stt"], row["org"]) for row in form["rows"] if row["group"] == "commune"] == [
        (1, "hg.bac-quang.vinh-tuy"), (2, "hg.dong-van.lung-cu"),
    ]  # fmt: skip
    whole = get(province, "/reports/form06?from=2026-01-01&to=2026-11-20&org=hg.so-tn")
    assert rows["hg.so-tn"]["columns"] == whole["total"]["columns"]
    assert {row["org"] for row in whole["rows"]} == {"hg.so-tn", "hg.so-tn.p1"}


def test_a_unit_without_dossiers_is_there_with_zeros(province: Province) -> None:
    tell_dossier(province, "elsewhere", receiving_org=SOUTH)
    rows = {row["org"]: row for row in get(province, "/reports/form06")["rows"]}
    assert rows.keys() >= {NORTH, "hg.dong-van.lung-cu"}
    assert set(rows[NORTH]["columns"].values()) == {0}
    before = get(province, "/reports/form06?to=2026-10-31")
    assert set(before["total"]["columns"].values()) == {0}
    assert before["notes"] == []


def test_units_nobody_tells_of_have_rows_with_nothing_in_them(province: Province) -> None:
    form = get(province, "/reports/form06")
    assert {row["org"] for row in form["rows"]} >= {NORTH, "hg.dong-van.lung-cu"}
    assert set(form["total"]["columns"].values()) == {None}
    (note,) = form["notes"]
    assert (note["key"], note["n"]) == ("not_reported", len(form["rows"]))
    page = province.get("/api/v1/reports/form06?format=html").get_data(as_text=True)
    assert "Chưa có nguồn nào báo số liệu" in page
    assert "<td>0</td>" not in page
    assert province.get("/api/v1/reports/form06?format=xlsx").status_code == 200


def test_the_page_prints_and_lets_nothing_else_in(province: Province) -> None:
    counting(province)
    form = get(province, "/reports/form06?from=2026-01-01&to=2026-10-31")
    answer = province.get("/api/v1/reports/form06?from=2026-01-01&to=2026-10-31&format=html")
    page = answer.get_data(as_text=True)
    assert answer.content_type == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'sha256-" in policy
    assert "unsafe-inline" not in policy
    assert "<script" not in page
    assert "size: A4 landscape" in page
    for text in ("Biểu số II.06a/VPCP/KSTT", "từ 01/01/2026 đến 31/10/2026", "Số lượng hồ sơ đã giải quyết",
                 "(3)=(4)+(5)+(6)", "Tỉnh Hà Giang", "Tổng số"):  # fmt: skip
        assert text in page
    values = "".join(f"<td>{value:,}</td>".replace(",", ".") for value in form["total"]["columns"].values())
    assert f'<td class="name">Tổng số</td>{values}' in page


def test_what_was_simulated_says_so_on_paper(province: Province) -> None:
    counting(province, n=20)
    assert "MÔ PHỎNG" not in province.get("/api/v1/reports/form06?format=html").get_data(as_text=True)
    with province.db.write() as conn:
        from ioc.platform.db.tables import source

        conn.execute(source.update().where(source.c.id == SYSTEMS[0]).values(simulated=True))
    province.reload()
    assert "MÔ PHỎNG" in province.get("/api/v1/reports/form06?format=html").get_data(as_text=True)
    assert get(province, "/reports/form06")["simulated"] is True


@pytest.fixture
def book(province: Province) -> tuple[bytes, dict]:
    counting(province)
    with province.db.write() as conn:
        conn.execute(org.update().where(org.c.code == "hg.so-xd").values(name="=1+1 Sở & <Xây dựng>"))
    province.reload()
    path = "/api/v1/reports/form06?from=2026-01-01&to=2026-10-31"
    answer = province.get(f"{path}&format=xlsx")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="06-VPCP-KSTT-all-20261101.xlsx"'
    return answer.get_data(), province.get(path).get_json()


def rows_of(form: dict) -> list[list[int]]:
    """Every line of the form below its heading: each group with its units, then the total."""
    lines = []
    for group in form["groups"]:
        lines += [group, *(row for row in form["rows"] if row["group"] == group["group"])]
    return [list(line["columns"].values()) for line in (*lines, form["total"])]


def test_the_workbook_holds_the_figures_under_merged_headings(book: tuple[bytes, dict]) -> None:
    file, form = book
    made: Workbook = load_workbook(BytesIO(file))
    sheet = made.active
    assert sheet is not None
    first = TOP + 4
    assert sheet.freeze_panes == f"C{first}"
    merged = {str(found) for found in sheet.merged_cells.ranges}
    assert {f"C{TOP}:F{TOP}", f"G{TOP}:J{TOP}", f"K{TOP}:M{TOP}", f"A{TOP}:A{TOP + 2}"} <= merged
    assert sheet.page_setup.orientation == "landscape"
    lines = list(sheet.iter_rows(first, first + len(rows_of(form)) - 1, 3, 13))
    assert [[cell.value for cell in line] for line in lines] == rows_of(form)
    assert {cell.number_format for line in lines for cell in line} == {"#,##0"}
    names = [cell for (cell,) in sheet.iter_rows(first, sheet.max_row, 2, 2)]
    assert [cell.data_type for cell in names if cell.value == "=1+1 Sở & <Xây dựng>"] == ["s"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="soffice is not here (apt: libreoffice-calc-nogui)")
def test_libreoffice_reads_the_same_figures(book: tuple[bytes, dict], tmp_path: Path) -> None:
    file, form = book
    (tmp_path / "form.xlsx").write_bytes(file)
    home = f"-env:UserInstallation=file://{tmp_path / 'office'}"
    csv = "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,false"
    asked = ["soffice", home, "--headless", "--convert-to", csv, "--outdir", str(tmp_path), str(tmp_path / "form.xlsx")]
    subprocess.run(asked, check=True, timeout=120, capture_output=True)
    lines = [line.split("\t") for line in (tmp_path / "form.csv").read_text(encoding="utf-8").splitlines()]
    shown = [[int(value) for value in line[2:13]] for line in lines[TOP + 3 : TOP + 3 + len(rows_of(form))]]
    assert shown == rows_of(form)
    assert any("=1+1 Sở & <Xây dựng>" in line for line in lines)


def test_a_dossier_resolved_without_a_due_date_is_in_no_column(province: Province) -> None:
    counting(province, n=0)
    at = province.clock.now_ms() - 86_400_000
    told = {"received_at": at, "receiving_org": NORTH}
    tell(province.db, event("dated", at, **told, due_at=at + 1, finished_at=at + 1), source_id=SYSTEMS[0])
    tell(province.db, event("undated", at, **told, finished_at=at + 1), source_id=SYSTEMS[0])
    form = get(province, "/reports/form06?org=" + NORTH)
    assert form["total"]["columns"] | {"3": 1, "5": 1, "7": 1, "9": 1} == form["total"]["columns"]
    assert [note["n"] for note in form["notes"] if note["key"] == "left_out"] == [1]
