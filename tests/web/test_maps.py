"""Maps over REST: those in force, and one tried on a sample before it is."""

from typing import Any

from ioc.config.started import Started
from ioc.ingest import unknown_topics
from ioc.ingest.unknown_topics import UnreadTopic
from tests.web.conftest import NORTH, SATURDAY, Province

MAP = {
    "topic": "lsx/+site/+dev",
    "org": "hg.{site}",
    "kind": "queue",
    "source": "{dev}",
    "time": {"path": "gio", "format": "%d/%m/%Y %H:%M:%S"},
    "fields": {"waiting": "cho", "longest_wait_s": "lau"},
}
SAMPLE = '{"gio": "21/11/2026 10:00:00", "cho": "7", "lau": 600}'


def tried(province: Province, lang: str = "vi", **changes: Any) -> Any:
    body = {"map": MAP, "topic": "lsx/dong-van/kiosk-1", "payload": SAMPLE, "at": SATURDAY, **changes}
    headers = {"Authorization": f"Bearer {province.tokens['admin']}", "Accept-Language": lang}
    answer = province.client().post("/api/v1/maps/try", headers=headers, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_it_says_what_it_would_produce(province: Province) -> None:
    told = tried(province)
    assert (told["ok"], told["findings"]) == (True, [])
    (message,) = told["messages"]
    assert message["topic"] == f"ioc/v1/{NORTH}/queue/kiosk-1/state"
    assert message["metrics"] == {"waiting": 7, "longest_wait_s": 600}
    assert (message["known"], message["at"]) == (True, "2026-11-21T10:00:00+07:00")


def test_maps_that_were_taken_over_since_the_start_are_those_in_force(province: Province) -> None:
    assert province.get("/api/v1/maps").json["items"] == []
    root = province.site.context.settings.root
    Started(origin="x", table={"data_dir": str(root), "map": [MAP]}).write(Started.path(root))
    assert [item["topic"] for item in province.get("/api/v1/maps").json["items"]] == [MAP["topic"]]
    unknown_topics.note(province.db, {"lsx/a/b": UnreadTopic(b"{}", 1, SATURDAY), "x": UnreadTopic(b"{}", 1, SATURDAY)})
    assert [item["topic"] for item in province.get("/api/v1/topics/unknown").json["items"]] == ["x"]


def test_every_problem_is_told_in_the_callers_language(province: Province) -> None:
    told = tried(province, map={**MAP, "fields": {"waiting": "cho", "longest_wait_s": "lau_min", "serving": "x"}})
    assert told["ok"]
    assert {finding["code"] for finding in told["findings"]} == {"path_empty"}
    assert "đường dẫn «lau_min» không tìm thấy gì" in told["findings"][0]["message"]
    told = tried(province, "en", topic="lsx/xa-la/k1")
    assert not told["ok"]
    assert "would end in quarantine (unknown_org)" in told["findings"][0]["message"]


def test_a_map_that_is_none_is_named_key_by_key(province: Province) -> None:
    told = tried(province, map={**MAP, "fields": {"waiting": "cho..x"}, "colour": 1, "kind": 7})
    problems = " ".join(finding["params"]["problem"] for finding in told["findings"])
    assert not told["ok"]
    assert "colour: unknown key" in problems
    assert "kind: 7" in problems
    assert "no JMESPath" in tried(province, map={**MAP, "fields": {"waiting": "cho..x"}})["findings"][0]["message"]


def test_it_may_be_given_as_the_configuration_will_hold_it(province: Province) -> None:
    text = '[[map]]\ntopic = "lsx/+site/+dev"\norg = "hg.{site}"\nkind = "queue"\nsource = "{dev}"\n'
    text += 'fields.waiting = "cho"\n'
    assert tried(province, map=text)["messages"][0]["metrics"] == {"waiting": 7}
    for wrong in ("[[map]", "a = 1", text + text, "map = [1]"):
        assert "TOML" in tried(province, map=wrong)["findings"][0]["message"]


def test_unknown_topics_come_with_a_first_map_and_can_be_forgotten(province: Province) -> None:
    unknown_topics.note(province.db, {"lsx/MV/k9": UnreadTopic(b'{"cho": 3}', 2, SATURDAY)})
    (row,) = province.get("/api/v1/topics/unknown").json["items"]
    assert (row["topic"], row["n"], row["last_seen"]) == ("lsx/MV/k9", 2, "2026-11-21T10:00:00+07:00")
    assert 'topic = "lsx/+site/+dev"' in row["proposal"]
    assert '# waiting = "cho"   # 3' in row["proposal"]
    told = tried(province, map=row["proposal"] + 'waiting = "cho"\n', topic=row["topic"], payload=row["payload"])
    assert told["messages"][0]["topic"] == "ioc/v1/hg/queue/k9/state"
    forget = {"path": "/api/v1/topics/unknown/forget", "json": {"topic": "lsx/MV/k9"}}
    assert province.post(**forget, who="admin-north").json == {"forgotten": False}, "nobody knows whose it is"
    assert province.post(**forget).json == {"forgotten": True}
    assert province.get("/api/v1/topics/unknown").json["total"] == 0


def test_no_file_of_the_server_is_read_for_a_caller(province: Province) -> None:
    told = tried(province, map={**MAP, "sample_file": "/etc/passwd"})
    assert told["findings"][0]["params"]["problem"].startswith("sample_file: unknown key")
    assert "root:" not in str(told)


def test_another_district_is_not_to_be_found_out_by_trying(province: Province) -> None:
    body = {"map": MAP, "topic": "lsx/bac-quang/kiosk-1", "payload": SAMPLE}
    assert province.post("/api/v1/maps/try", who="admin-north", json=body).status_code == 404
    assert province.post("/api/v1/maps/try", json=body).json["messages"][0]["known"]


def test_maps_are_an_administrators(province: Province) -> None:
    empty = {"items": [], "total": 0}
    assert empty.items() <= province.get("/api/v1/maps").json.items()
    assert province.get("/api/v1/maps", who="operator").status_code == 403
    assert province.post("/api/v1/maps/try", who="operator", json={}).status_code == 403
