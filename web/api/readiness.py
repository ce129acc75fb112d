"""Readiness: if something broke now, who would be told, by which channel, and could it reach them?"""

import msgspec
from msgspec import Struct
from sqlalchemy.engine import Connection

from alerts.configured import store
from alerts.configured.entry import Grounds
from alerts.delivery import readiness
from alerts.delivery.readiness import DutyGap, Readiness, ReadyLine
from ioc.config.book import Book
from ioc.context import Context
from ioc.core.errors import Code
from ioc.core.model import Role, Severity
from ioc.core.registry import PluginSort
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.ports import Reads
from web.boundary.route import V1, Route


class ReadinessQuery(Struct, frozen=True):
    org: str | None = None


class WouldBeTold(Struct, frozen=True, kw_only=True):
    """One receiver of one step; `why` says what keeps it from being reached, null where nothing does."""

    route: str
    step: int
    after_min: float
    receiver: str
    persons: list[str]
    channels: list[str]
    reachable: bool
    why: str | None
    kinds: list[str]


class GapItem(Struct, frozen=True, kw_only=True):
    """A time of the next seven days in which a rota means nobody, or nobody who can be reached."""

    from_: Instant = msgspec.field(name="from")
    to: Instant
    rota: str
    why: str


class ReadinessItem(Struct, frozen=True, kw_only=True):
    """`uncovered`: the kinds of source of that org whose alerts no route takes, the empty one being the org itself."""

    org: str
    org_name: str
    severity: Severity
    ready: bool
    now: list[WouldBeTold]
    gaps: list[GapItem]
    uncovered: list[str]


def readiness_of(call: Call, query: ReadinessQuery, context: Context, records: Reads) -> Page[ReadinessItem]:
    scope = call.subtree(query.org)
    grounds = Grounds.of(context.settings, context.plugins.of(PluginSort.RULE), context.plugins.of(PluginSort.CHANNEL))

    def read(conn: Connection) -> tuple[Book, frozenset[str]]:
        return store.load(conn, grounds), readiness.failing_channels(conn)

    book, failing = records.read(read)
    survey = readiness.survey(book, grounds.address_of, call.inventory, failing, call.now)
    return call.part.of(list(survey.of(scope)), lambda found: _shown(call, found))


def _shown(call: Call, found: Readiness) -> ReadinessItem:
    return ReadinessItem(
        org=found.org,
        org_name=call.orgs.by_code[found.org].name,
        severity=found.severity,
        ready=found.ready,
        now=[_line(call, line) for line in found.now],
        gaps=[_gap(call, found.org, gap) for gap in found.gaps],
        uncovered=list(found.uncovered),
    )


def _line(call: Call, line: ReadyLine) -> WouldBeTold:
    return WouldBeTold(
        route=line.route,
        step=line.step,
        after_min=line.after_min,
        receiver=line.receiver,
        persons=list(line.persons),
        channels=list(line.channels),
        reachable=line.obstacle is None,
        why=None if line.obstacle is None else call.say(f"readiness.{line.obstacle}"),
        kinds=list(line.kinds),
    )


def _gap(call: Call, org: str, gap: DutyGap) -> GapItem:
    return GapItem(
        from_=call.at(gap.start, org),
        to=call.at(gap.end, org),
        rota=gap.rota,
        why=call.say(f"readiness.{gap.obstacle}"),
    )


ROUTES = (
    Route(
        "GET", f"{V1}/readiness", Role.LEADER, readiness_of, "Who would be told if something broke now",
        (Code.UNKNOWN_ORG,),
    ),
)  # fmt: skip
