"""The shift at a shared desk: a person takes it with a PIN of their own, and every act there bears that name."""

import re
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from alerts.configured import store
from ioc.core.errors import Code, IocError
from ioc.domain import access
from ioc.domain.inventory import Scope
from ioc.platform import audit
from ioc.platform.db import Database
from ioc.platform.db.tables import person_pin, shift

LONGEST_MS = 16 * 3_600_000  # a shift that nobody ended bears nobody's name any more
NOTES_LENGTH = 4_000
_PIN = re.compile(r"\d{4,8}")


@dataclass(frozen=True, slots=True)
class DeskShift:
    """One row of table `shift`; `given_by` is who handed it over and signed, None where nobody did."""

    id: int
    desk: str
    org: str | None
    person: str
    taken_at: int
    ended_at: int | None
    given_by: str | None
    notes: str | None


@dataclass(frozen=True, slots=True)
class PinProof:
    """A person who proves to be there."""

    person: str
    pin: str


def set_pin(db: Database, person: str, pin: str, now: int, actor: str) -> None:
    """Give a receiver a PIN of 4-8 digits, or another one; IocError `bad_pin`, `unknown_entry`."""
    if _PIN.fullmatch(pin) is None:
        raise IocError(Code.BAD_PIN, "a PIN has 4-8 digits")
    values = {"pin": access.seal(pin), "set_at": now, "set_by": actor}
    insert = db.upsert(person_pin).values(person=person, **values)
    with db.write() as conn:
        if person not in {receiver.name for receiver in store.people(conn).receiver}:
            raise IocError(Code.UNKNOWN_ENTRY, f"there is no receiver {person!r}", section="receiver", name=person)
        conn.execute(insert.on_conflict_do_update(index_elements=["person"], set_=values))
        audit.record(conn, now, actor, "pin_set", person, {})


@dataclass(frozen=True, slots=True)
class Desk:
    """A shared account and the org it is bound to."""

    name: str
    org: str | None


def take(
    db: Database, desk: Desk, taker: PinProof, now: int, giver_pin: str | None = None, notes: str | None = None
) -> DeskShift:
    """Take the shift of a desk; the one before ends, signed by its person where `giver_pin` is that person's.

    A shift that its person holds already stays as it is. IocError `bad_pin` names nobody; `bad_comment`.
    """
    _check_notes(notes)
    with db.read() as conn:
        before = current(conn, desk.name, now)
    _prove(db, taker)
    if before is not None and before.person == taker.person:
        return before
    if before is not None and giver_pin is not None:
        _prove(db, PinProof(before.person, giver_pin))
    given_by = before.person if before is not None and giver_pin is not None else None
    who = {"desk": desk.name, "org": desk.org, "person": taker.person, "given_by": given_by}
    with db.write() as conn:
        _end_open(conn, desk.name, now)
        key = conn.execute(sa.insert(shift).values(**who, taken_at=now, notes=notes)).inserted_primary_key
        detail = {"from": before.person if before else None, "signed": given_by is not None}
        audit.record(conn, now, taker.person, "shift_taken", desk.name, detail, desk.org)
    return DeskShift(int(key[0]) if key else 0, desk.name, desk.org, taker.person, now, None, given_by, notes)


def end(db: Database, desk: str, pin: str, now: int, notes: str | None = None) -> DeskShift:
    """End the shift without a successor; IocError `no_shift` where nobody has it."""
    _check_notes(notes)
    with db.read() as conn:
        open_shift = current(conn, desk, now)
    if open_shift is None:
        raise IocError(Code.NO_SHIFT, f"nobody has the shift of desk {desk}", desk=desk)
    _prove(db, PinProof(open_shift.person, pin))
    said = notes if notes is not None else open_shift.notes
    with db.write() as conn:
        values = {"ended_at": now, "notes": said}
        conn.execute(sa.update(shift).where(shift.c.id == open_shift.id).values(values))
        audit.record(conn, now, open_shift.person, "shift_ended", desk, {}, open_shift.org)
    return replace(open_shift, ended_at=now, notes=said)


def current(conn: Connection, desk: str, now: int) -> DeskShift | None:
    """Who has the shift of a desk."""
    s = shift.c
    mine = sa.select(shift).where(s.desk == desk, s.ended_at.is_(None), s.taken_at > now - LONGEST_MS)
    row = conn.execute(mine.order_by(s.id.desc()).limit(1)).mappings().first()
    return _read(row) if row else None


def log(conn: Connection, scope: Scope, desk: str | None, page: int, per_page: int) -> tuple[list[DeskShift], int]:
    """The shifts of a desk or of all within a scope, newest first, and how many there are."""
    within = sa.true() if scope.root is None else shift.c.org.in_(scope.codes)
    wanted = sa.and_(within, sa.true() if desk is None else shift.c.desk == desk)
    total = conn.scalar(sa.select(sa.func.count()).select_from(shift).where(wanted)) or 0
    rows = conn.execute(
        sa.select(shift).where(wanted).order_by(shift.c.id.desc()).limit(per_page).offset((page - 1) * per_page)
    )
    return [_read(row) for row in rows.mappings()], total


def _read(row: RowMapping) -> DeskShift:
    return DeskShift(**{name: row[name] for name in DeskShift.__slots__})


def _end_open(conn: Connection, desk: str, now: int) -> None:
    still_open = sa.and_(shift.c.desk == desk, shift.c.ended_at.is_(None))
    conn.execute(sa.update(shift).where(still_open).values(ended_at=now))


def _prove(db: Database, who: PinProof) -> None:
    """A person without a PIN and a wrong PIN take the same time and get the same answer."""
    with db.read() as conn:
        sealed = conn.scalar(sa.select(person_pin.c.pin).where(person_pin.c.person == who.person))
    if not access.fits(sealed, who.pin):
        raise IocError(Code.WRONG_PIN, "person or PIN is wrong")


def _check_notes(notes: str | None) -> None:
    if notes is not None and len(notes) > NOTES_LENGTH:
        raise IocError(Code.BAD_COMMENT, f"notes have at most {NOTES_LENGTH} characters", limit=NOTES_LENGTH)
