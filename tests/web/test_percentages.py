"""Every percentage the API and the printed pages show stands beside what it is of; of nothing there is none."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest

from ioc.core.registry import scan
from ioc.messages.kinds import specs
from tests.web.conftest import KIOSKS, NORTH, Province
from tests.web.counting import counting
from tests.web.test_scope import GUARDED
from web.boundary.route import Route

PCT = re.compile(r"(^|_)(pct|percent|share)($|_)")
WHOLE = ("denominator", "of")  # how the whole is named beside a percentage
OTHERS = {"observed_pct": "due"}  # one that stands beside another and is of something else
# what devices say of themselves, as they say it
READINGS = {"metrics", "texts"} | {name for spec in specs(scan("connectors.kinds")).values() for name in spec.metrics}
PRINTED = re.compile(r"[–\d,]+ %(?! \([\d.]+/[\d.]+\))")


class Found(NamedTuple):
    where: str
    value: Any
    beside: dict[str, Any]


def percentages(answer: Any, where: str = "") -> Iterator[Found]:
    """Each value of a key that names a percentage, or of an object whose unit is percent, or that lies in `pct`."""
    if isinstance(answer, list):
        for n, part in enumerate(answer):
            yield from percentages(part, f"{where}[{n}]")
    elif isinstance(answer, dict):
        if answer.get("unit") == "percent" or re.search(r"\.pct\.\w+$", where):
            yield Found(where, answer.get("value"), answer)
        for name, part in answer.items():
            if name in READINGS:
                continue
            if PCT.search(name) and not isinstance(part, dict | list | str):
                yield Found(f"{where}.{name}", part, answer)
            yield from percentages(part, f"{where}.{name}")


def path_of(route: Route) -> str:
    known = {
        "org": NORTH,
        "kind": "queue",
        "source": "kiosk-1",
        "code": NORTH,
        "root": NORTH,
        "name": "toan-canh",
        "id": "pct.in_time",
        "channel": "sms",
        "indicator": "x",
    }
    path = re.sub(r"<int:id>", "1", route.path)
    return re.sub(r"<(?:path:)?(\w+)>", lambda found: known[found[1]], path)


def asked(province: Province, route: Route) -> list[str]:
    fields = route.query.__struct_fields__
    if "widgets" in fields:
        every = [{"id": kind, "kind": kind, "options": {}} for kind in province.site.widgets]
        return [f"?widgets={quote(json.dumps(every))}"]
    return ["", f"?org={NORTH}", "?from=2026-01-01&to=2026-11-20"] if "from_" in fields else [""]


@pytest.mark.parametrize("quiet", [True, False], ids=["nothing", "dossiers"])
def test_every_percentage_of_every_answer_carries_its_denominator(province: Province, quiet: bool) -> None:
    if not quiet:
        counting(province)
        province.say(KIOSKS[NORTH], waiting=3)
        province.reload()
    found = []
    for route in (route for route in GUARDED if route.method == "GET"):
        for query in asked(province, route):
            answer = province.get(path_of(route) + query)
            if answer.is_json and answer.status_code == 200:
                found += percentages(answer.get_json(), f"{route.path}{query}")
    assert len(found) > 40
    for where, value, beside in found:
        whole = OTHERS.get(where.rpartition(".")[2])
        named = [beside[name] for name in (WHOLE if whole is None else (whole,)) if name in beside]
        assert named, f"{where} = {value}: of what?"
        assert (value is None) == (not named[0]), f"{where} = {value} of {named[0]}"
        assert value is None or 0 <= value <= 100, where


@pytest.mark.parametrize("quiet", [True, False], ids=["nothing", "dossiers"])
def test_no_printed_percentage_stands_alone(province: Province, quiet: bool) -> None:
    from tests.web.test_daily import Office

    office = Office(province)
    if not quiet:
        counting(province)
        province.reload()
    office.run()
    for path in ("/reports/form06?format=html", "/reports/daily?org=hg&format=html"):
        page = province.get(f"/api/v1{path}").get_data(as_text=True)
        body = page.partition("</style>")[2]
        assert "</table>" in body
        assert PRINTED.findall(body) == []
        assert not quiet or " %" not in body
    assert quiet or " % (" in body


def test_the_search_finds_a_percentage_without_its_denominator() -> None:
    (found,) = percentages({"items": [{"late_pct": 0, "metrics": {"loss_pct": 3}}]})
    assert (found.where, found.value) == (".items[0].late_pct", 0)
    assert [where for where, _, _ in percentages({"pct": {"late": {"value": 0}}})] == [".pct.late"]
    assert PRINTED.findall("<td>0,00 %</td><td>5,00 % (1/20)</td>") == ["0,00 %"]
