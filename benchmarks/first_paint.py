"""How long a page shows nothing, its skeleton, then its figures, on a slow line: the first visit and the next.

    python benchmarks/first_paint.py URL [--content SELECTOR] [--kbyte 30] [--latency 100] [--cookie NAME=VALUE]

URL is a page of a running server, for /wall with a display's `?token=`. Prints milliseconds since the page was asked
for, the median of three; `sentence` is how long the words "this browser is too old" could be read.
"""

import argparse
import statistics
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
RUNS = 3
# the paints that the browser reports, and by its own clock when content and sentence were there
WATCH = """(selector) => {
  window.seen = { content: null, from: null, until: null }
  const look = () => {
    const now = performance.now()
    const old = document.querySelector('.too-old')
    const readable = old && getComputedStyle(old).visibility !== 'hidden' && Number(getComputedStyle(old).opacity) > 0.5
    if (readable && old.getClientRects().length) { window.seen.from ??= now; window.seen.until = now }
    if (document.querySelector(selector)) window.seen.content ??= now
    if (window.seen.content === null) requestAnimationFrame(look)
  }
  look()
}"""
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


def visit(context: BrowserContext, url: str, content: str, kbyte: float, latency: float) -> dict[str, float]:
    page = context.new_page()
    network = context.new_cdp_session(page)
    rate = kbyte * 1024
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": latency, "downloadThroughput": rate, "uploadThroughput": rate},
    )
    page.add_init_script(f"({WATCH})({content!r})")
    page.goto(url, wait_until="commit")
    page.wait_for_function("() => window.seen.content !== null", timeout=120_000)
    seen, paint = page.evaluate("() => window.seen"), page.evaluate(PAINT)
    page.wait_for_timeout(4_000)  # what comes after the start is kept for the next visit
    page.close()
    return {
        "paint": paint or seen["content"],
        "content": seen["content"],
        "sentence": (seen["until"] - seen["from"]) if seen["from"] is not None else 0,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--content", default="[data-state=live]")
    parser.add_argument("--kbyte", type=float, default=30)
    parser.add_argument("--latency", type=float, default=100)
    parser.add_argument("--cookie", help="a session, NAME=VALUE")
    asked = parser.parse_args()
    found: dict[str, list[dict[str, float]]] = {"first": [], "next": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        for _ in range(RUNS):
            context = browser.new_context(viewport={"width": 1920, "height": 1080})
            if asked.cookie:
                name, _, value = asked.cookie.partition("=")
                context.add_cookies([{"name": name, "value": value, "url": asked.url}])
            for visits in found.values():
                visits.append(visit(context, asked.url, asked.content, asked.kbyte, asked.latency))
            context.close()
        browser.close()
    for name, visits in found.items():
        told = {key: round(statistics.median(one[key] for one in visits)) for key in ("paint", "content", "sentence")}
        print(name, *(f"{key} {value} ms" for key, value in told.items()))


if __name__ == "__main__":
    main()
