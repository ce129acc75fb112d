"""Facts of this installation for its pages: its kinds, their foremost figures, what plug-ins bring."""

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import msgspec
from flask import Flask, Response, send_file

from ioc.core.registry import Plugins, PluginSort
from ioc.messages.kinds import Kinds

HERE = Path(__file__).parent


def is_ours(module: ModuleType) -> bool:
    """Its component is built with the pages; that of a site's own widget is a script beside it."""
    return Path(str(module.__file__)).is_relative_to(HERE)


def script_of(module: ModuleType) -> Path:
    return Path(str(module.__file__)).with_suffix(".js")


def scripts(plugins: Plugins) -> Mapping[str, Path]:
    return {kind: script_of(module) for kind, module in plugins.of(PluginSort.WIDGET).items() if not is_ours(module)}


def told(plugins: Plugins, kinds: Kinds, build: str = "") -> str:
    """An element for the head of a page: data, which no content security policy takes for a script.

    `build` is the page's own: one that a browser kept is older than what its server says later.
    """
    known = sorted(kinds, key=lambda kind: (kinds[kind].rank, kind))
    widgets = {kind: f"/plugins/{kind}.js" for kind in scripts(plugins)}
    foremost = {kind: spec.foremost for kind, spec in kinds.items() if spec.foremost}
    data = msgspec.json.encode(
        {"kinds": known, "foremost": foremost, "texts": plugins.texts(), "widgets": widgets, "build": build}
    ).decode()
    return f'<script type="application/json" id="site">{data.replace("<", chr(92) + "u003c")}</script>'


def mount(app: Flask, plugins: Plugins) -> None:
    """The scripts that draw a site's own widgets."""
    found = scripts(plugins)

    def script(kind: str) -> Response:
        if kind not in found:
            return Response("not found", 404, content_type="text/plain")
        return send_file(found[kind], mimetype="text/javascript", max_age=0)

    app.add_url_rule("/plugins/<kind>.js", "plug-in", script)
