"""Log-ins: API tokens kept as SHA-256 and users with Argon2 passwords, each bound to an org subtree."""

import functools
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.engine import Connection, RowMapping

from ioc.core.errors import Code, UsageError
from ioc.core.model import Role
from ioc.messages.wire import is_id
from ioc.platform import audit
from ioc.platform.db import Database
from ioc.platform.db.tables import login_session
from ioc.platform.db.tables import org as org_table
from ioc.platform.db.tables import token as token_table
from ioc.platform.db.tables import user as user_table

MIN_PASSWORD = 8


class Via(StrEnum):
    """The proof of an identity."""

    BEARER = "bearer"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who came in; `org` None is the whole tree, `generation` ends the sessions of a name when it rises."""

    name: str
    role: Role
    org: str | None
    lang: str
    via: Via
    generation: int = 0
    session: str = ""  # the digest of the session it came in by


def create_token(
    db: Database, name: str, role: Role, org: str | None, now: int, actor: str = "cli", *, text: str | None = None
) -> str:
    """A new API token of 256 random bits, or one that was given out before; its text is not kept."""
    _check_name(name)
    text = text or secrets.token_urlsafe(32)
    with db.write() as conn:
        _check_org(conn, org)
        _check_free(conn, token_table, name, "token")
        row = {"name": name, "sha256": digest(text), "role": role, "org": org, "created_at": now}
        conn.execute(sa.insert(token_table).values(row))
        audit.record(conn, now, actor, "token_created", name, {"role": role}, org)
    return text


def reserve_wall(conn: Connection, name: str, org: str | None, now: int, *, replace: bool) -> None:
    """A token of a wall whose text nobody has yet: `renew_token` gives it out.

    The name of a wall that was revoked is free again, with `replace` that of one at work too; whoever came in by the
    token of before is out at once. IocError `name_taken` for any other name there is.
    """
    _check_name(name)
    _check_org(conn, org)
    t = token_table.c
    free = sa.and_(t.name == name, t.role == Role.WALL, sa.true() if replace else t.revoked_at.is_not(None))
    values = {"sha256": _of_nobody(), "org": org, "created_at": now, "revoked_at": None}
    if conn.execute(sa.update(token_table).where(free).values(values | {"generation": t.generation + 1})).rowcount:
        return
    _check_free(conn, token_table, name, "token")
    conn.execute(sa.insert(token_table).values(name=name, role=Role.WALL, **values))


def renew_token(conn: Connection, name: str) -> str | None:
    """A new text for a living token, and the end of the one before; None where there is no such token."""
    t, text = token_table.c, secrets.token_urlsafe(32)
    living = sa.and_(t.name == name, t.revoked_at.is_(None))
    renewed = conn.execute(sa.update(token_table).where(living).values(sha256=digest(text))).rowcount == 1
    return text if renewed else None


def revoke_token(db: Database, name: str, now: int, actor: str = "cli") -> bool:
    """End a token at once; False when there is no such living token."""
    with db.write() as conn:
        return end_token(conn, name, now, actor)


def end_token(conn: Connection, name: str, now: int, actor: str, org: str | None = None) -> bool:
    """The same within a transaction."""
    living = sa.and_(token_table.c.name == name, token_table.c.revoked_at.is_(None))
    ended = conn.execute(sa.update(token_table).where(living).values(revoked_at=now)).rowcount == 1
    if ended:
        audit.record(conn, now, actor, "token_revoked", name, {}, org)
    return ended


def list_tokens(conn: Connection) -> list[Mapping[str, Any]]:
    """name, role, org, created_at, revoked_at of every token ever made."""
    t = token_table.c
    columns = sa.select(t.name, t.role, t.org, t.created_at, t.revoked_at).order_by(t.name)
    return [dict(row) for row in conn.execute(columns).mappings()]


def token_owner(conn: Connection, text: str) -> Principal | None:
    """Whose living token `text` is."""
    t = token_table.c
    return _bearer(conn, t.sha256 == digest(text))


def token_named(conn: Connection, name: str, generation: int) -> Principal | None:
    """The owner of the living token of that name, as it was given out the `generation`th time."""
    t = token_table.c
    return _bearer(conn, sa.and_(t.name == name, t.generation == generation))


def _bearer(conn: Connection, which: sa.ColumnElement[bool]) -> Principal | None:
    t = token_table.c
    living = sa.select(t.name, t.role, t.org, t.generation).where(which, t.revoked_at.is_(None))
    row = conn.execute(living).one_or_none()
    return None if row is None else Principal(row.name, Role(row.role), row.org, "vi", Via.BEARER, row.generation)


def add_user(
    db: Database, name: str, role: Role, org: str | None, password: str, now: int, actor: str = "cli", lang: str = "vi"
) -> None:
    """A new user; UsageError when the name is taken or malformed, the org unknown, the password too short."""
    _check_name(name)
    hashed = _hash(password)
    row = {"name": name, "role": role, "org": org, "password": hashed, "lang": lang, "created_at": now}
    with db.write() as conn:
        _check_org(conn, org)
        _check_free(conn, user_table, name, "user")
        conn.execute(sa.insert(user_table).values(row))
        audit.record(conn, now, actor, "user_added", name, {"role": role}, org)


def check_password(db: Database, name: str, password: str) -> Principal | None:
    """The person, or None: an unknown name, a wrong password and a disabled user take the same time.

    The hash is computed outside any transaction; in the web role call it through `offload`.
    """
    with db.read() as conn:
        row = conn.execute(sa.select(user_table).where(user_table.c.name == name)).mappings().one_or_none()
    right = fits(None if row is None else row["password"], password)
    if row is None or not right or row["disabled"]:
        return None
    return _principal(row)


def session_owner(conn: Connection, name: str, generation: int) -> Principal | None:
    """The user behind a session that began at `generation`; None once disabled or given a new password."""
    t = user_table.c
    found = sa.select(user_table).where(t.name == name, t.generation == generation, t.disabled.is_(sa.false()))
    row = conn.execute(found).mappings().one_or_none()
    return None if row is None else _principal(row)


def set_password(db: Database, name: str, password: str, now: int, actor: str = "cli") -> bool:
    """Change a password and end every session of the user; False when there is no such user."""
    return _change_user(db, name, now, actor, "user_password_set", password=_hash(password))


def disable_user(db: Database, name: str, now: int, actor: str = "cli") -> bool:
    """Shut a user out and end every session; False when there is no such user."""
    return _change_user(db, name, now, actor, "user_disabled", disabled=True)


def list_users(conn: Connection) -> list[Mapping[str, Any]]:
    """name, role, org, lang, disabled, created_at of every user."""
    t = user_table.c
    columns = sa.select(t.name, t.role, t.org, t.lang, t.disabled, t.created_at).order_by(t.name)
    return [dict(row) for row in conn.execute(columns).mappings()]


def _change_user(db: Database, name: str, now: int, actor: str, action: str, **values: object) -> bool:
    t = user_table.c
    with db.write() as conn:
        change = sa.update(user_table).where(t.name == name).values(generation=t.generation + 1, **values)
        changed = conn.execute(change).rowcount == 1
        conn.execute(sa.delete(login_session).where(login_session.c.user == name))
        if changed:
            audit.record(conn, now, actor, action, name, {})
    return changed


def _principal(row: RowMapping) -> Principal:
    return Principal(row["name"], Role(row["role"]), row["org"], row["lang"], Via.SESSION, row["generation"])


def _check_name(name: str) -> None:
    if not is_id(name):
        raise UsageError(Code.BAD_NAME, f"name: {name!r} must be 1-64 of A-Z a-z 0-9 _ -", name=name)


def _check_org(conn: Connection, org: str | None) -> None:
    if org is not None and conn.scalar(sa.select(org_table.c.code).where(org_table.c.code == org)) is None:
        raise UsageError(Code.UNKNOWN_ORG, f"org: {org!r} is not in the inventory; import it first", org=org)


def _check_free(conn: Connection, table: sa.Table, name: str, what: str) -> None:
    if conn.scalar(sa.select(table.c.name).where(table.c.name == name)) is not None:
        raise UsageError(Code.NAME_TAKEN, f"{what} {name!r} exists already; choose another name", name=name)


def digest(text: str) -> str:
    """A secret of many random bits as it is kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def _of_nobody() -> str:
    return digest(secrets.token_urlsafe(32))


def _hash(password: str) -> str:
    if len(password) < MIN_PASSWORD:
        raise UsageError(Code.PASSWORD_SHORT, f"password: at least {MIN_PASSWORD} characters", least=MIN_PASSWORD)
    return seal(password)


def seal(secret: str) -> str:
    """A secret as it is kept: `fits` tells whether another is the same."""
    return PasswordHasher().hash(secret)


def fits(sealed: str | None, secret: str) -> bool:
    """Where nothing is kept it is as false, and takes as long, as where something else is."""
    return _verify(sealed or _decoy(), secret)


def _verify(hashed: str, secret: str) -> bool:
    try:
        return PasswordHasher().verify(hashed, secret)
    except (VerificationError, InvalidHashError):
        return False


@functools.cache
def _decoy() -> str:
    return seal(secrets.token_urlsafe(16))
