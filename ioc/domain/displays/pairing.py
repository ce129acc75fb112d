"""How a display comes in: it shows a short code, somebody who may approves it, it fetches a token of its own."""

import secrets
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.domain.access import digest, renew_token, reserve_wall
from ioc.domain.displays import records
from ioc.domain.displays.model import Display, DisplaySettings
from ioc.platform import audit
from ioc.platform.db import Database
from ioc.platform.db.tables import display_pairing

LETTERS = "ACDEFHJKMNPRTVWXY34679"  # none that looks like another from across a room
LENGTH = 6
LASTS_MS = 10 * 60_000
MOST_OPEN = 500
NOT_A_NAME = "pair"  # the address of the call that begins a pairing


class Begun(NamedTuple):
    """`code` is shown to people, `secret` is what the display alone knows."""

    code: str
    secret: str
    expires_at: int


class Approval(NamedTuple):
    """What becomes of a display; `replace`: it takes the place of the one that has the name."""

    name: str
    org: str | None
    settings: DisplaySettings
    replace: bool = False


class Waiting(NamedTuple):
    """Nobody has approved it yet."""

    expires_at: int


class GivenOut(NamedTuple):
    """The token of a display, told this once."""

    name: str
    token: str


def begin(conn: Connection, address: str, now: int) -> Begun:
    """A new code; IocError `too_many_attempts` where too many wait already."""
    p = display_pairing.c
    conn.execute(sa.delete(display_pairing).where(p.expires_at <= now))
    if len(conn.execute(sa.select(p.code).limit(MOST_OPEN)).all()) == MOST_OPEN:
        raise IocError(Code.TOO_MANY_ATTEMPTS, "too many displays wait to be approved; wait a minute")
    begun = Begun(_new_code(conn), secrets.token_urlsafe(32), now + LASTS_MS)
    row = {"code": begun.code, "secret": digest(begun.secret), "address": address[:64], "expires_at": begun.expires_at}
    conn.execute(sa.insert(display_pairing).values(row))
    return begun


def approve(db: Database, conn: Connection, code: str, wanted: Approval, now: int, actor: str) -> Display:
    """IocError `unknown_pairing` for a code that no display shows any more, `name_taken`, `bad_name`, `unknown_org`."""
    p = display_pairing.c
    code = "".join(letter for letter in code.upper() if letter.isalnum())
    open_ = sa.and_(p.code == code, p.expires_at > now, p.display.is_(None))
    row = conn.execute(sa.select(p.address).where(open_)).one_or_none()
    if row is None:
        raise _unknown(code)
    if wanted.name == NOT_A_NAME:
        raise IocError(Code.BAD_NAME, f"name: {wanted.name!r} is not free for a display", name=wanted.name)
    reserve_wall(conn, wanted.name, wanted.org, now, replace=wanted.replace)
    records.furnish(db, conn, wanted.name, wanted.settings)
    taken = sa.update(display_pairing).where(open_).values(display=wanted.name, expires_at=now + LASTS_MS)
    if conn.execute(taken).rowcount != 1:
        raise _unknown(code)
    detail = {"code": code, "address": row.address, "replace": wanted.replace}
    audit.record(conn, now, actor, "display_approved", wanted.name, detail, wanted.org)
    return Display(name=wanted.name, org=wanted.org, settings=wanted.settings)


def poll(conn: Connection, secret: str, now: int) -> Waiting | str:
    """Waiting, or the name it was approved under; IocError `unknown_pairing` once it is over."""
    p = display_pairing.c
    mine = sa.select(p.display, p.expires_at).where(p.secret == digest(secret), p.expires_at > now)
    row = conn.execute(mine).one_or_none()
    if row is None:
        raise _unknown("")
    return Waiting(row.expires_at) if row.display is None else str(row.display)


def give_out(conn: Connection, secret: str) -> GivenOut:
    """The token of a display that was approved, once; IocError `unknown_pairing` for whoever comes second."""
    p = display_pairing.c
    mine = sa.and_(p.secret == digest(secret), p.display.is_not(None))
    name = conn.scalar(sa.delete(display_pairing).where(mine).returning(p.display))
    text = None if name is None else renew_token(conn, name)
    if name is None or text is None:
        raise _unknown("")
    return GivenOut(name, text)


def _new_code(conn: Connection) -> str:
    while True:
        code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        if conn.scalar(sa.select(display_pairing.c.code).where(display_pairing.c.code == code)) is None:
            return code


def _unknown(code: str) -> IocError:
    return IocError(Code.UNKNOWN_PAIRING, f"no display shows the code {code!r}, or no longer", pairing=code)
