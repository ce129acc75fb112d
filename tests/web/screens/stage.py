"""A stage for the built pages: serves `web/dist`, answers the few calls they make, plays the live socket on command."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request, send_from_directory
from flask_socketio import SocketIO
from werkzeug.serving import make_server

from ioc.core.registry import Plugins
from tests.live.worlds import kinds
from web.components import told

DIST = Path(__file__).resolve().parents[3] / "web" / "dist"
API = "/api/v1"
TOLD = told(Plugins(), kinds())
ZONE = timezone(timedelta(hours=7))

ME = {
    "name": "truc.ban",
    "role": "operator",
    "org": "hg",
    "org_name": "Tỉnh Hà Giang",
    "lang": "vi",
    "csrf": "csrf-of-the-stage",
    "simulated": True,
}


@dataclass
class Stage:
    """What the server would know; tests change it and tell the pages, or keep silent."""

    payloads: dict[str, Any] = field(default_factory=dict)
    widgets: list[dict[str, Any]] = field(default_factory=list)
    scenes: dict[str, dict[str, Any]] = field(default_factory=dict)  # beside the first one, which holds `widgets`
    saves: int = 0
    alerts: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: list[dict[str, Any]] = field(default_factory=list)
    orgs: list[dict[str, Any]] = field(default_factory=list)
    unknown: list[dict[str, Any]] = field(default_factory=list)
    trial: dict[str, Any] = field(default_factory=dict)
    figures: list[dict[str, Any]] = field(default_factory=list)
    shift: dict[str, Any] | None = None
    pin: str = "2468"
    feeds: list[dict[str, Any]] = field(default_factory=list)
    me: dict[str, Any] | None = field(default_factory=lambda: dict(ME))
    build: str = "build-1"
    beating: bool = True
    silent: dict[str, str] = field(default_factory=dict)
    password: str = "đúng-rồi"
    now: Callable[[], datetime] = lambda: datetime.now(ZONE)
    snapshots: bool = True
    seq: dict[str, int] = field(default_factory=dict)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self.app = Flask(__name__, static_folder=None)
        self.socket = SocketIO(self.app, async_mode="threading", ping_interval=5, ping_timeout=5)
        self._over = threading.Event()
        _pages(self)
        _session(self)
        _lists(self)
        _alerts(self)
        _shifts(self)
        _sources(self)
        _maps(self)
        _figures(self)
        _live(self)

    def told_scenes(self) -> dict[str, dict[str, Any]]:
        every = {"toan-canh": {"widgets": self.widgets}, **self.scenes}
        return {name: {"name": name, "title": {"key": f"ui.scene.{name}"}} | one for name, one in every.items()}

    def snapshot(self, widget: str) -> None:
        self.seq[widget] = self.seq.get(widget, 0) + 1
        self._emit("snapshot", widget, payload=self.payloads[widget])

    def delta(self, widget: str, patch: dict[str, Any], *, lost: bool = False) -> None:
        """One step further; `lost` counts it without sending it."""
        self.seq[widget] = self.seq.get(widget, 0) + 1
        if not lost:
            self._emit("delta", widget, patch=patch)

    def _emit(self, event: str, widget: str, **content: Any) -> None:
        self.socket.emit(event, {"id": widget, "seq": self.seq[widget], "as_of": self.now().isoformat(), **content})

    @contextmanager
    def open(self, host: str = "127.0.0.1", port: int = 0) -> Iterator["Stage"]:
        server = make_server(host, port, self.app, threaded=True)
        self.url = f"http://{host}:{server.server_port}"
        threads = [threading.Thread(target=run, daemon=True) for run in (server.serve_forever, self._beat)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            server.shutdown()

    def _beat(self) -> None:
        while not self._over.wait(1.0):
            if self.beating:
                silent = {"silent": self.silent} if self.silent else {}
                told = {"now": self.now().isoformat(), "build": self.build, "scenes": self.saves, **silent}
                self.socket.emit("beat", told)


def _pages(stage: Stage) -> None:
    @stage.app.get("/<any(wall, tablet, alerts, dossiers, sources, login, outbox):page>")
    @stage.app.get("/admin/<any(displays):page>")
    def page(page: str) -> Response:
        html = (DIST / f"{page}.html").read_text(encoding="utf-8")
        return Response(html.replace("</head>", f"{TOLD}</head>", 1), content_type="text/html; charset=utf-8")

    @stage.app.get("/assets/<path:name>")
    def asset(name: str) -> Response:
        return send_from_directory(DIST / "assets", name)

    @stage.app.get("/<any('start.js', 'app.webmanifest'):name>")
    def public(name: str) -> Response:
        return send_from_directory(DIST, name)

    @stage.app.get("/healthz")
    def healthz() -> Response:
        return jsonify(ok=True)


def _session(stage: Stage) -> None:
    @stage.app.before_request
    def known() -> tuple[Response, int] | None:
        is_open = request.path == f"{API}/session" or request.path.startswith(f"{API}/displays/pair")
        guarded = request.path.startswith(API) and not is_open
        return _refusal(401, "not_signed_in") if guarded and stage.me is None else None

    @stage.app.get(f"{API}/me")
    def me() -> Response:
        return jsonify((stage.me or {}) | {"build": stage.build})

    @stage.app.post(f"{API}/session")
    def sign_in() -> Any:
        body = request.get_json()
        if body["password"] != stage.password:
            return _refusal(401, "wrong_password", "Sai tên hoặc mật khẩu")
        stage.me = dict(ME)
        return jsonify(stage.me)


def _lists(stage: Stage) -> None:
    @stage.app.get(f"{API}/scenes")
    def scenes() -> Response:
        return _page(list(stage.told_scenes().values()))

    @stage.app.get(f"{API}/scenes/<name>")
    def scene(name: str) -> Any:
        found = stage.told_scenes().get(name)
        return _refusal(404, "no_such_scene") if found is None else jsonify(found)


def _alerts(stage: Stage) -> None:
    @stage.app.get(f"{API}/alerts")
    def alerts() -> Response:
        wanted = {name: set(request.args[name].split(",")) for name in ("state", "severity") if name in request.args}
        items = [a for a in stage.alerts.values() if all(a[name] in values for name, values in wanted.items())]
        return _page(items, counts=_alert_counts(stage))

    @stage.app.get(f"{API}/alerts/<key>")
    def alert(key: str) -> Response:
        return jsonify(stage.alerts[key])

    @stage.app.post(f"{API}/alerts/bulk")
    def acts() -> Any:
        if request.headers.get("X-CSRF-Token") != ME["csrf"]:
            return _refusal(403, "bad_csrf")
        body = request.get_json()
        stage.calls.append(("bulk", body))
        for key in map(str, body["ids"]):
            _act(stage, key, body["action"], body)
        return jsonify(changed=len(body["ids"]))

    @stage.app.post(f"{API}/alerts/<key>/<verb>")
    def act(key: str, verb: str) -> Any:
        if request.headers.get("X-CSRF-Token") != ME["csrf"]:
            return _refusal(403, "bad_csrf")
        stage.calls.append((f"{verb} {key}", request.get_json()))
        _act(stage, key, verb, request.get_json())
        return jsonify(stage.alerts[key])


def _act(stage: Stage, key: str, verb: str, said: dict[str, Any]) -> None:
    """What an act makes of an alert, as far as a page shows it."""
    held = datetime.fromtimestamp(said["until"] / 1000, ZONE).isoformat() if "until" in said else None
    made: dict[str, dict[str, Any]] = {
        "acknowledge": {"state": "acknowledged", "owner": ME["name"], "acknowledged_by": ME["name"],
                        "acknowledged_until": held or (stage.now() + timedelta(hours=1)).isoformat()},
        "assign": {"owner": said.get("owner"), "due_at": said.get("due_at") and f"{said['due_at']}:00+07:00"},
        "seen": {"state": "resolved"},
        "shelve": {"state": "shelved", "shelved_until": held, "held_by": f"shelved:{ME['name']}"},
        "unshelve": {"state": "firing", "shelved_until": None, "held_by": None},
        "result": {"result": said.get("text")},
        "close": {"state": "closed"},
        "noise": {"state": "closed", "noise": said.get("reason")},
    }  # fmt: skip
    stage.alerts[key] |= made.get(verb, {})


def _shifts(stage: Stage) -> None:
    @stage.app.get(f"{API}/shifts/current")
    def current() -> Response:
        return jsonify(desk=ME["name"], shift=stage.shift)

    @stage.app.post(f"{API}/shifts")
    def take() -> Any:
        body = request.get_json()
        stage.calls.append(("take", body))
        if body["pin"] != stage.pin:
            return _refusal(403, "wrong_pin", "Sai người trực hoặc mã PIN.")
        stage.shift = {"person": body["person"], "taken_at": stage.now().isoformat(), "signed": "giver_pin" in body}
        return jsonify(stage.shift), 201


def _sources(stage: Stage) -> None:
    @stage.app.get(f"{API}/sources")
    def sources() -> Response:
        return _page(stage.sources)

    @stage.app.get(f"{API}/orgs")
    def orgs() -> Response:
        return _page(stage.orgs)

    @stage.app.get(f"{API}/sources/<org>/<kind>/<source>")
    def source(org: str, kind: str, source: str) -> Response:
        return jsonify(_source(stage, org, kind, source))

    @stage.app.post(f"{API}/sources/<org>/<kind>/<source>/<any(confirm, retire):verb>")
    def change(org: str, kind: str, source: str, verb: str) -> Any:
        if request.headers.get("X-CSRF-Token") != ME["csrf"]:
            return _refusal(403, "bad_csrf")
        stage.calls.append((f"{verb} {org}/{kind}/{source}", request.get_json()))
        found = _source(stage, org, kind, source)
        found |= {"status": "active", "health": "ok"} if verb == "confirm" else {"status": "retired"}
        return jsonify(found)


def _source(stage: Stage, org: str, kind: str, source: str) -> dict[str, Any]:
    return next(s for s in stage.sources if (s["org"], s["kind"], s["source"]) == (org, kind, source))


def _maps(stage: Stage) -> None:
    @stage.app.get(f"{API}/topics/unknown")
    def unknown() -> Response:
        return _page(stage.unknown, watched=["#"])

    @stage.app.post(f"{API}/topics/unknown/forget")
    def forget() -> Response:
        stage.unknown = [row for row in stage.unknown if row["topic"] != request.get_json()["topic"]]
        return jsonify(forgotten=True)

    @stage.app.post(f"{API}/maps/try")
    def try_map() -> Response:
        stage.calls.append(("try", request.get_json()))
        return jsonify(stage.trial)


def _figures(stage: Stage) -> None:
    @stage.app.get(f"{API}/feeds")
    def feeds() -> Response:
        return _page(stage.feeds)

    @stage.app.get(f"{API}/figures")
    def figures() -> Response:
        return _page(stage.figures)

    @stage.app.post(f"{API}/figures")
    def enter() -> tuple[Response, int]:
        stage.calls.append(("enter", request.get_json()))
        return jsonify({}), 201

    @stage.app.post(f"{API}/figures/<int:id_>/<verb>")
    def decide(id_: int, verb: str) -> Response:
        stage.calls.append((verb, id_))
        entry = next(one for one in stage.figures if one["id"] == id_)
        entry |= {"state": {"sign": "signed", "refuse": "refused"}[verb], "current": verb == "sign"}
        return jsonify(entry)


def _live(stage: Stage) -> None:
    @stage.socket.on("connect")
    def connect(_auth: Any = None) -> bool:
        return stage.me is not None

    @stage.socket.on("watch")
    def watch(body: dict[str, Any]) -> dict[str, bool]:
        stage.calls.append(("watch", body))
        stage.seq.clear()
        for widget in body["widgets"] if stage.snapshots else []:
            if widget["id"] in stage.payloads:
                stage.snapshot(widget["id"])
        return {"ok": True}

    @stage.socket.on("resync")
    def resync(body: dict[str, str]) -> None:
        stage.calls.append(("resync", body))
        if stage.snapshots and body["id"] in stage.payloads:
            stage.snapshot(body["id"])


def _alert_counts(stage: Stage) -> dict[str, dict[str, int]]:
    counts = Counter((alert["state"], alert["severity"]) for alert in stage.alerts.values())
    table: dict[str, dict[str, int]] = {}
    for (state, severity), n in counts.items():
        table.setdefault(state, {})[severity] = n
    return table


def _page(items: list[dict[str, Any]], **more: Any) -> Response:
    """The part that was asked for, as every list answers."""
    page, per_page = (int(request.args.get(name, default)) for name, default in (("page", 1), ("per_page", 500)))
    return jsonify(items=items[(page - 1) * per_page : page * per_page], total=len(items), page=page, **more)


def _refusal(status: int, code: str, message: str = "") -> tuple[Response, int]:
    return jsonify(error={"code": code, "message": message, "details": None}), status
