"""Whom to call: of a source and the lines it hangs on, of an org and those above it, and who is on duty."""

import pytest

from tests.web.conftest import NORTH, SOUTH, Province

ROTA = {"name": "truc", "org": "hg", "shifts": [{"days": "mon-sun", "hours": "00:00-24:00", "who": ["lan"]}]}
COMMUNE = "hg.dong-van.lung-cu"


@pytest.fixture
def known(province: Province) -> Province:
    from ioc.platform.db.tables import org, source

    with province.db.write() as conn:
        conn.execute(
            org.update().where(org.c.code == NORTH).values(head_name="Chủ tịch huyện", head_phone="0900 000 033")
        )
        line = source.c.org == SOUTH, source.c.kind == "link"
        conn.execute(source.update().where(*line).values(contact="Tổng đài 0900 000 022", owner="Nhà mạng"))
    province.reload()
    assert (
        province.post(
            "/api/v1/receivers", json={"name": "lan", "title": "Trực ca ngày", "phone": ["0912345671"]}
        ).status_code
        < 300
    )
    assert province.post("/api/v1/rotas", json=ROTA).status_code < 300
    return province


def test_an_org_is_called_at_its_head_then_at_who_is_on_duty(known: Province) -> None:
    found = known.get(f"/api/v1/contacts?org={COMMUNE}", "leader").json["items"]
    assert [(one["what"], one["name"], one["of"], one["contact"]) for one in found] == [
        ("head", "Chủ tịch huyện", "Huyện Đồng Văn", "0900 000 033"),
        ("duty", "Trực ca ngày", "truc", "0912345671"),
    ]


def test_a_source_is_called_at_whoever_looks_after_it(known: Province) -> None:
    found = known.get(f"/api/v1/contacts?source={SOUTH}/link/cap-1", "leader").json["items"]
    assert (found[0]["what"], found[0]["name"], found[0]["contact"]) == ("source", "Nhà mạng", "Tổng đài 0900 000 022")


@pytest.mark.parametrize("asked", ["org=hg.nowhere", "source=hg/link/nothing", "source=hg/link"])
def test_what_is_not_there_has_nobody_to_call(known: Province, asked: str) -> None:
    assert known.get(f"/api/v1/contacts?{asked}", "leader").status_code == 404


def test_numbers_are_not_for_a_wall(known: Province) -> None:
    assert known.get("/api/v1/contacts", "wall").status_code == 403
