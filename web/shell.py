"""The shell of the pages: packed files, the worker that keeps them in a browser, the manifest of an application."""

import gzip
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask, Response, request, send_from_directory
from werkzeug.exceptions import NotFound

KEPT_PAGE = "tablet"  # the one that opens without a server too
_PUBLIC = {
    "start.js": "text/javascript",
    "app.webmanifest": "application/manifest+json",
    "icon-192.png": "image/png",
    "icon-512.png": "image/png",
}
_HOUR_S = 3_600
_PACKED = frozenset({".js", ".css", ".svg"})
_LEAST_PACKED = 512
_OF_WORKER = "default-src 'none'; connect-src 'self'"


def mount(app: Flask, dist: Path, build: str) -> None:
    for name, media in _PUBLIC.items():
        app.add_url_rule(f"/{name}", f"shell {name}", lambda name=name, media=media: _public(dist, name, media))
    app.add_url_rule("/sw.js", "shell worker", lambda: _worker(dist, build))


def file(folder: Path, name: str, max_age: int) -> Response:
    """A file of the build, packed where the browser takes that; NotFound where there is none."""
    response = send_from_directory(folder, name, max_age=max_age)
    path = folder / name
    if path.suffix in _PACKED and response.status_code == 200 and request.accept_encodings.quality("gzip") > 0:
        response.direct_passthrough = False
        response.set_data(_packed(path, path.stat().st_mtime_ns))
        _told_as_packed(response)
    return response


def packed(response: Response) -> Response:
    """An answer made for this request, packed likewise."""
    body = response.get_data()
    if request.accept_encodings.quality("gzip") > 0 and len(body) >= _LEAST_PACKED:
        response.set_data(gzip.compress(body, 6))
        _told_as_packed(response)
    return response


def _told_as_packed(response: Response) -> None:
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    response.vary.add("Accept-Encoding")


@lru_cache(maxsize=512)
def _packed(path: Path, _changed_ns: int) -> bytes:
    return gzip.compress(path.read_bytes(), 9)


def _public(dist: Path, name: str, media: str) -> Response:
    try:
        response = send_from_directory(dist, name, mimetype=media, max_age=_HOUR_S)
    except NotFound:
        return Response("not found", 404, content_type="text/plain")
    response.headers["Cache-Control"] = f"public, max-age={_HOUR_S}"
    return response


def _worker(dist: Path, build: str) -> Response:
    """Its text changes with the build: that is how a browser learns of a new one."""
    script = dist / "sw.js"
    if not script.is_file():
        return Response("not found", 404, content_type="text/plain")
    head = f"const BUILD = {json.dumps(build)}\nconst FILES = {json.dumps(kept(dist))}\n"
    response = Response(head + script.read_text(encoding="utf-8"), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Security-Policy"] = _OF_WORKER
    return response


def kept(dist: Path) -> list[str]:
    """The addresses that the kept page needs, whatever it asks for later."""
    manifest: dict[str, dict[str, Any]] = msgspec.json.decode((dist / "manifest.json").read_bytes())
    found: set[str] = set()
    left, files = [f"{KEPT_PAGE}.html"], set()
    while left:
        entry = manifest.get(name := left.pop())
        if entry is None or name in found:
            continue
        found.add(name)
        files |= {entry["file"], *entry.get("css", ()), *entry.get("assets", ())}
        left += [*entry.get("imports", ()), *entry.get("dynamicImports", ())]
    return [f"/{KEPT_PAGE}", *(f"/{name}" for name in sorted(files))] if files else []
