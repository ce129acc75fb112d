"""Names of places as people say them: short where the unit is plain, with the unit above where two bear one name."""

import re

from ioc.domain.inventory.orgs import OrgTree

_UNIT = re.compile(r"^(?:Tỉnh|Thị xã|Huyện|Quận|Xã|Phường|Thị trấn|Đặc khu)\s+(?=\S)")
_CITY = re.compile(r"^Thành phố\s+(?=\S)")


def short_name(name: str) -> str:
    """ "Huyện Hoàng Su Phì" → "Hoàng Su Phì"; a city, often named like its province, says so: "TP Hà Giang"."""
    short = _UNIT.sub("", _CITY.sub("TP ", name))
    return short if short[:1].isupper() else name  # "Xã 4" is no place without its unit


def above(orgs: OrgTree, code: str, within: str | None = None) -> str | None:
    """The name of the unit a place lies in; None where that is the top of the tree, or all that is looked at."""
    units = orgs.path(code)[1:-1]
    return units[-1].name if units and units[-1].code != within else None


def place(orgs: OrgTree, code: str, within: str | None = None) -> str:
    """ "Xã Tả Lủng, Đồng Văn": with the unit `above` that; the code of a stranger."""
    org = orgs.by_code.get(code)
    return code if org is None else placed(org.name, above(orgs, code, within))


def placed(name: str, unit: str | None) -> str:
    """A name with the unit that it lies in, unless it says that itself: "Chi nhánh huyện Đồng Văn"."""
    return f"{name}, {short_name(unit)}" if unit and unit.casefold() not in name.casefold() else name
