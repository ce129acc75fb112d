"""A year before anybody configures anything: the `holidays` package and announced corrections."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, partial
from importlib import resources
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from ioc.core.errors import Code, UsageError
from ioc.core.model import FIRST_YEAR, LAST_YEAR
from ioc.domain.calendar.days import DayKind, Special

COUNTRY, LANGUAGE = "VN", "vi"
_TET = "Tết Nguyên Đán"
_TET_BEFORE, _TET_AFTER = timedelta(days=3), timedelta(days=6)
_BESIDE_NATIONAL_DAY = ((9, 1), (9, 3))


@dataclass(frozen=True, slots=True)
class Seed:
    """One year of the package: days off by name, weekend days worked instead, the first day of the lunar year."""

    off: Mapping[date, str]
    work: frozenset[date]
    tet: date | None

    def is_tet(self, day: date) -> bool:
        return self.tet is not None and self.tet - _TET_BEFORE <= day <= self.tet + _TET_AFTER

    def set_yearly(self, day: date) -> bool:
        """The days off at Tết and beside National Day, decided each year (Labour Code 2019 art. 112.3)."""
        return self.is_tet(day) or (day.month, day.day) in _BESIDE_NATIONAL_DAY


def checked_year(year: int) -> int:
    """UsageError `bad_year` for one whose lunar days are not known."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UsageError(Code.BAD_YEAR, f"year {year}: allowed are {FIRST_YEAR} to {LAST_YEAR}", value=year)
    return year


@lru_cache(maxsize=128)
def seed(year: int) -> Seed:
    """The package's own view of `year`; lunar holidays of years it has no announcement for are computed."""
    found = _country()(years=year, language=LANGUAGE)
    off = {day: name for day, name in sorted(found.items()) if day.year == year}
    work = frozenset(day for day in found.weekend_workdays if day.year == year)
    return Seed(off, work, next((day for day, name in off.items() if name == _TET), None))


@lru_cache(maxsize=1)
def _country() -> Callable[..., Any]:
    """The package's class of our country, only where somebody asks for a day.

    Its file alone: the package itself would load every country of the world, an eighth of a second in every process.
    """
    import holidays

    path = Path(str(resources.files(holidays))) / "countries" / "vietnam.py"
    spec = spec_from_file_location("holidays_vietnam", path)
    if spec is None or spec.loader is None or not path.is_file():
        return partial(holidays.country_holidays, COUNTRY)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[..., Any] = module.Vietnam
    return found


@lru_cache(maxsize=1)
def corrections() -> Mapping[date, Special]:
    """The shipped table of what was announced; it wins over the package."""
    text = resources.files("ioc.domain.calendar").joinpath("corrections.csv").read_text(encoding="utf-8")
    return {
        date.fromisoformat(row["date"]): Special(DayKind(row["kind"]), (), row["note"], row["source"])
        for row in csv.DictReader(text.splitlines())
    }


@lru_cache(maxsize=1)
def announced_to() -> int:
    """The last year whose days off around Tết the shipped table holds."""
    return max(day.year for day in corrections() if seed(day.year).is_tet(day))
