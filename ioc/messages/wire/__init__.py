"""The edge to devices: topics, JSON limits, and every spelling of time, number and text that is understood."""

from ioc.messages.wire.fields import Fields
from ioc.messages.wire.instant import AHEAD_MS, BEHIND_MS, parse_time
from ioc.messages.wire.nodate import is_no_date
from ioc.messages.wire.payload import (
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_PAYLOAD,
    Unusable,
    element_of,
    parse_json,
    read_loosely,
    trimmed,
)  # fmt: skip
from ioc.messages.wire.rejected import Rejected
from ioc.messages.wire.topic import CHANNELS, ROOT, Topic, is_id, is_metric_name, is_org, parse_topic

__all__ = [
    "AHEAD_MS",
    "BEHIND_MS",
    "CHANNELS",
    "MAX_DEPTH",
    "MAX_ELEMENTS",
    "MAX_PAYLOAD",
    "ROOT",
    "Fields",
    "Rejected",
    "Topic",
    "Unusable",
    "element_of",
    "is_id",
    "is_metric_name",
    "is_no_date",
    "is_org",
    "parse_json",
    "parse_time",
    "parse_topic",
    "read_loosely",
    "trimmed",
]
