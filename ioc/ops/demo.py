"""The set-up of `ioc demo` for a newcomer: first users, a wall token, the links that need them."""

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ioc.core.model import Role
from ioc.domain import access
from ioc.platform.db import Database
from ioc.platform.db.tables import user

FILE = "demo.json"
PEOPLE = {"admin": Role.ADMIN, "truc-ban": Role.OPERATOR, "lanh-dao": Role.LEADER}


def mqtt_account(data_dir: Path) -> dict[str, str]:
    """The log-in that the broker asks for where others can reach it."""
    kept = _kept(data_dir)
    if "mqtt" not in kept:
        kept["mqtt"] = {"username": "ioc", "password": secrets.token_urlsafe(12)}
        _keep(data_dir, kept)
    account: dict[str, str] = kept["mqtt"]
    return account


def ensure_people(db: Database, data_dir: Path, now: int) -> dict[str, Any]:
    """`{"wall": TOKEN, "passwords": {name: password}}`, made at the first start and kept for the owner alone."""
    kept = _kept(data_dir)
    if "wall" not in kept:
        kept["wall"] = _wall_token(db, now)
        kept["passwords"] = {name: _password(db, name, now) for name in PEOPLE}
        _keep(data_dir, kept)
    return kept


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


def _wall_token(db: Database, now: int) -> str:
    return access.create_token(db, f"demo-wall-{secrets.token_hex(3)}", Role.WALL, None, now, "demo")


def _password(db: Database, name: str, now: int) -> str:
    """A user that is there already (its `demo.json` was removed) gets a new password."""
    password = secrets.token_urlsafe(9)
    with db.read() as conn:
        known = conn.scalar(sa.select(user.c.name).where(user.c.name == name)) is not None
    if known:
        access.set_password(db, name, password, now, "demo")
    else:
        access.add_user(db, name, PEOPLE[name], None, password, now, "demo")
    return password
