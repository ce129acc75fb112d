"""Displays on the stage: what the server knows of them, and the calls by which they come in."""

from dataclasses import dataclass, field
from typing import Any

from flask import Response, jsonify, request

from tests.web.screens.stage import API, Stage, _page, _refusal

PROFILE = {"diagonal_in": None, "distance_m": None, "night": "22:00-05:00", "sound": True}
REPORT = {"build": "1.0+a1b2c3d4e5f6", "scene": "toan-canh", "width": 3840, "height": 2160, "heap_mb": 41.5,
          "nodes": 3763, "fps": 60.0, "errors": 0, "last_error": None}  # fmt: skip


def item(name: str, title: str, state: str = "live", **more: Any) -> dict[str, Any]:
    told = {
        "name": name, "title": title, "org": "hg", "org_name": "Tỉnh Hà Giang", "state": state, "age_s": 4,
        "heard_at": "2026-11-20T09:14:56+07:00", "scene": None, "scenes": [], "every_s": 30, "profile": dict(PROFILE),
        "scale": 1.0, "show": None, "identify_until": None, "report": dict(REPORT),
        "reported_at": "2026-11-20T09:14:56+07:00", "outdated": False,
    }  # fmt: skip
    return told | more


def province() -> list[dict[str, Any]]:
    """One of each state, with names as long as they come."""
    shown = {"scene": "mot-cua", "incident": None, "until": "2026-11-20T09:20:00+07:00", "by": "lanh-dao.ubnd"}
    profile = PROFILE | {"diagonal_in": 110, "distance_m": 5, "night": None}
    trouble = {"errors": 3, "last_error": "TypeError: Cannot read properties of undefined (reading 'payload')"}
    return [
        item("trung-tam-dieu-hanh", "Màn hình ghép Trung tâm điều hành thông minh tỉnh Hà Giang", profile=profile,
             scale=1.143, scenes=["toan-canh", "mot-cua"], show=shown),
        item("sanh-lon", "Sảnh lớn tầng 1", "late", age_s=122, outdated=True, report=REPORT | trouble),
        item("hoang-su-phi", "Bộ phận Một cửa Hoàng Su Phì", "gone", age_s=4_021, org="hg.hoang-su-phi",
             org_name="Huyện Hoàng Su Phì", scene="mot-cua"),
        item("moi", "", "never", age_s=None, heard_at=None, report=None, reported_at=None),
    ]  # fmt: skip


@dataclass
class Displays:
    """What was asked stands in `stage.calls`."""

    stage: Stage
    items: list[dict[str, Any]] = field(default_factory=province)
    code: str = "K7XA4P"
    next_code: str = ""  # the one on the display has expired
    refused: str = ""

    def __post_init__(self) -> None:
        _pairing(self)
        _lists(self)


def _pairing(displays: Displays) -> None:
    stage = displays.stage

    @stage.app.post(f"{API}/displays/pair")
    def pair() -> Any:
        if displays.refused:
            return _refusal(429, displays.refused)
        return jsonify(code=displays.code, poll=f"{API}/displays/pair/secret", lasts_s=600, every_s=1, expires_at="")

    @stage.app.get(f"{API}/displays/pair/secret")
    def poll() -> Any:
        if displays.next_code:
            displays.code, displays.next_code = displays.next_code, ""
            return _refusal(404, "unknown_pairing")
        return jsonify(approved=stage.me is not None)

    @stage.app.post(f"{API}/displays/<code>/approve")
    def approve(code: str) -> Any:
        body = request.get_json()
        stage.calls.append((f"approve {code}", body))
        if any(one["name"] == body["name"] for one in displays.items) and not body.get("replace"):
            return _refusal(409, "name_taken", f"Tên {body['name']} đã được dùng.")
        displays.items.append(item(body["name"], body["title"], "never"))
        return jsonify(displays.items[-1])


def _lists(displays: Displays) -> None:
    stage = displays.stage

    @stage.app.get(f"{API}/displays")
    def every_display() -> Response:
        return _page(displays.items)

    @stage.app.get(f"{API}/incidents")
    def open_incidents() -> Response:
        return _page([{"id": 7, "title": "Cáp quang Đồng Văn: Mất liên lạc"}])

    @stage.app.post(f"{API}/displays/<name>")
    @stage.app.post(f"{API}/displays/<name>/<any(identify, show, beat):verb>")
    def act_there(name: str, verb: str = "settings") -> Response:
        body = request.get_json()
        stage.calls.append((f"{verb} {name}", body))
        found = next(one for one in displays.items if one["name"] == name)
        if verb == "settings":
            found |= body
        return jsonify(found)

    @stage.app.delete(f"{API}/displays/<name>")
    def revoke(name: str) -> tuple[str, int]:
        stage.calls.append((f"revoke {name}", None))
        displays.items = [one for one in displays.items if one["name"] != name]
        return "", 204
