"""Sessions of people who logged in: each is a row here, and ends for everybody at once when the row does."""

import secrets
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.access import Principal, digest, session_owner
from ioc.platform.db.tables import login_session


def new_id() -> str:
    """What the cookie holds; only its digest is kept."""
    return secrets.token_urlsafe(24)


def begin(conn: Connection, id_: str, principal: Principal, now: int, expires_at: int) -> None:
    """Also forgets those that are over."""
    conn.execute(sa.delete(login_session).where(login_session.c.expires_at <= now))
    row = {"id": digest(id_), "user": principal.name, "began_at": now, "expires_at": expires_at}
    conn.execute(sa.insert(login_session).values(row))


def end(conn: Connection, kept: str) -> bool:
    """By `Principal.session`; False when there is no such session."""
    return bool(kept) and conn.execute(sa.delete(login_session).where(login_session.c.id == kept)).rowcount == 1


def owner(conn: Connection, kept: str, name: str, generation: int, now: int) -> Principal | None:
    """Whose session it is; None once it ended, ran out, or its user was disabled or got a new password."""
    t = login_session.c
    living = sa.select(t.id).where(t.id == kept, t.user == name, t.expires_at > now)
    if not kept or conn.scalar(living) is None:
        return None
    found = session_owner(conn, name, generation)
    return None if found is None else replace(found, session=kept)
