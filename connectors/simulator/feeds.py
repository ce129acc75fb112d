"""Published yearly figures, as the news articles about Hà Giang give them."""

from typing import Any, Final

# PAR Index, SIPAS and PAPI: rank of 63 in 2020, and in 2019 by the places gained since
# ICT Index: years in a row rated "khá" (2018-2020)
# hai-long-mot-cua 2019: share satisfied or very satisfied, of 18 agencies and of 32 counter clerks
FEEDS: Final[dict[str, tuple[dict[str, Any], ...]]] = {
    "par-index": (
        {"period": "2019", "values": {"par_index_rank": 53, "par_index_rank_total": 63}},
        {"period": "2020", "values": {"par_index_rank": 33, "par_index_rank_total": 63}},
    ),
    "sipas": (
        {"period": "2019", "values": {"sipas_rank": 35, "sipas_rank_total": 63}},
        {"period": "2020", "values": {"sipas_rank": 25, "sipas_rank_total": 63}},
    ),
    "papi": (
        {"period": "2019", "values": {"papi_rank": 46, "papi_rank_total": 63}},
        {"period": "2020", "values": {"papi_rank": 33, "papi_rank_total": 63}},
    ),
    "ict-index": ({"period": "2020", "values": {"ict_index_years_rated_good": 3}},),
    "hai-long-mot-cua": (
        {
            "period": "2019",
            "values": {"agencies_satisfied_pct": 96.24, "agencies": 18, "clerks_satisfied_pct": 99.52, "clerks": 32},
        },
    ),
}
