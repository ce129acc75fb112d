"""Published yearly figures, as the news articles about Hà Giang give them."""

from typing import Any, Final

# PAR Index, SIPAS and PAPI 2020: rank of 63 and places gained on 2019
# ICT Index: years in a row rated "khá" (2018-2020)
# hai-long-mot-cua 2019: share satisfied or very satisfied, of 18 agencies and of 32 counter clerks
FEEDS: Final[dict[str, dict[str, Any]]] = {
    "par-index": {"period": "2020", "values": {"rank": 33, "rank_total": 63, "rank_gain": 20}},
    "sipas": {"period": "2020", "values": {"rank": 25, "rank_total": 63, "rank_gain": 10}},
    "papi": {"period": "2020", "values": {"rank": 33, "rank_total": 63, "rank_gain": 13}},
    "ict-index": {"period": "2020", "values": {"years_rated_good": 3}},
    "hai-long-mot-cua": {
        "period": "2019",
        "values": {"agencies_satisfied_pct": 96.24, "agencies": 18, "clerks_satisfied_pct": 99.52, "clerks": 32},
    },
}
