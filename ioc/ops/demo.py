"""The set-up of `ioc demo` for a newcomer: first users, a wall token, the links that need them."""

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ioc.core import locks
from ioc.core.errors import Code, UsageError
from ioc.core.model import Role
from ioc.domain import access
from ioc.ops import roles
from ioc.platform.db import Database
from ioc.platform.db.tables import user

FILE = "demo.json"
REPLAY, RUN = "replay", "run"
_OUTLIVES = {"wall": "former_wall"}  # it stands in the file again once it stands in the database
FORMER = "ha-giang"  # what a demo showed before it named its province
PEOPLE = {"admin": Role.ADMIN, "truc-ban": Role.OPERATOR, "lanh-dao": Role.LEADER}


def check_province(base: Path, province: str) -> None:
    """Two provinces never meet in one database: UsageError where the directory is another's."""
    held = _kept(base).get("province", FORMER)
    if (base / FILE).is_file() and held != province:
        message = f"{base} holds the demo of {held}: give another --data-dir, or --province {held}"
        raise UsageError(Code.BAD_OPTION, message)


def place(base: Path, *, replay: bool) -> Path:
    """The directory that a start uses: a replay begins with nothing, so it never stands where the present was told."""
    if not replay:
        return base
    found = base / REPLAY if _holds_the_present(base) else base
    if _kept(found).get("replay"):
        _empty(found)
    return found


def _holds_the_present(base: Path) -> bool:
    kept = _kept(base)
    return "wall" in kept and not kept.get("replay")


def _empty(place: Path) -> None:
    """All that the last replay left, but for what outlives it; IocError `already_running` while it runs."""
    held = locks.take(place / RUN, roles.START_ORDER)
    outlives = {_OUTLIVES.get(name, name): value for name, value in _kept(place).items()}
    for one in place.iterdir():
        if not one.is_dir():
            one.unlink()
        elif one.name != RUN:
            shutil.rmtree(one)
    _keep(place, outlives)
    for file in held:
        file.close()


def mqtt_account(data_dir: Path) -> dict[str, str]:
    """The log-in that the broker asks for where others can reach it."""
    kept = _kept(data_dir)
    if "mqtt" not in kept:
        kept["mqtt"] = {"username": "ioc", "password": secrets.token_urlsafe(12)}
        _keep(data_dir, kept)
    account: dict[str, str] = kept["mqtt"]
    return account


def ensure_people(
    db: Database, data_dir: Path, now: int, base: Path | None = None, **marks: str | bool
) -> dict[str, Any]:
    """`{"wall": TOKEN, "passwords": {name: password}}`, made at the first start and kept for the owner alone.

    They outlive a replay, and are those of `base` where there are any. `marks` are kept beside them.
    """
    kept, outlives = _kept(data_dir), _kept(base or data_dir)
    if "wall" not in kept:
        passwords = outlives.get("passwords") or {name: secrets.token_urlsafe(9) for name in PEOPLE}
        for name, password in passwords.items():
            _set_password(db, name, password, now)
        kept |= {"wall": _wall_token(db, now, kept.pop("former_wall", outlives.get("wall"))), "passwords": passwords}
    _keep(data_dir, kept | marks)
    return outlives | kept


def links(base: str, secret: dict[str, Any]) -> Iterator[str]:
    """Plain text, one link a line."""
    yield f"wall      {base}/wall?scene=toan-canh&token={secret['wall']}"
    yield f"login     {base}/login"
    yield f"alerts    {base}/alerts"
    yield f"outbox    {base}/outbox"
    yield f"dossiers  {base}/dossiers"
    yield f"sources   {base}/sources"
    for name, password in secret["passwords"].items():
        yield f"password  {name}  {password}"
    if "mqtt" in secret:
        yield f"mqtt      {secret['mqtt']['username']}  {secret['mqtt']['password']}"


def _kept(data_dir: Path) -> dict[str, Any]:
    path = data_dir / FILE
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return kept


def _keep(data_dir: Path, kept: dict[str, Any]) -> None:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(data_dir / FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(kept, file, indent=1)


def _wall_token(db: Database, now: int, text: str | None) -> str:
    return access.create_token(db, f"demo-wall-{secrets.token_hex(3)}", Role.WALL, None, now, "demo", text=text)


def _set_password(db: Database, name: str, password: str, now: int) -> None:
    """For a user that is there already (its `demo.json` was removed) too."""
    with db.read() as conn:
        known = conn.scalar(sa.select(user.c.name).where(user.c.name == name)) is not None
    if known:
        access.set_password(db, name, password, now, "demo")
    else:
        access.add_user(db, name, PEOPLE[name], None, password, now, "demo")
