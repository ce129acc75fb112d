"""The shell of the pages: packed on the way, kept in the browser by build, and an application of its own."""

import gzip
import json
import re

import pytest

from tests.web.conftest import Province
from web import assets

needs_dist = pytest.mark.skipif(not (assets.DIST / "manifest.json").is_file(), reason="no web/dist: pip install .")


@needs_dist
def test_a_script_is_packed_for_who_takes_it(province: Province) -> None:
    client = province.client()
    page = client.get("/login")
    script = re.search(r'src="(/assets/[^"]+\.js)"', page.get_data(as_text=True))
    assert script is not None
    plain = client.get(script[1])
    packed = client.get(script[1], headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data)


@needs_dist
def test_a_page_is_packed_and_names_its_own_build(province: Province) -> None:
    answer = province.client().get("/login", headers={"Accept-Encoding": "gzip"})
    page = gzip.decompress(answer.data).decode()
    assert f'"build":"{province.site.build}"' in page
    assert answer.headers["Cache-Control"] == "no-store"


@needs_dist
def test_the_skeleton_stands_before_any_style(province: Province) -> None:
    page = province.client().get("/wall").get_data(as_text=True)
    assert "stylesheet" not in page.split("</head>")[0]
    assert page.index('class="skeleton"') < page.index('rel="stylesheet"')


@needs_dist
def test_the_worker_is_of_one_build_and_may_reach_nobody_else(province: Province) -> None:
    answer = province.client().get("/sw.js")
    text = answer.get_data(as_text=True)
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'"
    assert text.startswith(f"const BUILD = {json.dumps(province.site.build)}\n")


@needs_dist
def test_the_manifest_of_the_application_has_its_icons(province: Province) -> None:
    client = province.client()
    answer = client.get("/app.webmanifest")
    assert answer.content_type == "application/manifest+json"
    told = json.loads(answer.data)
    assert [client.get(icon["src"]).content_type for icon in told["icons"]] == ["image/png", "image/png"]
