"""A province with two one-stop systems and half a year of dossiers, told out of order and doubled."""

import random
from typing import Any

import sqlalchemy as sa

from ioc.domain.inventory.records import load
from ioc.platform.db.tables import org, source
from tests.domain.dossiers.counting.test_summary import life
from tests.domain.dossiers.events import tell
from tests.live.worlds import kinds
from tests.web.conftest import NORTH, SOUTH, Province

DEPARTMENTS = ("hg.so-tn", "hg.so-xd")
UNITS = (*DEPARTMENTS, NORTH, SOUTH, "hg.dong-van.lung-cu", "hg.bac-quang.vinh-tuy", "hg.so-tn.p1", "hg")
SYSTEMS = (101, 102)


def counting(province: Province, seed: int = 7, n: int = 300, *, lag_days: int = 0) -> None:
    """Fill the province; the second system is known only up to `lag_days` ago."""
    dice = random.Random(seed)
    with province.db.write() as conn:
        units = [
            {"code": code, "name": f"Sở {code[-2:]}", "kind": "department", "parent": "hg"} for code in DEPARTMENTS
        ]
        units.append({"code": "hg.so-tn.p1", "name": "Phòng Đất đai", "kind": "room", "parent": "hg.so-tn"})
        conn.execute(sa.insert(org), units)
        rows = [{"id": id_, "org": "hg", "kind": "dossier", "source": f"s{id_}", "status": "active"} for id_ in SYSTEMS]
        conn.execute(sa.insert(source), rows)
        inventory = load(conn, "2026-11-21", kinds())
    events = [(n % 2, event) for n in range(n) for event in life(dice, n)]
    for _, event in events:
        event.fields.update(
            {name: dice.choice(UNITS) for name in ("receiving_org", "handling_org") if name in event.fields}
        )
    events += dice.sample(events, len(events) // 5)
    dice.shuffle(events)
    for number, id_ in enumerate(SYSTEMS):
        tell(
            province.db,
            *(event for system, event in events if system == number),
            source_id=id_,
            inventory=inventory,
            now=1,
        )
    province.site.world.inventory = inventory
    if lag_days:
        late = next(s for s in inventory.sources.values() if s.id == SYSTEMS[1])
        province.say(late.key, as_of=province.clock.now_ms() - lag_days * 86_400_000)


def get(province: Province, path: str, who: str = "admin") -> Any:
    answer = province.get(f"/api/v1{path}", who)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()
