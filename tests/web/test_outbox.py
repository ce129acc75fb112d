"""The postbox of a demonstration over the REST interface, and that there is none elsewhere."""

from dataclasses import replace
from typing import Any

import pytest

from ioc.platform.db.tables import notification
from ioc.platform.postbox import Postbox, PostboxMessage
from tests.web.conftest import PLUGINS, Province
from web import app as application
from web.auth import Sessions
from web.login_brake import LoginBrake
from web.routes import routes

SMS = PostboxMessage(at=1_795_230_000_000, way="sms", address="0912345671", ref="ref-1", text="Mat ket noi {duong day}")


@pytest.fixture
def demo(province: Province) -> Province:
    """The same site as a demonstration."""
    site = replace(province.site, context=replace(province.site.context, demo=True))
    province.app = application.build(site, routes(PLUGINS), Sessions(b"s" * 32, 12), LoginBrake(5))
    path = site.context.postbox
    assert path is not None
    Postbox(path).put(SMS)
    mail = PostboxMessage(at=SMS.at + 1, way="email", address="a@example.vn", ref="x", text="x", html="<p>x</p>")
    Postbox(path).put(mail)
    return province


def notified(province: Province, **values: Any) -> None:
    row = {
        "ref": "ref-1", "receiver": "truc-ca-ngay", "channel": "sms", "address": "0912345671", "what": "firing",
        "subject": "incident/1", "payload": {}, "state": "delivered", "created_at": 1, "next_try_at": 1,
    }  # fmt: skip
    with province.db.write() as conn:
        conn.execute(notification.insert().values(row | values))


def test_each_message_as_its_receiver_has_it_the_newest_first(demo: Province) -> None:
    notified(demo)
    mail, text = demo.get("/api/v1/outbox", "leader").get_json()["items"]
    assert (mail["way"], mail["html"], mail["receiver"], mail["sms"]) == ("email", "<p>x</p>", None, None)
    assert (text["receiver"], text["what"], text["text"]) == ("truc-ca-ngay", "firing", SMS.text)
    assert text["sms"] == {"segments": 1, "characters": 23, "unicode": False}
    assert text["at"] == "2026-11-21T10:00:00+07:00"


def test_it_is_for_those_who_see_the_whole_tree(demo: Province) -> None:
    assert demo.get("/api/v1/outbox", "wall").status_code == 403
    assert demo.get("/api/v1/outbox", "leader-north").status_code == 404


def test_elsewhere_there_is_neither_list_nor_page(province: Province, demo: Province) -> None:
    assert demo.client().get("/outbox").status_code == 200
    site = province.site
    plain = application.build(site, routes(PLUGINS), Sessions(b"s" * 32, 12), LoginBrake(5)).test_client()
    assert plain.get("/outbox").status_code == 404
    bearer = {"Authorization": f"Bearer {province.tokens['admin']}"}
    assert plain.get("/api/v1/outbox", headers=bearer).status_code == 404
