"""A map on its sample: a wrong path, unit or zone is refused or warned about before any figure is wrong."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from ioc.config.settings import PRIVATE_KEYS
from ioc.domain.inventory import Inventory, OrgTree
from ioc.ingest.trial import Trial, TrialBench, TrialMessage, own_sample
from ioc.messages.mapping.suspicion import FindingLevel
from ioc.messages.privacy import Privacy
from tests.live.worlds import kinds
from tests.messages.mapping.vendors import NOW, ORGS, captured, plain, shipped

ROOT = Path(__file__).parents[2]
LATER = NOW + 86_400_000 * 3 + 1_234_567


def tried(
    rule, payload, *, at: int | None = NOW, topic: str = "v/dong-van/k1", inventory=None, now: int = NOW
) -> Trial:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return TrialBench(kinds(), inventory, Privacy(PRIVATE_KEYS), now).run(rule, TrialMessage(topic, raw, at))


def codes(trial: Trial, level: FindingLevel) -> set[str]:
    return {finding.code for finding in trial.findings if finding.level is level}


@pytest.mark.parametrize("name", ["kiosk-text", "counters-array", "line-keyvalue"])
def test_the_captured_vendors_are_read_without_a_complaint(name):
    for topic, payload in captured(name):
        trial = tried(shipped(name), payload, topic=topic)
        assert trial.findings == []
        assert trial.made


def test_it_says_what_it_would_make():
    topic, payload = captured("counters-array")[0]
    trial = tried(shipped("counters-array"), payload, topic=topic)
    assert [made.topic for made in trial.made] == [f"ioc/v1/hg.meo-vac/queue/quay-{n}/state" for n in (1, 2, 3)]
    assert trial.made[0].taken.metrics["longest_wait_s"] == 310


def test_a_wrong_path_is_named_with_the_keys_that_are_there():
    rule = plain(fields={"waiting": "hang.cho", "serving": "phuc_vu"})
    trial = tried(rule, {"hang": {"dang_cho": 3}, "phuc_vu": 1})
    (finding,) = [f for f in trial.findings if f.code == "path_empty"]
    assert finding.params == {"field": "waiting", "path": "hang.cho", "keys": "hang, phuc_vu"}
    assert not tried(plain(fields={"waiting": "x"}), {"y": 1}).ok


@pytest.mark.parametrize(("kind", "fields", "message", "code"), [
    ("queue", {"longest_wait_s": "q.max_min"}, {"q": {"max_min": 12}}, "unit_forgotten"),
    ("queue", {"longest_wait_s": {"path": "q.max_min", "unit": "ms"}}, {"q": {"max_min": 12}}, "unit_differs"),
    ("queue", {"longest_wait_s": "lau"}, {"lau": 84_000}, "bad_unless_unit"),
    ("vc", {"loss_rx_pct": "loss"}, {"loss": 0.02}, "looks_like_ratio"),
    ("vc", {"temp_c": "nhiet"}, {"nhiet": 104}, "bad_unless_unit"),
    ("vc", {"rtt_ms": "tre"}, {"tre": 0.012}, "looks_like_seconds"),
    ("link", {"loss_pct": "mat"}, {"mat": 40}, "bad_at_once"),
])  # fmt: skip
def test_a_wrong_unit_is_warned_about(kind, fields, message, code):
    trial = tried(plain(kind=kind, fields=fields), message)
    assert code in codes(trial, FindingLevel.WARNING)


@pytest.mark.parametrize(("fields", "message"), [
    ({"longest_wait_s": "lau"}, {"lau": 1_500_000}),
    ({"waiting": "w", "paper": "giay"}, {"w": 1, "giay": "Còn"}),
    ({"waiting": "w"}, {"w": "mười"}),
])  # fmt: skip
def test_what_would_end_in_quarantine_is_an_error(fields, message):
    trial = tried(plain(fields=fields), message)
    assert not trial.ok
    assert codes(trial, FindingLevel.ERROR) == {"refused"}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
@pytest.mark.parametrize("at", [NOW, None])
def test_a_wrong_zone_is_warned_about(zone, at):
    rule = plain(time={"path": "t", "format": "%d/%m/%Y %H:%M:%S", "zone": zone})
    trial = tried(rule, {"w": 1, "t": "21/11/2026 08:00:00"}, at=at)
    assert codes(trial, FindingLevel.WARNING) == {"zone_wrong"}


def test_a_clock_that_is_off_is_told_from_an_old_sample():
    rule = plain(time={"path": "t", "format": "%d/%m/%Y %H:%M:%S"})
    message = {"w": 1, "t": "21/11/2026 08:00:00"}
    assert codes(tried(rule, message, at=LATER), FindingLevel.WARNING) == {"clock_off"}
    assert codes(tried(rule, message, at=None, now=LATER), FindingLevel.NOTE) == {"sample_old"}
    assert tried(rule, message).findings == []
    swapped = plain(time={"path": "t", "format": "%m/%d/%Y %H:%M:%S"})
    assert not tried(swapped, message).ok


def test_a_format_that_reads_another_field_is_refused_before_any_sample():
    with pytest.raises(msgspec.ValidationError, match="JMESPath"):
        plain(fields={"waiting": "q..w"})
    with pytest.raises(msgspec.ValidationError, match=re.escape("fields.waiting: unit 'furlong'")):
        plain(fields={"waiting": {"path": "w", "unit": "furlong"}})
    for half in ("hg.{site", "hg.site}", "hg.{{site}}"):
        with pytest.raises(msgspec.ValidationError, match="each brace with its other one"):
            plain(org=half)
    trial = tried(plain(fields={"longest_wait_s": {"path": "w", "unit": "°F"}}), {"w": 1})
    assert codes(trial, FindingLevel.ERROR) == {"bad_map"}


def test_what_the_privacy_list_takes_is_said():
    trial = tried(plain(source="{phone}"), {"w": 1, "phone": "0912345678"})
    assert {"path_private"} <= codes(trial, FindingLevel.WARNING)
    assert {"private_dropped"} <= codes(trial, FindingLevel.NOTE)
    assert not trial.ok


def test_an_org_that_is_not_there_and_a_source_that_is_new():
    here = Inventory(OrgTree(ORGS))
    assert codes(tried(plain(), {"w": 1}, inventory=here), FindingLevel.NOTE) == {"new_source", "no_time"}
    trial = tried(plain(), {"w": 1}, topic="v/xa-la/k1", inventory=here)
    assert [f.params["reason"] for f in trial.findings if f.level is FindingLevel.ERROR] == ["unknown_org"]


def test_a_map_may_carry_its_sample():
    rule = plain(time="t", sample='{"w": 1, "t": "2026-11-21 08:00:00"}', sample_at="2026-11-21T08:00:06+07:00")
    sample = own_sample(rule)
    assert sample == TrialMessage("v/site/dev", rule.sample.encode(), NOW)
    assert tried(rule, sample.payload, at=sample.received_at, topic=sample.topic).findings == []
    with pytest.raises(msgspec.ValidationError, match="sample_at"):
        plain(sample_at="hôm qua")


def test_every_finding_has_a_text():
    texts = json.loads((ROOT / "web/i18n/vi.json").read_text(encoding="utf-8"))
    files = [*(ROOT / "ioc/messages/mapping").glob("*.py"), ROOT / "ioc/ingest/trial.py"]
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    said = set(re.findall(r'(?:Level\.\w+, |_finding\()"(\w+)"', source))
    assert {"path_empty", "zone_wrong", "bad_unless_unit"} <= said
    assert not {f"map.{code}" for code in said} - texts.keys()
