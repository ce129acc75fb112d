"""Names of places as people say them: short where the unit is plain, with the unit above where two bear one name."""

import re

from ioc.domain.inventory.orgs import OrgTree

_UNIT = re.compile(r"^(?:Tỉnh|Thị xã|Huyện|Quận|Xã|Phường|Thị trấn|Đặc khu)\s+(?=\S)")
_CITY = re.compile(r"^Thành phố\s+(?=\S)")


def short_name(name: str) -> str:
    """ "Huyện Hoàng Su Phì" → "Hoàng Su Phì"; a city, often named like its province, says so: "TP Hà Giang"."""
    short = _UNIT.sub("", _CITY.sub("TP ", name))
    return short if short[:1].isupper() else name  # "Xã 4" is no place without its unit


def place(orgs: OrgTree, code: str) -> str:
    """ "Xã Tả Lủng, Đồng Văn": with the unit above, unless that is the top of the tree; the code of a stranger."""
    org = orgs.by_code.get(code)
    if org is None:
        return code
    above = orgs.path(code)[1:-1]
    return f"{org.name}, {short_name(above[-1].name)}" if above else org.name
