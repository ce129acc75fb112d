"""The board of one-stop centres: it holds a province of 180 of them, the worst by name and the rest in groups."""

from typing import Any

from playwright.sync_api import expect

from tests.web.screens.conftest import MORNING, Opener
from tests.web.screens.stage import Stage

BOARD = "[data-widget=queue_board]"
COMMUNES = (
    "Minh Xuân", "Hồng Thái", "Tả Lủng", "Nậm Dịch", "Hoàng Su Phì", "Thượng Nông", "Phú Lương", "Sơn Vĩ",
    "Bạch Đích", "Lũng Phìn", "Tân Quang", "Yên Cường", "Nấm Dẩn", "Pà Vầy Sủ", "Thàng Tín", "Quản Bạ",
)  # fmt: skip
AREAS = (
    "Đồng Văn", "Mèo Vạc", "Yên Minh", "Vị Xuyên", "Bắc Quang", "Hàm Yên", "Chiêm Hóa", "Na Hang", "Sơn Dương",
    "Lâm Bình", "Xín Mần", "Quang Bình",
)  # fmt: skip
SILENT = {"waiting": None, "serving": None, "open_counters": None, "longest_wait_s": None, "desks": {}}


def centres(many: int) -> dict[str, Any]:
    """A sixth of them silent, a fifth of the others slow; every one with its counters."""
    return {f"tq.{n:03}/mot-cua": _centre(n) for n in range(many)}


def _centre(n: int) -> dict[str, Any]:
    health = "offline" if n % 60 == 7 else "critical" if n % 60 == 9 else "warning" if n % 45 == 3 else "ok"
    commune, area = COMMUNES[n % len(COMMUNES)], AREAS[n // len(COMMUNES)]
    told: dict[str, Any] = {
        "name": f"Trung tâm Phục vụ hành chính công xã {commune}", "org_name": f"Xã {commune}",
        "parent_name": f"Cụm {area}", "health": health,
        "cause": "longest_wait_s" if health in ("critical", "warning") else None, "simulated": False,
        "why": "metric.queue.longest_wait_s" if health in ("critical", "warning") else None,
        "as_of": MORNING.isoformat(), "waiting": n % 9, "serving": 2, "open_counters": 4, "issued_today": 30,
        "served_today": 21, "longest_wait_s": {"critical": 4_000, "warning": 1_000}.get(health, 300), "avg_wait_s": 200,
        "desks": {str(d): {"ticket_no": f"A{d}", "since": MORNING.isoformat()} for d in range(1, 5)},
    }  # fmt: skip
    return told | (SILENT if health == "offline" else {})


def fill(stage: Stage, shown: dict[str, Any]) -> None:
    order = ("critical", "offline", "warning", "ok")
    worst = sorted(shown, key=lambda key: order.index(shown[key]["health"]))[:8]
    stage.payloads["queue"] |= {"centres": shown, "worst": worst}


def only(stage: Stage, w: int, h: int) -> None:
    """The board alone on the wall."""
    place = {"x": 0, "y": 0, "w": w, "h": h}
    stage.widgets = [one | {"place": place} for one in stage.widgets if one["kind"] == "queue_board"]


def overflowing(page: Any) -> list[str]:
    return page.evaluate("""() => [...document.querySelectorAll('.centres, .centres .words, .centres .rest, .groups')]
        .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
        .map((one) => `${one.className}: ${one.textContent.trim().slice(0, 40)}`)""")


def test_a_hundred_and_eighty_centres_are_the_worst_eight_and_groups_that_add_up(stage: Stage, show: Opener) -> None:
    fill(stage, centres(180))
    only(stage, 16, 11)
    page = show("/wall", wait_for="[data-centre]")
    rows = page.locator("[data-centre]")
    assert rows.count() == 8
    assert [row.get_attribute("data-centre") for row in rows.all()] == stage.payloads["queue"]["worst"]
    expect(rows.first).to_contain_text("Lũng Phìn, Cụm Đồng Văn")  # with the unit above
    groups = page.locator("[data-rest] b").all_inner_texts()
    assert sum(map(int, groups)) == 172
    assert page.locator(".cells i").count() == 172
    assert overflowing(page) == []


def test_in_a_small_tile_fewer_stand_by_name_and_none_is_lost(stage: Stage, show: Opener) -> None:
    fill(stage, centres(180))
    only(stage, 7, 5)
    page = show("/wall", wait_for="[data-centre]")
    named = page.locator("[data-centre]").count()
    assert 3 <= named <= 8
    assert sum(map(int, page.locator("[data-rest] b").all_inner_texts())) == 180 - named
    assert overflowing(page) == []


def test_a_touch_opens_a_group_then_a_centre_with_its_counters(stage: Stage, show: Opener) -> None:
    fill(stage, centres(180))
    page = show("/wall", 1024, 768, wait_for="[data-centre]")
    page.locator("[data-rest=ok]").click()
    dialog = page.get_by_role("dialog")
    good = sum(one["health"] == "ok" for one in stage.payloads["queue"]["centres"].values())
    expect(dialog.get_by_role("listitem")).to_have_count(good)
    assert dialog.locator("li").first.bounding_box()["height"] >= 48
    dialog.get_by_role("button").filter(has_text="Nấm Dẩn").first.click()
    expect(dialog).to_contain_text("Quầy 4")
    expect(dialog).to_contain_text("Số liệu")
    dialog.get_by_role("button", name="Quay lại").click()
    assert dialog.get_by_role("listitem").count() == good
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_one_centre_with_more_counters_than_rows_shows_the_longest_and_counts_the_rest(
    stage: Stage, show: Opener
) -> None:
    centre = _centre(0)
    ago = [MORNING.replace(minute=n % 15, second=n % 60).isoformat() for n in range(180)]
    centre["desks"] = {
        str(n): {"ticket_no": None if n % 3 == 0 else f"A{n}", "since": ago[n]} for n in range(1, 180)
    }  # fmt: skip
    stage.payloads["queue"] |= {"centres": {"hg/mot-cua": centre}, "worst": ["hg/mot-cua"]}
    only(stage, 10, 9)
    page = show("/wall", wait_for=".desks li")
    assert page.locator(".desks li").count() == 9
    expect(page.locator(".desks li").first).to_contain_text("A1")  # since 09:01:01
    expect(page.locator(".desks .rest")).to_have_text("171 quầy khác: 112 quầy đang phục vụ · 59 quầy trống")
