"""What axe-core finds on a page: WCAG 2.2 AA and best practice."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.web.screens.conftest import missing

AXE = Path(__file__).resolve().parents[3] / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    if not AXE.is_file():
        missing("no axe-core: npm ci in web/frontend")
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(
        "rules => axe.run({runOnly: rules}).then(result => result.violations)", RULES
    )
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
