"""Who may come in at `nats-server` and what each may say and hear: ourselves everything, a device its own topics."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ioc.messages.wire import CHANNELS, ROOT

BCRYPT_COST = (
    4  # a connect costs 4 ms so, 155 ms at 11; a device's secret is 256 random bits, there is nothing to guess
)
FILE = "ioc-accounts.conf"
_HEADER = "# Written by `ioc device export`; what is changed here by hand is gone at the next export.\n"


class User(NamedTuple):
    """`password` is plain or a bcrypt hash; without `publish` (MQTT topics) everything is allowed."""

    name: str
    password: str
    publish: tuple[str, ...] | None = None


def hashed(password: str, known: str = "") -> str:
    """As the server wants it; whatever stands in the password, a hash needs no quoting. `known` where it still fits."""
    import bcrypt  # only where there are passwords

    if known.startswith("$2") and bcrypt.checkpw(password.encode(), known.encode()):
        return known
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(BCRYPT_COST, prefix=b"2a")).decode()


def device(name: str, password_hash: str, topics: Sequence[str]) -> User:
    """One whose user name is ORG/KIND/SOURCE: its own three channels, and topics of its vendor's."""
    own = tuple(f"{ROOT}{name}/{channel}" for channel in sorted(CHANNELS))
    return User(name, password_hash, (*own, *topics))


def account_file(users: Iterable[User]) -> str:
    """To be included in `accounts { … }`."""
    lines = "".join(f"    {_line(user)}\n" for user in users)
    return f"{_HEADER}IOC {{\n  jetstream: enabled\n  users: [\n{lines}  ]\n}}\n"


def subjects(topic: str) -> Iterator[str]:
    """An MQTT filter as NATS subjects; `a/#` is two, since it means `a` too."""
    levels = topic.split("/")
    if levels[-1] == "#":
        if len(levels) > 1:
            yield _subject(levels[:-1])
        yield ".".join([*filter(None, [_subject(levels[:-1])]), ">"])
    else:
        yield _subject(levels)


def _subject(levels: Sequence[str]) -> str:
    """An empty level is `/`, a dot in one `//`."""
    return ".".join("*" if level == "+" else level.replace(".", "//") or "/" for level in levels)


def _line(user: User) -> str:
    login = f"user: {quoted(user.name)}, password: {quoted(user.password)}"
    if user.publish is None:
        return f"{{ {login} }}"
    allowed = ", ".join(quoted(subject) for topic in user.publish for subject in subjects(topic))
    return f'{{ {login}, permissions: {{ publish: {{ allow: [{allowed}] }}, subscribe: {{ deny: [">"] }} }} }}'


def quoted(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)
