"""The vendor's sheet as a browser prints it: two pages in either language."""

import re

import pytest
from playwright.sync_api import Browser

from ioc import bootstrap
from ioc.config.settings import Http, Mqtt, Settings
from ioc.ops.described.page import printable
from ioc.ops.described.sheet import markdown
from tests.live.worlds import kinds

SETTINGS = Settings(
    data_dir="x",
    http=Http(public_url="https://trungtamdieuhanh.tinh-example.gov.vn"),
    mqtt=Mqtt(url="mqtts://localhost"),
)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_it_prints_on_two_pages(browser: Browser, lang: str) -> None:
    page = browser.new_page()
    page.set_content(printable(markdown(kinds(), SETTINGS, bootstrap.texts(), lang, "1.2.3"), lang))
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2
