"""A small province for stories: one district, a kiosk, an endpoint on a line, a system."""

from functools import cache

from ioc.core.hours import Hours
from ioc.core.model import SourceKey, SourceStatus
from ioc.core.registry import scan
from ioc.domain.inventory import Inventory, Org, OrgTree, Source
from ioc.messages.kinds import specs

KIOSK = SourceKey("hg.dong-van", "queue", "kiosk-1")
ENDPOINT = SourceKey("hg.dong-van", "vc", "cau-1")
LINE = SourceKey("hg.dong-van", "link", "cap-1")
PORTAL = SourceKey("hg", "service", "portal")
ORGS = [
    Org("hg", "Tỉnh Hà Giang", "province"),
    Org("hg.dong-van", "Huyện Đồng Văn", "district", "hg"),
    Org("hg.old", "Huyện cũ", "district", "hg", valid_to="2025-06-30", successor="hg.dong-van"),
]


def source(key: SourceKey, id_: int, **changes: object) -> Source:
    hours = "office" if key.kind in ("queue", "vc") else "always"
    values = {"name": key.source, "status": SourceStatus.ACTIVE, "interval_s": 60, "hours": Hours.parse(hours)}
    return Source(id=id_, key=key, **{**values, **changes})


def inventory(*extra: Source) -> Inventory:
    sources = [
        source(KIOSK, 1),
        source(ENDPOINT, 2, parent=LINE),
        source(LINE, 3),
        source(PORTAL, 4),
        *extra,
    ]
    return Inventory(OrgTree(ORGS), {item.key: item for item in sources}, rev=1)


def kinds() -> dict:
    """Those of this build, read once a process."""
    return dict(_kinds())


@cache
def _kinds() -> dict:
    return specs(scan("connectors.kinds"))
