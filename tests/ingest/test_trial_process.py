"""Maps made to hurt are tried in a process with limits; what is beyond any need is refused before it runs."""

import time
from typing import Any

import pytest

from ioc.domain.inventory import Inventory, OrgTree
from ioc.ingest import trial_process
from ioc.ingest.trial import Trial, TrialMessage
from ioc.ingest.trial_process import CPU_S, TRIALS, TrialOrder
from ioc.messages.mapping.paths import Path
from tests.live.worlds import ORGS, kinds

MAP = {"topic": "lsx/+dev", "org": "hg", "kind": "queue", "source": "{dev}", "fields": {"waiting": "cho"}}


def tried(payload: bytes = b'{"cho": 7}', **changes: Any) -> Trial:
    message = TrialMessage("lsx/k1", payload)
    return TRIALS.run(TrialOrder({**MAP, **changes}, message, kinds(), Inventory(OrgTree(ORGS)), (), 1), None)


@pytest.mark.parametrize(
    "text",
    [
        " | ".join(["[@, @]"] * 60),  # doubles at each step: 22 s, once
        ".".join(["[@, @]"] * 60),
        "[" * 200 + "@" + "]" * 200,
        "(" * 1_000,
        "!" * 1_000 + "a",
        "a" * 2_001,
        " | ".join(["a"] * 20),
        "to_string(" * 17 + "@" + ")" * 17,
    ],
    ids=["pipes", "steps", "deep", "open", "nots", "long", "piped", "calls"],
)
def test_an_expression_beyond_its_bounds_is_refused_before_it_runs(text: str) -> None:
    with pytest.raises(ValueError, match="path"):
        Path(text)
    (finding,) = tried(fields={"waiting": text}).findings
    assert finding.code == "bad_map"


@pytest.mark.parametrize("text", ["data[].{MaHoSo: ma, TrangThai: tt.ma} | [?MaHoSo] | [0].MaHoSo", "a.b[*].c", "$.q"])
def test_what_maps_need_is_within_them(text: str) -> None:
    assert Path(text).text == text


def test_what_takes_too_long_ends_and_the_next_is_tried_at_once() -> None:
    assert tried().ok
    hurting = {"waiting": {"path": "cho", "pattern": "^(a+)+$"}}  # a pattern that tries every way to part the text
    began = time.monotonic()
    (finding,) = tried(b'{"cho": "' + b"a" * 60 + b'!"}', fields=hurting).findings
    assert finding.code == "too_costly"
    assert time.monotonic() - began < trial_process.WALL_S + 5
    assert CPU_S < trial_process.WALL_S
    assert tried().ok


def test_what_takes_too_much_memory_ends() -> None:
    copies = " | ".join(["[@, @, @, @]"] * 5)
    text = f"{copies} | to_string(@) | [@, @, @] | to_string(@)"
    (finding,) = tried(b'{"cho": "' + b"x" * 250_000 + b'"}', fields={"waiting": text}).findings
    assert finding.code == "too_costly"


def test_a_process_that_is_gone_is_started_again() -> None:
    assert tried().ok
    assert TRIALS._process is not None
    TRIALS._process.kill()
    assert tried().ok
