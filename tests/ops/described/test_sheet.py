"""The vendor's sheet: every field is on it in both languages, its examples are true."""

import re
import shlex

import pytest

from ioc import bootstrap
from ioc.config.settings import Http, Mqtt, Settings
from ioc.core.model import Reason
from ioc.domain.inventory import Inventory, OrgTree
from ioc.ingest.decode import Decoder
from ioc.ingest.inbox import Received, Run
from ioc.ops.described.page import printable
from ioc.ops.described.sheet import addresses, markdown
from tests.live.worlds import ORGS, kinds

NOW = 1_795_222_806_000
SETTINGS = Settings(data_dir="x", http=Http(public_url="https://ioc.example.vn/"), mqtt=Mqtt(url="mqtts://127.0.0.1"))


def sheet(lang: str) -> str:
    return markdown(kinds(), SETTINGS, bootstrap.texts(), lang, "1.2.3")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_field_of_every_kind_is_on_it(lang: str) -> None:
    text = sheet(lang)
    for spec in kinds().values():
        for name in (*spec.metrics, *spec.words, *spec.event, *spec.nested):
            assert f"`{name}`" in text, f"{spec.kind}: {name}"
    assert "{" + "kinds" not in text
    assert set(re.findall(r"`([a-z_]+)`", text.rpartition("## 5")[2])) == {
        reason for reason in Reason if reason not in ("retired_source", "store_refused", "not_understood")
    }


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_its_examples_are_taken_as_they_are(lang: str) -> None:
    lines = sheet(lang).split("```")[1].strip().splitlines()
    assert len(lines) == 5
    decoder = Decoder(kinds(), Inventory(OrgTree(ORGS)))
    for line in lines:
        words = shlex.split(line)
        topic, body = words[words.index("-t") + 1], words[words.index("-m") + 1]
        assert words[words.index("-u") + 1] in topic
        assert ("-r" in words) == topic.endswith("/status")
        batch = decoder.batch(Run(1, [Received(NOW, topic, body.encode(), retained=False)]))
        assert (len(batch.good), batch.bad) == (1, [])


def test_its_examples_speak_tls_where_the_broker_does() -> None:
    lines = sheet("vi").split("```")[1].strip().splitlines()
    assert all("-p 8883 --capath /etc/ssl/certs -u " in line for line in lines)
    plain = markdown(kinds(), Settings(data_dir="x"), bootstrap.texts(), "vi", "1")
    assert "mosquitto_pub -h 127.0.0.1 -p 1883 -u " in plain


def test_addresses_are_those_of_the_outside() -> None:
    assert addresses(SETTINGS) == ("mqtts://ioc.example.vn:8883", "https://ioc.example.vn")
    assert addresses(Settings(data_dir="x")) == ("mqtt://127.0.0.1:1883", "http://127.0.0.1:8080")
    cluster = Settings(data_dir="x", mqtt=Mqtt(url="mqtt://emqx.example.vn:2883"))
    assert addresses(cluster)[0] == "mqtt://emqx.example.vn:2883"


def test_the_page_escapes_and_holds_what_the_text_holds() -> None:
    page = printable(
        "# A & B\n\ntext **bold** `<code>` <i>\n\n- one\n- two\n\n| | |\n|---|---|\n| a | b |\n\n```\nx <y>\n```\n",
        "en",
    )
    flat = page.replace("\n", "")
    assert "<title>A &amp; B</title>" in flat
    assert "<h1>A &amp; B</h1>" in flat
    assert "<p>text <strong>bold</strong> <code>&lt;code&gt;</code> &lt;i&gt;</p>" in flat
    assert "<ul><li>one</li><li>two</li></ul>" in flat
    assert "<tr><td>a</td><td>b</td></tr>" in flat
    assert "<pre><code>x &lt;y&gt;</code></pre>" in flat
    assert "thead{display:none}" in flat, "the tables of the sheet have no headings"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_nothing_of_its_markdown_is_left_on_the_page(lang: str) -> None:
    page = printable(sheet(lang), lang)
    prose = re.sub(r"<(code|style)>.*?</\1>|<pre>.*?</pre>", "", page, flags=re.S)
    assert not re.search(r"\*\*|`|^#|^- |\|---", prose, flags=re.M)
    assert page.count("<h2>") == sheet(lang).count("\n## ")
