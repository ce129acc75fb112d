"""A status comes as a code or a word; a system's own words are mapped by configuration and can be tried again."""

import json

import pytest

from ioc.core.model import Reason
from ioc.domain.inventory import Inventory, OrgTree
from ioc.ingest.decode import Decoder
from ioc.ingest.inbox import Received, Run
from tests.live.worlds import ORGS, kinds

NOW = 1_795_222_800_000
SYSTEM = "hg/dossier/motcua"


def decode(status: object, words: dict[str, dict[str, int]] | None = None):
    payload = json.dumps({"event_id": "1", "ts": NOW, "code": "H22-1", "status": status}).encode()
    message = Received(NOW, f"ioc/v1/{SYSTEM}/event", payload, False)
    decoder = Decoder(kinds(), Inventory(OrgTree(ORGS)), status_words=words)
    return decoder.batch(Run(1, [message]))


@pytest.mark.parametrize(("status", "code"), [
    (9, 9), ("9", 9), (9.0, 9), ("done", 9), ("Done", 9), ("Đã xử lý xong", 9), ("CHỜ BỔ SUNG", 5), ("accepted", 2),
])  # fmt: skip
def test_what_every_system_may_say(status: object, code: int) -> None:
    (good,) = decode(status).good
    assert good.event.fields == {"status": code}


@pytest.mark.parametrize("status", [0, 11, 4.5, "Đang bay", "", True, [9], {"code": 9}])
def test_a_status_nobody_knows_is_kept_apart_with_what_is_allowed(status: object) -> None:
    (bad,) = decode(status).bad
    assert bad.reason is Reason.BAD_STATUS
    assert "allowed are 1 to 10" in bad.detail


def test_a_word_of_one_system_is_understood_after_it_was_mapped() -> None:
    (bad,) = decode("Chuyển liên thông").bad
    assert bad.reason is Reason.BAD_STATUS
    (good,) = decode("chuyển LIÊN thông", {SYSTEM: {"Chuyển liên thông": 4}}).good
    assert good.event.fields == {"status": 4}
    assert decode("Chuyển liên thông", {"hg/dossier/other": {"Chuyển liên thông": 4}}).good == []
