"""Tokens and users: what is kept, what ends them, and what the audit says."""

import pytest
import sqlalchemy as sa

from ioc.core.errors import UsageError
from ioc.core.model import Role
from ioc.domain import access
from ioc.platform.db import Database
from ioc.platform.db.tables import audit, org, token, user

NOW = 1_780_000_000_000


@pytest.fixture
def known_org(db: Database) -> str:
    with db.write() as conn:
        conn.execute(sa.insert(org).values(code="hg", name="Hà Giang"))
    return "hg"


def audited(db: Database) -> list[tuple[str, str]]:
    with db.read() as conn:
        return [tuple(row) for row in conn.execute(sa.select(audit.c.action, audit.c.subject).order_by(audit.c.id))]


def test_a_token_is_known_by_its_text_and_kept_as_a_hash(db, known_org):
    text = access.create_token(db, "wall-1", Role.WALL, known_org, NOW)
    with db.read() as conn:
        owner = access.token_owner(conn, text)
        kept = conn.execute(sa.select(token)).one()
    assert owner is not None
    assert (owner.name, owner.role, owner.org, owner.via) == ("wall-1", Role.WALL, "hg", access.Via.BEARER)
    assert text not in str(kept)
    assert len(text) >= 43  # 256 bits


def test_a_revoked_token_opens_nothing_and_is_revoked_once(db):
    text = access.create_token(db, "t", Role.ADMIN, None, NOW)
    assert access.revoke_token(db, "t", NOW + 1)
    assert not access.revoke_token(db, "t", NOW + 2)
    with db.read() as conn:
        assert access.token_owner(conn, text) is None
        assert access.list_tokens(conn)[0]["revoked_at"] == NOW + 1
    assert audited(db) == [("token_created", "t"), ("token_revoked", "t")]


def test_nothing_is_written_for_an_org_nobody_knows(db):
    with pytest.raises(UsageError, match="'nowhere' is not in the inventory"):
        access.create_token(db, "t", Role.WALL, "nowhere", NOW)
    with db.read() as conn:
        assert access.list_tokens(conn) == []
    assert audited(db) == []


def test_a_name_is_taken_once(db):
    access.create_token(db, "t", Role.WALL, None, NOW)
    with pytest.raises(UsageError, match="exists already"):
        access.create_token(db, "t", Role.ADMIN, None, NOW)


def test_password_opens_and_only_the_right_one(db, known_org):
    access.add_user(db, "lan", Role.LEADER, known_org, "mật khẩu dài", NOW)
    who = access.check_password(db, "lan", "mật khẩu dài")
    assert who is not None
    assert (who.role, who.org, who.lang) == (Role.LEADER, "hg", "vi")
    assert access.check_password(db, "lan", "mật khẩu ngắn") is None
    assert access.check_password(db, "nobody", "mật khẩu dài") is None


def test_unknown_and_wrong_both_cost_one_hash(db, monkeypatch):
    access.add_user(db, "lan", Role.LEADER, None, "mật khẩu dài", NOW)
    verified = []
    real = access._verify
    monkeypatch.setattr(access, "_verify", lambda hashed, text: verified.append(hashed) or real(hashed, text))
    access.check_password(db, "lan", "sai rồi")
    access.check_password(db, "nobody", "sai rồi")
    with db.read() as conn:
        kept = conn.scalar(sa.select(user.c.password))
    assert len(verified) == 2
    parameters = {tuple(hashed.split("$")[1:4]) for hashed in verified}  # algorithm, version, cost
    assert parameters == {tuple(kept.split("$")[1:4])}


def test_a_new_password_or_disabling_ends_sessions(db):
    access.add_user(db, "lan", Role.OPERATOR, None, "mật khẩu cũ", NOW)
    before = access.check_password(db, "lan", "mật khẩu cũ")
    with db.read() as conn:
        assert access.session_owner(conn, "lan", before.generation) == before
    assert access.set_password(db, "lan", "mật khẩu mới", NOW + 1)
    after = access.check_password(db, "lan", "mật khẩu mới")
    with db.read() as conn:
        assert access.session_owner(conn, "lan", before.generation) is None
        assert access.session_owner(conn, "lan", after.generation) == after
    assert access.disable_user(db, "lan", NOW + 2)
    with db.read() as conn:
        assert access.session_owner(conn, "lan", after.generation) is None
    assert access.check_password(db, "lan", "mật khẩu mới") is None
    assert audited(db) == [("user_added", "lan"), ("user_password_set", "lan"), ("user_disabled", "lan")]


def test_changing_nobody_changes_nothing(db):
    assert not access.set_password(db, "nobody", "mật khẩu mới", NOW)
    assert not access.disable_user(db, "nobody", NOW)
    assert audited(db) == []


def test_a_short_password_is_refused(db):
    with pytest.raises(UsageError, match="at least 8"):
        access.add_user(db, "lan", Role.LEADER, None, "ngắn", NOW)
