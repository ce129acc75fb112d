"""The one function for percentages: what it rounds, what it never rounds away, and that nothing else does the sum."""

import json
import re
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules.threshold import figures
from ioc.core.share import Share, percent, rounded
from ioc.domain.dossiers.reporting.index766.definition import definition
from ioc.domain.dossiers.reporting.index766.score import Ratio, index
from ioc.domain.dossiers.reporting.reconciliation import sums

ROOT = Path(__file__).resolve().parents[2]
SHARE_JS = ROOT / "web" / "frontend" / "src" / "lib" / "share.js"
MOST = 1_000_000


@st.composite
def parts(draw: st.DrawFn) -> tuple[int, int]:
    """`n` of `N`, near the ends as often as in the middle."""
    whole = draw(st.integers(1, MOST))
    near = draw(st.integers(0, min(50, whole)))
    return draw(st.sampled_from([near, whole - near]) | st.integers(0, whole)), whole


@pytest.mark.parametrize(
    ("part", "whole", "pct"),
    [
        (40_000, 40_001, 99.99),
        (1, 50_000, 0.01),
        (49_999, 50_000, 99.99),
        (1, MOST, 0.01),
        (MOST - 1, MOST, 99.99),
        (MOST + 1, MOST, 100.01),
        (10_001, 20_000, 50.01),  # 50.005, halves up
        (1, 3, 33.33),
        (2, 3, 66.67),
        (0, 7, 0),
        (7, 7, 100),
        (0, 0, None),
        (7, 0, None),
    ],
)
def test_a_share_is_rounded_towards_the_truth(part: int, whole: int, pct: float | None) -> None:
    assert Share(part, whole).pct == pct


@given(parts())
def test_100_and_0_stand_only_where_it_is_exactly_that(part: tuple[int, int]) -> None:
    n, whole = part
    pct = Share(n, whole).pct
    assert pct is not None
    assert (pct == 100) is (n == whole)
    assert (pct == 0) is (n == 0)
    assert abs(Fraction(pct) - Fraction(100 * n, whole)) < Fraction(1, 100)
    assert round(pct, 2) == pct


@given(parts(), st.integers(0, MOST))
def test_a_greater_part_never_reads_smaller(part: tuple[int, int], more: int) -> None:
    n, whole = part
    assert (Share(n, whole).pct or 0) <= (Share(min(whole, n + more), whole).pct or 0)


@given(st.lists(st.integers(0, MOST // 4), min_size=2, max_size=4).filter(any))
def test_the_parts_of_a_whole_keep_their_meaning(numbers: list[int]) -> None:
    """What is there shows, what is not does not, the order stays; together they miss 100 by a digit each at most."""
    shown = [Share(n, sum(numbers)).pct or 0 for n in numbers]
    assert [pct > 0 for pct in shown] == [n > 0 for n in numbers]
    assert [pct < 100 for pct in shown] == [n < sum(numbers) for n in numbers]
    assert sorted(range(len(numbers)), key=lambda at: (numbers[at], at)) == sorted(
        range(len(numbers)), key=lambda at: (shown[at], numbers[at], at)
    )
    assert abs(sum(shown) - 100) < 0.01 * len(numbers) + 1e-9


@given(parts(), st.integers(0, 4))
def test_fewer_digits_keep_to_the_same_rule(part: tuple[int, int], digits: int) -> None:
    n, whole = part
    pct, again = percent(n, whole, digits), rounded(Share(n, whole).pct or 0, digits)
    assert (pct == 100, pct == 0) == (again == 100, again == 0) == (n == whole, n == 0)


def test_points_are_full_only_where_they_are() -> None:
    assert rounded(17.999_99, 4, 18) == 17.9999
    assert rounded(18.0, 4, 18) == 18
    assert rounded(0.1, 4, 0.1) == 0.1
    wanted = definition()
    one = next(one for group in wanted.group for one in group.criterion if one.threshold is None)
    almost = index(wanted, {one.input: Ratio(999_999, MOST)})
    shown = next(
        c for group in almost.shown(lambda _at: None)["groups"] for c in group["criteria"] if c["code"] == one.code
    )
    assert shown["ratio"] == 0.9999
    assert shown["score"] < one.points
    assert almost.total.pct is not None
    assert almost.total.pct < 100


def test_an_alert_says_a_share_as_every_screen_does() -> None:
    assert figures("%", 99.996, 100) == {"value": 99.99, "limit": 100, "unit": "%"}
    assert figures("%", 0.004, 0) == {"value": 0.01, "limit": 0, "unit": "%"}
    assert figures("%", 94.96, 95) == {"value": 94.96, "limit": 95, "unit": "%"}


def test_totals_that_a_source_prints_as_we_do_add_up() -> None:
    """40 000 in time and 1 late of 40 001, both as percentages."""
    printed = {"early": 99.99, "on_time": 0, "late": 0.01, "open_overdue": 0}
    (line,) = sums({"must_resolve": 40_001}, printed)
    assert line.ok


def test_the_screens_round_by_the_same_rule() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    values = [0, 0.001, 0.01, 0.04, 12.345, 50.005, 94.96, 99.9, 99.95, 99.99, 99.999, 100]
    program = f"import {{ rounded }} from {json.dumps(SHARE_JS.as_uri())}\n" + (
        f"console.log(JSON.stringify({values}.map((v) => [2, 1, 0].map((digits) => rounded(v, digits)))))"
    )
    run = subprocess.run(
        [node, "--input-type=module", "-e", program], capture_output=True, text=True, check=True, timeout=30
    )
    ours = [[rounded(value, digits) for digits in (2, 1, 0)] for value in values]
    assert json.loads(run.stdout) == ours


SUM = re.compile(r"(?<![\w.])100(?:\.0)? \* |\* 100(?:\.0)?(?![\w.])")
NOT_A_SHARE = {  # limits compared in whole numbers, and how far a command has come
    "ioc/core/share.py", "ioc/cli/meter.py", "connectors/deliveries/desk.py",
    "ioc/domain/dossiers/reporting/reconciliation.py", "ioc/domain/indicators/ledger.py",  # what a formula comes to
}  # fmt: skip


def test_no_other_code_works_out_a_percentage() -> None:
    files = [path for part in ("ioc", "alerts", "web", "connectors") for path in (ROOT / part).rglob("*.py")]
    assert len(files) > 300
    found = {
        str(path.relative_to(ROOT))
        for path in files
        if "simulator" not in path.parts and SUM.search(path.read_text(encoding="utf-8"))
    }
    assert found <= NOT_A_SHARE, found - NOT_A_SHARE
