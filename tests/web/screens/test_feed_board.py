"""The board of feeds beside the sources: what each promised in words, four shares, and who is late."""

from typing import Any

from playwright.sync_api import expect

from ioc.messages import severity
from tests.web.screens.conftest import Opener
from tests.web.screens.stage import Stage

NOTHING = {"pct": None, "numerator": 0, "denominator": 0, "severity": "unknown"}


def share(numerator: int, denominator: int) -> dict[str, Any]:
    pct = round(100 * numerator / denominator, 2)
    colour = severity.of_figure("feed_pct", pct)
    return {"pct": pct, "numerator": numerator, "denominator": denominator, "severity": colour}


def feed(name: str, **keys: Any) -> dict[str, Any]:
    plain = {"org": "hg", "kind": "dossier", "source": name.lower(), "name": name, "org_name": "Tỉnh Hà Giang"}
    empty = {"owner": None, "cadence": None, "cut_off": None, "due_at": None, "late_since": None}
    return {**plain, **empty, "scores": dict.fromkeys(("correct", "complete", "clean", "alive"), NOTHING), **keys}


LATE = feed(
    "Dem", owner="so-tttt", cadence="wd", cut_off="07:00", late_since="2026-11-20T07:00:00+07:00",
    scores={"correct": share(90, 100), "complete": share(19, 20), "clean": share(81, 90), "alive": share(0, 1)},
)  # fmt: skip
MONTHLY = feed("Par", cadence="m+5wd", due_at="2026-12-07T17:00:00+07:00")


def test_the_board_says_who_promised_what_and_who_is_late(stage: Stage, show: Opener) -> None:
    stage.feeds = [LATE, MONTHLY, feed("Moi")]
    page = show("/sources", wait_for=".sources")
    page.get_by_role("button", name="Cung cấp số liệu").click()
    late = page.locator('[data-feed="hg/dossier/dem"]')
    expect(late).to_contain_text("mỗi ngày làm việc, trước 07:00 · phụ trách: so-tttt")
    expect(late).to_contain_text("Trễ từ 20/11/2026 07:00")
    assert late.locator("dd").all_inner_texts() == ["90%", "90/100", "95%", "19/20", "90%", "81/90", "0%", "0/1"]
    assert late.locator(".low dt").all_inner_texts() == ["Đúng", "Sạch", "Sống"]
    monthly = page.locator('[data-feed="hg/dossier/par"]')
    expect(monthly).to_contain_text("mỗi tháng, chậm nhất ngày làm việc thứ 5 sau kỳ")
    expect(monthly).to_contain_text("Kỳ tới: 07/12/2026 17:00")
    new = page.locator('[data-feed="hg/dossier/moi"]')
    expect(new).to_contain_text("chưa hẹn kỳ cung cấp")
    assert new.locator("dd:not(.mute)").all_inner_texts() == ["–"] * 4


def test_without_feeds_it_says_so(show: Opener) -> None:
    page = show("/sources", wait_for=".sources")
    page.get_by_role("button", name="Cung cấp số liệu").click()
    expect(page.get_by_text("Chưa có nguồn hồ sơ hay số liệu định kỳ nào.")).to_be_visible()
