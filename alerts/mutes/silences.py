"""The repository of silences: table `silence`, written with who, why and an audit row."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from ioc.config.alerting import MuteMatch
from ioc.core.errors import Code, IocError
from ioc.platform import audit
from ioc.platform.db.tables import silence

REASON_LENGTH = 2_000


class SilenceState(StrEnum):
    """The stage of a silence."""

    PENDING = "pending"
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Silence:
    """One row of table `silence`; it holds in `[starts_at, ends_at)` (epoch ms)."""

    id: int
    match: MuteMatch
    starts_at: int
    ends_at: int
    author: str
    reason: str
    created_at: int

    def state(self, now: int) -> SilenceState:
        if now >= self.ends_at:
            return SilenceState.ENDED
        return SilenceState.ACTIVE if now >= self.starts_at else SilenceState.PENDING


def active(conn: Connection, now: int) -> list[Silence]:
    """Those that hold now, oldest first."""
    return _read(conn, silence.c.starts_at <= now, silence.c.ends_at > now)


def every(conn: Connection) -> list[Silence]:
    """All there ever were, the newest first."""
    return _read(conn)[::-1]


def find(conn: Connection, silence_id: int) -> Silence | None:
    return next(iter(_read(conn, silence.c.id == silence_id)), None)


def add(conn: Connection, wanted: Silence, now: int) -> Silence:
    """Write a new one, its id given here; the same by the same person once more is the one that stands."""
    for other in _read(conn, silence.c.ends_at == wanted.ends_at, silence.c.author == wanted.author):
        if other.state(now) is not SilenceState.ENDED and _same(other, wanted, now):
            return other
    values: dict[str, Any] = {name: getattr(wanted, name) for name in ("starts_at", "ends_at", "author", "reason")}
    match = named(wanted.match)
    key = conn.execute(sa.insert(silence).values(**values, match=match, created_at=now)).inserted_primary_key
    made = replace(wanted, id=int(key[0]) if key else 0, created_at=now)
    detail = {"match": match, "starts_at": made.starts_at, "ends_at": made.ends_at, "reason": made.reason}
    audit.record(conn, now, made.author, "silence.added", str(made.id), detail, made.match.org)
    return made


def reason_of(text: str) -> str:
    """Without the blanks around it; `bad_comment` where nothing is said, or too much."""
    reason = text.strip()
    if not 1 <= len(reason) <= REASON_LENGTH:
        raise IocError(Code.BAD_COMMENT, f"a reason has 1-{REASON_LENGTH} characters", limit=REASON_LENGTH)
    return reason


def end(conn: Connection, ending: Silence, actor: str, now: int) -> Silence:
    """End it now; one that has ended stays as it is."""
    if ending.state(now) is SilenceState.ENDED:
        return ending
    conn.execute(sa.update(silence).where(silence.c.id == ending.id).values(ends_at=now))
    audit.record(conn, now, actor, "silence.ended", str(ending.id), {"match": named(ending.match)}, ending.match.org)
    return replace(ending, ends_at=now)


def _same(one: Silence, other: Silence, now: int) -> bool:
    """Both begin at the same instant, or at once."""
    begins = max(one.starts_at, now) == max(other.starts_at, now)
    return begins and (one.match, one.reason) == (other.match, other.reason)


def _read(conn: Connection, *where: sa.ColumnElement[bool]) -> list[Silence]:
    rows = conn.execute(sa.select(silence).where(*where).order_by(silence.c.id)).mappings()
    return [_silence(row) for row in rows]


def _silence(row: RowMapping) -> Silence:
    return Silence(**{**row, "match": msgspec.convert(row["match"], MuteMatch)})


def named(match: MuteMatch) -> dict[str, str]:
    """What a match names, without what it leaves open."""
    return {name: value for name, value in msgspec.structs.asdict(match).items() if value is not None}
