"""The door for those who can only POST: whose it is, what goes through, what is answered."""

from typing import Any

import pytest

from ioc.core.errors import Code, IocError
from ioc.core.model import SourceKey
from ioc.domain.importing.inventory import import_orgs
from ioc.ops import devices
from tests.web.conftest import NORTH, SATURDAY, SOUTH, Province

KIOSK = SourceKey(NORTH, "queue", "kiosk-1")
DOOR = f"/api/v1/ingest/{KIOSK}/state"


def post(province: Province, secret: str | None, path: str = DOOR, body: bytes = b'{"waiting": 4}') -> Any:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return province.client().post(path, headers=headers, data=body, content_type="application/json")


@pytest.fixture
def secret(province: Province) -> str:
    return devices.add(province.db, KIOSK, [], SATURDAY)


def test_a_device_posts_what_it_would_publish(province: Province, secret: str) -> None:
    answer = post(province, secret, body=b"\xff not even json")
    assert answer.status_code == 202
    assert answer.json == {"topic": f"ioc/v1/{KIOSK}/state", "bytes": 15}
    assert province.bus.sent == [(f"ioc/v1/{KIOSK}/state", b"\xff not even json")]


def test_it_speaks_for_itself_only_and_no_longer_than_its_credential(province: Province, secret: str) -> None:
    for path, status in (
        (f"/api/v1/ingest/{SOUTH}/queue/kiosk-1/state", 403),
        (f"/api/v1/ingest/{NORTH}/queue/kiosk-2/state", 403),
        (f"/api/v1/ingest/{KIOSK}/config", 422),
    ):
        assert post(province, secret, path).status_code == status
    assert post(province, None).status_code == 401
    assert post(province, "wrong").status_code == 401
    assert province.get("/api/v1/sources", who="wall").status_code == 403
    assert province.client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    devices.revoke(province.db, KIOSK, SATURDAY)
    assert post(province, secret).status_code == 401
    assert province.bus.sent == []


def test_an_administrator_may_post_within_the_own_subtree(province: Province) -> None:
    assert post(province, province.tokens["admin-north"]).status_code == 202
    elsewhere = f"/api/v1/ingest/{SOUTH}/queue/kiosk-1/state"
    assert post(province, province.tokens["admin-north"], elsewhere).status_code == 404
    assert post(province, province.tokens["operator"]).status_code == 403
    assert [topic for topic, _ in province.bus.sent] == [f"ioc/v1/{KIOSK}/state"]


def test_who_posts_right_behind_the_import_of_its_org_is_let_in(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The world of the web role is a second behind an import; a 404 would be taken for the last word."""
    newcomer = SourceKey(f"{NORTH}.moi", "queue", "kiosk-1")
    import_orgs(province.db, f"code,name,kind,parent\n{newcomer.org},Xã mới,commune,{NORTH}\n", SATURDAY, dry_run=False)
    secret, path = devices.add(province.db, newcomer, [], SATURDAY), f"/api/v1/ingest/{newcomer}/state"
    assert newcomer.org not in province.site.orgs
    monkeypatch.setattr(province.site.following, "tick", province.reload)
    for who in (secret, province.tokens["admin-north"]):
        province.bus.sent.clear()
        assert post(province, who, path).status_code == 202
        assert [topic for topic, _ in province.bus.sent] == [f"ioc/v1/{newcomer}/state"]


def test_too_much_is_refused_before_it_reaches_the_broker(province: Province, secret: str) -> None:
    assert post(province, secret, body=b" " * (256 * 1024)).status_code == 202
    assert post(province, secret, body=b" " * (256 * 1024 + 1)).status_code == 413
    assert len(province.bus.sent) == 1


def test_a_broker_that_is_away_is_said_so(province: Province, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unanswered(*_: Any, **__: Any) -> None:
        raise IocError(Code.BROKER_UNAVAILABLE, "broker: no acknowledgement")

    monkeypatch.setattr(province.bus, "publish_acknowledged", unanswered)
    assert post(province, secret).status_code == 503
    province.bus.connected = False
    answer = post(province, secret)
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "broker_unavailable")


def test_wildcards_and_slashes_do_not_pass(province: Province) -> None:
    for path in (f"{NORTH}/queue/+/state", f"{NORTH}/%23/k/state", f"{NORTH}/queue/a%2Fb/state", "%00/queue/k/state"):
        assert post(province, province.tokens["admin"], f"/api/v1/ingest/{path}").status_code in (404, 422)
    assert province.bus.sent == []


def test_an_org_nobody_knows_ends_in_quarantine_as_by_mqtt(province: Province) -> None:
    """For who may see the whole tree; to anybody else it is as unknown as the other district."""
    unknown = "/api/v1/ingest/hg.nowhere/queue/kiosk-1/state"
    assert post(province, province.tokens["admin"], unknown).status_code == 202
    assert post(province, province.tokens["admin-north"], unknown).status_code == 404
    assert [topic for topic, _ in province.bus.sent] == ["ioc/v1/hg.nowhere/queue/kiosk-1/state"]
