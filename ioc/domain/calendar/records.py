"""Reading the special days of all orgs from the database."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.hours import read_periods
from ioc.core.weeks import NO_WEEKS, Weeks
from ioc.domain.calendar.days import DayKind, Special
from ioc.domain.calendar.orgs import Calendars
from ioc.platform.db.tables import calendar_day


def load(conn: Connection, weeks: Weeks = NO_WEEKS) -> Calendars:
    """The calendars as the database has them, over the weekly hours of the configuration."""
    return read((dict(row) for row in conn.execute(sa.select(calendar_day)).mappings()), weeks)


def read(rows: Iterable[Mapping[str, Any]], weeks: Weeks = NO_WEEKS) -> Calendars:
    """The same of rows that need not be written yet."""
    found: dict[str, dict[date, Special]] = {}
    for row in rows:
        periods = read_periods(row["periods"]) if row.get("periods") else ()
        special = Special(DayKind(row["kind"]), periods, row.get("note") or "", row.get("source") or "")
        found.setdefault(row["org"], {})[date.fromisoformat(row["date"])] = special
    return Calendars(found, weeks)
