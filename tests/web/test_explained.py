"""What is behind a figure: the rows come to what the figure says, in calm and in a crisis."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

import pytest

from ioc.core.model import Health, SourceKey
from ioc.core.registry import scan
from ioc.platform.db.tables import conference, observed
from tests.texts import TEXTS
from tests.web import crisis
from tests.web.conftest import NORTH, SATURDAY, SOUTH, Province
from tests.web.test_incidents import cut
from web.widgets.kpi import Figure

EXPLAIN = "/api/v1/explain"
OF_ORGS = {"dossiers_in_time", "dossiers_overdue"}
COUNTED = {"vc_online", "services_up", "links_up"}


def asked(province: Province, figure: str, who: str = "admin", **options: Any) -> Any:
    return explained(province, "kpi", None, who, figure=figure, **options)


def explained(province: Province, kind: str, part: str | None, who: str = "admin", **options: Any) -> Any:
    answer = province.client().get(
        EXPLAIN,
        query_string={"widget": kind, "options": json.dumps(options)} | ({} if part is None else {"part": part}),
        headers={"Authorization": f"Bearer {province.tokens[who]}"},
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


def shown(province: Province, figure: str) -> Any:
    return payload(province, "kpi", figure=figure)


def payload(province: Province, kind: str, **options: Any) -> Any:
    widgets = json.dumps([{"id": "a", "kind": kind, "options": options}])
    answer = province.client().get(
        "/api/v1/live",
        query_string={"widgets": widgets},
        headers={"Authorization": f"Bearer {province.tokens['admin']}"},
    )
    return answer.json["items"][0]["payload"]


@pytest.fixture(params=["calm", "crisis"])
def field(request: pytest.FixtureRequest, province: Province) -> Province:
    getattr(crisis, request.param)(province)
    return province


@pytest.mark.parametrize("figure", get_args(Figure))
def test_the_records_come_to_the_figure(field: Province, figure: str) -> None:
    kpi, told = shown(field, figure), asked(field, figure)
    assert told["value"] == kpi["value"]
    rows = told["rows"]
    whole = (sum(row["value"] for row in rows), sum(row["of"] or 0 for row in rows)) if figure in OF_ORGS else None
    if figure in COUNTED:
        assert (sum(row["counts"] for row in rows), len(rows)) == (kpi["value"], kpi["total"])
    elif figure == "dossiers_in_time":
        assert (told["numerator"], told["denominator"]) == whole
        if told["denominator"]:
            assert kpi["value"] == pytest.approx(100 * told["numerator"] / told["denominator"], abs=0.005)
    elif figure == "dossiers_overdue":
        assert whole == (kpi["value"] or 0, kpi["total"] or 0)
    elif figure == "queue_waiting":
        assert sum(row["value"] for row in rows if row["value"] is not None) == (kpi["value"] or 0)
    else:
        assert told["total"] == len(rows) == kpi["value"]
    assert told["as_of"] == kpi["as_of"]


class Part(NamedTuple):
    """A figure as its widget has it; `by`: its rows are counted, or their values and what these are of add up."""

    name: str
    n: float | None
    of: float | None = None
    by: str = "rows"


def _split(told: Any) -> Iterator[Part]:
    for name, one in {**told["parts"], "in_time": told["in_time"], "online": told["online"]}.items():
        yield Part(name, one["numerator"], one["denominator"], "values")
    for name, n in {**told["counts"], "must_resolve": told["must_resolve"]}.items():
        yield Part(f"n:{name}", n, None, "values")


def _ranking(told: Any) -> Iterator[Part]:
    assert told["rows"]
    for org, row in told["rows"].items():
        yield Part(org, row["numerator"], row["denominator"], "values")


def _board(told: Any) -> Iterator[Part]:
    for name in ("waiting", "serving", "issued_today", "served_today"):
        yield Part(name, told["totals"][name], None, "values")
    for key, centre in told["centres"].items():
        yield Part(f"{key}:waiting", centre["waiting"], None, "values")
        yield Part(f"{key}:longest_wait_s", centre["longest_wait_s"], None, "values")


def _grid(told: Any) -> Iterator[Part]:
    yield Part("total", told["online"], told["of"])
    for health in set(Health) - {Health.PENDING}:
        yield Part(health, told["totals"][health])
    sites = [site for area in told["areas"].values() for site in area["sites"].values()]
    yield Part("in_call", sum(bool(site["in_call"]) for site in sites))
    yield Part("none", told["totals"]["none"])
    yield from _tiles(told)


def _tiles(told: Any) -> Iterator[Part]:
    for key, area in told["areas"].items():
        yield Part(f"area:{key}", area["n"] if area["worst"] else area["of"], area["of"])


def _map(told: Any) -> Iterator[Part]:
    yield Part("total", told["good"], told["of"])
    for health in set(Health) - {Health.PENDING}:
        yield Part(health, told["totals"][health])
    yield from _tiles(told)


def _services(told: Any) -> Iterator[Part]:
    for group in ("services", "links"):
        totals = told["totals"][group]
        yield Part(group, totals["up"], totals["of"])
        yield Part(f"{group}:critical", totals["critical"])


def _freshness(told: Any) -> Iterator[Part]:
    for kind, counts in told["kinds"].items():
        silent = sum(counts[health] for health in ("offline", "stale", "unknown"))
        yield Part(kind, counts["of"] - silent, counts["of"])


def _strip(told: Any) -> Iterator[Part]:
    yield Part("total", told["total"]["numerator"], told["total"]["denominator"], "values")
    for key, row in told["rows"].items():
        yield Part(key, row["numerator"], row["denominator"], "values")


def _index(told: Any) -> Iterator[Part]:
    yield Part("total", told["score"], told["max"], "values")
    for code, group in told["groups"].items():
        yield Part(code, group["score"], group["max"], "values")


def _meeting(told: Any) -> Iterator[Part]:
    yield Part("total", told["n"], told["of"])
    for state, n in told["counts"].items():
        yield Part(f"state:{state}", n)
    for org, area in told["areas"].items():
        yield Part(f"area:{org}", area["n"], area["of"])


def _incidents(told: Any) -> Iterator[Part]:
    yield Part("open", told["counts"]["open"])
    yield Part("lost", told["totals"]["lost"])
    for number, row in told["incidents"].items():
        yield Part(number, row["n"], row["of"])


def _alerts(told: Any) -> Iterator[Part]:
    for name in ("critical", "warning", "info", "unacknowledged", "resolved_unseen"):
        yield Part(name, told["counts"][name])


FIGURES: dict[str, Any] = {
    "alert_feed": _alerts,
    "conference": _meeting,
    "dossier_split": _split,
    "freshness": _freshness,
    "incident": _incidents,
    "index766": _index,
    "org_map": _map,
    "org_ranking": _ranking,
    "queue_board": _board,
    "service_status": _services,
    "uptime_strip": _strip,
    "vc_grid": _grid,
}
PLAIN = {  # widgets that cannot be asked, and why
    "trend": "a course: each point is a reading, none is made of others that could be listed",
    "history": "a course too; the alerts drawn on it are listed by name below it",
}


def test_every_widget_says_what_is_behind_its_figures() -> None:
    """A new one brings `explain` and `figures`, and what they are checked against here."""
    found = scan("web.widgets")
    asks = {kind for kind, module in found.items() if hasattr(module, "explain") and hasattr(module, "figures")}
    assert set(found) - asks == set(PLAIN)
    assert asks == {"kpi", *FIGURES}


def busy(province: Province) -> None:
    """A meeting that runs, an incident about a line, an ingest that was down for an hour."""
    expected = [f"{key.org}/{key.source}" for key in (*crisis.POINTS[:6], SourceKey(SOUTH, "vc", "cau-2"))]
    row = {"org": "hg", "conference_id": "giao-ban", "title": "Giao ban", "starts_at": SATURDAY - 600_000,
           "ends_at": SATURDAY + 600_000, "expected": [*expected, f"{SOUTH}/la"], "changed_at": 0}  # fmt: skip
    with province.db.write() as conn:
        conn.execute(conference.insert().values(row))
        for since, until in ((SATURDAY - 2 * crisis.DAY, SATURDAY - 7_200_000), (SATURDAY - 3_600_000, SATURDAY)):
            conn.execute(observed.insert().values(role="ingest", since=since, until=until))
    cut(province)
    province.reload()


OPTIONS: dict[str, dict[str, Any]] = {
    "org_ranking": {"by": "handling", "least": 1, "figure": "online"},
    "incident": {"limit": 200, "grouped": False},
}


def test_the_records_come_to_every_figure_of_every_widget(field: Province) -> None:
    busy(field)
    for kind, parts in FIGURES.items():
        options = OPTIONS.get(kind, {})
        every = list(parts(payload(field, kind, **options)))
        assert any(part.n for part in every), kind
        for part in every:
            _check(part, explained(field, kind, part.name, **options))


def _check(part: Part, told: Any) -> None:
    rows = told["rows"]
    assert told["numerator"] == part.n, part
    assert part.of in (None, told["denominator"]), part
    if part.by == "rows":
        assert sum(row["counts"] for row in rows) == part.n, part
        assert part.of is None or len(rows) in (part.of, part.n), part
        assert told["total"] == len(rows)
    else:
        values = [row["value"] for row in rows if row["value"] is not None]
        assert (sum(values) if values else None) == pytest.approx(part.n) or (part.n == 0 and not rows), part
        if part.of is not None:
            assert sum(row["of"] or 0 for row in rows) == pytest.approx(part.of), part
    assert told["formula"] in TEXTS["vi"].values()
    assert told["source"] in TEXTS["vi"].values()


def test_each_figure_that_can_be_asked_for_is_named_and_answers(province: Province) -> None:
    crisis.crisis(province)
    busy(province)
    for kind in FIGURES:
        options = OPTIONS.get(kind, {})
        parts = explained(province, kind, None, **options)["parts"]
        for one in (parts[0], *parts[-3:]):
            title = one["title"]
            assert title["words"] or title["names"] or title["key"] in TEXTS["vi"], one
            assert explained(province, kind, one["part"], **options)["title"] == title


def test_time_that_nobody_watched_is_said_and_counts_as_neither(province: Province) -> None:
    crisis.calm(province)
    busy(province)
    told = explained(province, "uptime_strip", f"{SOUTH}/link/cap-1")
    assert (told["unit"], told["unwatched"], told["denominator"]) == ("s", 3_600, 82_800)


def test_the_worst_stand_first(province: Province) -> None:
    crisis.crisis(province)
    states = [row["state"] for row in asked(province, "links_up")["rows"]]
    assert states == sorted(states, key=["offline", "critical", "stale", "unknown", "warning", "ok"].index)


def test_a_display_may_ask_and_sees_its_part_only(province: Province) -> None:
    everywhere = {row["org"] for row in asked(province, "vc_online")["rows"]}
    assert {row["org"] for row in asked(province, "vc_online", "wall", org=NORTH)["rows"]} < everywhere


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"widget": "trend", "options": '{"kind": "queue", "metric": "waiting"}'}, "not_explained"),
        ({"widget": "queue_board", "part": "nonsense"}, "not_explained"),
        ({"widget": "vc_grid", "part": "area:nowhere"}, "not_explained"),
        ({"widget": "nonsense"}, "unknown_widget"),
        ({"widget": "kpi", "options": "{"}, "invalid_value"),
        ({"widget": "kpi", "options": '{"org": "nowhere"}'}, "unknown_org"),
    ],
)
def test_what_cannot_be_explained_is_said(province: Province, query: dict[str, str], code: str) -> None:
    answer = province.client().get(
        EXPLAIN, query_string=query, headers={"Authorization": f"Bearer {province.tokens['admin']}"}
    )
    assert (answer.status_code // 100, answer.json["error"]["code"]) == (4, code)
