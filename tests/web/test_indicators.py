"""The catalogue: no two figures of one name, and behind each numerator exactly the dossiers it counts."""

import pytest

from ioc.domain.dossiers.reporting.indicators.catalogue import CATALOGUE, COUNTS, Catalogue
from tests.domain.dossiers.counting.test_summary import at
from tests.domain.dossiers.events import event, tell
from tests.web.conftest import NORTH, Province, tell_dossier
from tests.web.counting import counting, get

ASKED = [
    "",
    "from=2026-01-01&to=2026-03-31&by=handling&org=hg.so-tn",
    f"from=2026-02-03T09:30:00%2B07:00&to=2026-03-17T11:45:00%2B07:00&org={NORTH}",
]


def say_more(province: Province) -> None:
    """The first system tells of payments, digitised papers and electronic results; the second never does."""
    later = at("2026-11-01T08:00")
    for n in range(0, 300, 2):
        told = {"fee": n % 4 * 1000, "online_payment": n % 8 == 2, "digitised": n % 6 == 0, "electronic_result": n < 90}
        tell(province.db, event(f"H22-{n:05d}", later, **told), source_id=101, inventory=province.site.world.inventory)


@pytest.mark.parametrize("question", ASKED)
def test_the_list_behind_each_figure_is_as_long_as_its_numerator(province: Province, question: str) -> None:
    counting(province, lag_days=250)
    say_more(province)
    counted, unlisted = 0, set()
    for shown in get(province, f"/indicators?{question}")["items"]:
        if shown["bucket"] is None:
            unlisted.add(shown["id"])
        for bucket, n in ((shown["bucket"], shown["numerator"]), (shown["denominator_bucket"], shown["denominator"])):
            if bucket is not None:
                assert get(province, f"/dossiers?bucket={bucket}&{question}&per_page=1")["total"] == n, shown["id"]
                counted += n
    assert counted
    assert unlisted == {"satisfaction_766"}, "100 % less two shares is no set of dossiers"


def test_the_list_behind_a_ratio_of_the_index_holds_what_its_system_said(province: Province) -> None:
    counting(province)
    say_more(province)
    whole = "from=2026-01-01&to=2026-10-31"
    shown = get(province, f"/indicators/paid_online_766?{whole}")
    paid, payable = (
        {item["code"] for item in get(province, f"/dossiers?bucket={shown[name]}&{whole}&per_page=500")["items"]}
        for name in ("bucket", "denominator_bucket")
    )
    assert (len(paid), len(payable)) == (shown["numerator"], shown["denominator"])
    assert {int(code[-5:]) % 8 for code in paid} == {2}
    assert {int(code[-5:]) % 4 for code in payable} == {2}


def test_what_nobody_speaks_of_has_no_list(province: Province) -> None:
    counting(province)
    shown = get(province, "/indicators/digitised_766?from=2026-01-01&to=2026-10-31")
    assert [shown[name] for name in ("value", "bucket", "denominator_bucket")] == [None] * 3


def test_every_count_and_percentage_of_the_summary_is_in_the_catalogue_with_its_value(province: Province) -> None:
    counting(province)
    summary = get(province, "/dossiers/summary?from=2026-01-01&to=2026-10-31")
    shown = {one["id"]: one for one in get(province, "/indicators?from=2026-01-01&to=2026-10-31")["items"]}
    pct = summary.pop("pct")
    counts = {name: value for name, value in summary.items() if isinstance(value, int)}
    assert {name: shown[name]["value"] for name in counts} == counts
    for name, part in pct.items():
        assert {key: shown[f"pct.{name}"][key] for key in part} == part


def test_one_indicator_tells_all_about_itself(province: Province) -> None:
    counting(province, lag_days=30)
    one = get(province, "/indicators/pct.in_time?from=2026-01-01&to=2026-10-31")
    assert one["name"] == "Tỷ lệ giải quyết đúng và trước hạn"
    assert one["formula"].startswith("(Hồ sơ giải quyết trước hạn + đúng hạn) /")
    assert one["bucket"] == "resolved_early,resolved_on_time"
    assert one["value"] == round(100 * one["numerator"] / one["denominator"], 2)
    assert (one["unit"], one["version"]) == ("percent", "1")
    assert one["period"] == {"from": "2026-01-01T00:00:00+07:00", "to": "2026-11-01T00:00:00+07:00"}
    assert one["as_of"] == "2026-10-22T10:00:00+07:00", "the oldest of what went in"
    assert one["state"] == "stale"
    assert {of["source"]: of["as_of"] for of in one["sources"]} == {
        "hg/dossier/s101": "2026-11-01T00:00:00+07:00",
        "hg/dossier/s102": "2026-10-22T10:00:00+07:00",
    }
    english = province.get("/api/v1/indicators/pct.in_time", **{"Accept-Language": "en"}).get_json()
    assert english["name"] == "Share resolved in time"


def test_of_nothing_there_is_no_percentage(province: Province) -> None:
    tell_dossier(province, "running")
    one = get(province, "/indicators/pct.late")
    assert (one["value"], one["numerator"], one["denominator"], one["reason"]) == (None, 0, 0, None)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_two_indicators_share_a_name_and_each_has_its_texts(province: Province, lang: str) -> None:
    texts = province.site.context.texts.catalogues[lang]
    names = [texts[f"indicator.{indicator.id}"].casefold() for indicator in CATALOGUE]
    assert len(set(names)) == len(names)
    assert all(texts[f"indicator.{indicator.id}.formula"] and texts[indicator.source] for indicator in CATALOGUE)


def test_an_id_is_not_given_twice() -> None:
    with pytest.raises(ValueError, match="named twice: received"):
        Catalogue(COUNTS, COUNTS[:1])


def test_what_is_not_in_the_catalogue_is_said_so(province: Province) -> None:
    answer = province.get("/api/v1/indicators/gdp")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "unknown_indicator")
    assert province.get("/api/v1/dossiers?bucket=received,gone").status_code == 422
