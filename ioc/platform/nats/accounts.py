"""Accounts of `nats-server` and their rights: ours have what they need, a device its own topics."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ioc.messages.wire import CHANNELS, ROOT
from ioc.platform.logins import Account, Rights

BCRYPT_COST = (
    4  # a connect costs 4 ms so, 155 ms at 11; a device's secret is 256 random bits, there is nothing to guess
)
FILE = "ioc-accounts.conf"
_HEADER = "# Written by `ioc device export`; what is changed here by hand is gone at the next export.\n"


# what NATS keeps MQTT in, and talks about itself on: to be written and heard by no client
_UNHEARD = ("$JS.>", "$SYS.>", "$KV.>", "$OBJ.>")
_UNSAID = (*_UNHEARD, "$MQTT.>")
_DELIVERIES = "$MQTT.sub.>"  # by which a session gets what it may hear; no client may ask for it itself


class User(NamedTuple):
    """`password` is plain or a bcrypt hash; without `rights` everything is allowed."""

    name: str
    password: str
    rights: Rights | None = None


def hashed(password: str, known: str = "") -> str:
    """As the server wants it; whatever stands in the password, a hash needs no quoting. `known` where it still fits."""
    import bcrypt  # only where there are passwords

    if known.startswith("$2") and bcrypt.checkpw(password.encode(), known.encode()):
        return known
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(BCRYPT_COST, prefix=b"2a")).decode()


def user(account: Account, known: str = "") -> User:
    """One of ours; `known` is a hash that stays as it is where it fits."""
    return User(account.name, hashed(account.password or "", known), account.rights)


def device(name: str, password_hash: str, topics: Sequence[str]) -> User:
    """One whose user name is ORG/KIND/SOURCE: its own three channels, and topics of its vendor's."""
    own = tuple(f"{ROOT}{name}/{channel}" for channel in sorted(CHANNELS))
    return User(name, password_hash, Rights((*own, *topics), ()))


def account_file(users: Iterable[User]) -> str:
    """To be included in `accounts { … }`."""
    lines = "".join(f"    {_line(each)}\n" for each in users)
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


def _line(one: User) -> str:
    login = f"user: {quoted(one.name)}, password: {quoted(one.password)}"
    if one.rights is None:
        return f"{{ {login} }}"
    publish = _permission(_subjects(one.rights.publish), _UNSAID)
    hears = _permission((*_subjects(one.rights.subscribe), _DELIVERIES), (*_subjects(one.rights.unheard), *_UNHEARD))
    subscribe = hears if one.rights.subscribe else '{ deny: [">"] }'
    return f"{{ {login}, permissions: {{ publish: {publish}, subscribe: {subscribe} }} }}"


def _permission(allowed: Iterable[str], denied: Iterable[str]) -> str:
    return f"{{ allow: [{', '.join(map(quoted, allowed))}], deny: [{', '.join(map(quoted, denied))}] }}"


def _subjects(topics: Iterable[str]) -> tuple[str, ...]:
    return tuple(subject for topic in topics for subject in subjects(topic))


def quoted(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)
