"""What is critical stands out most from a panel: to every eye, measured on the screen as such an eye sees it."""

import base64

import pytest
from playwright.sync_api import Page

from tests.web.screens.conftest import Opener

STATES = {"critical": "--bad", "warning": "--warn", "ok": "--ok-mark", "unknown": "--dim", "closed": "--rest"}
SIDE = 20
LEAST = 3.0  # WCAG 2.2, 1.4.11: what is no text
PIXELS = """async ([png, at]) => {
  const picture = new Image()
  picture.src = `data:image/png;base64,${png}`
  await picture.decode()
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width: picture.width, height: picture.height })
  const drawn = canvas.getContext('2d')
  drawn.drawImage(picture, 0, 0)
  return at.map((x) => [...drawn.getImageData(x, 5, 1, 1).data].slice(0, 3))
}"""


@pytest.mark.parametrize("eye", ["none", "deuteranopia"])
def test_critical_has_the_most_contrast_of_all_states(show: Opener, eye: str) -> None:
    panel, *seen = swatches(show("/login", wait_for="form"), eye, ["--panel", *STATES.values()])
    contrasts = {state: contrast(colour, panel) for state, colour in zip(STATES, seen, strict=True)}
    assert max(contrasts, key=contrasts.__getitem__) == "critical", contrasts
    assert min(contrasts["critical"], contrasts["warning"], contrasts["ok"], contrasts["unknown"]) >= LEAST, contrasts


def swatches(page: Page, eye: str, names: list[str]) -> list[list[int]]:
    """Each colour of the palette as that eye sees it: the emulation is in the picture, not in the page."""
    drawn = "".join(f'<i style="width:{SIDE}px;height:{SIDE}px;background:var({name})"></i>' for name in names)
    row = f"<div style='position:fixed;z-index:99;top:0;left:0;display:flex'>{drawn}</div>"
    page.evaluate("row => document.body.insertAdjacentHTML('beforeend', row)", row)
    page.context.new_cdp_session(page).send("Emulation.setEmulatedVisionDeficiency", {"type": eye})
    clip = {"x": 0, "y": 0, "width": SIDE * len(names), "height": SIDE}
    png = base64.b64encode(page.screenshot(clip=clip)).decode()
    reader = page.context.new_page()
    found: list[list[int]] = reader.evaluate(PIXELS, [png, [SIDE * n + SIDE // 2 for n in range(len(names))]])
    return found


def contrast(one: list[int], other: list[int]) -> float:
    """WCAG 2.2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: list[int]) -> float:
    parts = [value / 255 for value in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
