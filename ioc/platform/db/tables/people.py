"""Users, tokens, the audit, and the heartbeats of roles."""

import sqlalchemy as sa
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Integer,
    String,
    Table,
    Text,
)

from ioc.platform.db.tables.base import identity, metadata

user = Table(
    "user",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("org", String(64)),  # None: the whole tree
    Column("password", Text, nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=sa.false()),
    Column("lang", String(2), nullable=False, server_default="vi"),
    Column("created_at", BigInteger, nullable=False),
    Column("generation", Integer, nullable=False, server_default="0"),  # raised to end every session of the user
)

token = Table(
    "token",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("org", String(64)),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("generation", Integer, nullable=False, server_default="0"),  # raised to end every session that began with it
)

login_session = Table(  # of somebody who logged in by password
    "login_session",
    metadata,
    Column("id", String(64), primary_key=True),  # the SHA-256 of what the cookie holds
    Column("user", String(64), nullable=False, index=True),
    Column("began_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

login_failure = Table(  # of the last hour, also tries that are under way
    "login_failure",
    metadata,
    identity(),
    Column("name", String(64), nullable=False, index=True),
    Column("place", String(64), nullable=False, index=True),  # an address, or the mark of a known device
    Column("at", BigInteger, nullable=False, index=True),
)

audit = Table(
    "audit",
    metadata,
    identity(),
    Column("at", BigInteger, nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("org", String(64)),
    Column("action", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", JSON, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("duty", String(64), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("token", BigInteger, nullable=False),  # fencing: grows with each change of holder
    Column("until", BigInteger, nullable=False),
)

role_beat = Table(
    "role_beat",
    metadata,
    Column("role", String(32), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("detail", JSON, nullable=False),
)

observed = Table(
    "observed",
    metadata,
    Column("role", String(32), primary_key=True),
    Column("since", BigInteger, primary_key=True),
    Column("until", BigInteger, nullable=False),
)

person_pin = Table(  # what a receiver proves to be there with
    "person_pin",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("pin", Text, nullable=False),  # as Argon2 keeps it
    Column("set_at", BigInteger, nullable=False),
    Column("set_by", Text, nullable=False),
)

shift = Table(  # who has, or had, the shift of a shared desk
    "shift",
    metadata,
    identity(),
    Column("desk", String(64), nullable=False, index=True),  # the account that is shared
    Column("org", String(64)),  # of that account
    Column("person", String(64), nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("given_by", String(64)),  # who handed it over and signed
    Column("notes", Text),
)
