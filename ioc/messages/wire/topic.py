"""The grammar of topics and ids."""

import re
from typing import Final, NamedTuple

from ioc.core.model import Reason, SourceKey
from ioc.messages.wire.rejected import Rejected

ROOT: Final = "ioc/v1/"
CHANNELS: Final = frozenset({"status", "state", "event"})

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ORG = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_METRIC = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


class Topic(NamedTuple):
    key: SourceKey
    channel: str


def parse_topic(topic: str) -> Topic:
    """`ioc/v1/{org}/{kind}/{source}/{channel}`; the kind is checked against the plug-ins by the decoder."""
    parts = topic.split("/")
    if len(parts) != 6 or not topic.startswith(ROOT):
        raise Rejected(Reason.BAD_TOPIC, "expected ioc/v1/{org}/{kind}/{source}/{channel}")
    _, _, org, kind, source, channel = parts
    if channel not in CHANNELS:
        raise Rejected(Reason.BAD_TOPIC, "channel must be status, state or event")
    if not _ORG.fullmatch(org):
        raise Rejected(Reason.BAD_ID, "org: 1-64 of A-Z a-z 0-9 . _ -")
    if not _ID.fullmatch(source):
        raise Rejected(Reason.BAD_ID, "source: 1-64 of A-Z a-z 0-9 _ -")
    return Topic(SourceKey(org, kind, source), channel)


def is_metric_name(name: str) -> bool:
    return _METRIC.fullmatch(name) is not None


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def is_org(text: str) -> bool:
    return _ORG.fullmatch(text) is not None
