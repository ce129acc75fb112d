"""The words of the domain as values: sources, samples, states, and every named reason."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

Number = int | float | bool
FIRST_YEAR, LAST_YEAR = 1995, 2099  # whose days off are known: nothing that is told lies outside


class SourceKey(NamedTuple):
    """Identity of a source on the bus: `org/kind/source`."""

    org: str
    kind: str
    source: str

    def __str__(self) -> str:
        return f"{self.org}/{self.kind}/{self.source}"

    @classmethod
    def parse(cls, text: str) -> "SourceKey":
        """Read `ORG/KIND/SOURCE`; ValueError when it has another shape."""
        org, kind, source = text.split("/")
        return cls(org, kind, source)


class Sample(NamedTuple):
    """Validated values of one source at one instant; `t` is epoch milliseconds, values are finite."""

    key: SourceKey
    t: int
    values: Mapping[str, Number]


class SeriesKey(NamedTuple):
    """A metric of a source."""

    source: SourceKey
    metric: str


class SourceStatus(StrEnum):
    """The stage of a source's life."""

    PENDING = "pending"
    ACTIVE = "active"
    RETIRED = "retired"


class Health(StrEnum):
    """The state of a source as the wall shows it, worst first."""

    CRITICAL = "critical"
    OFFLINE = "offline"
    WARNING = "warning"
    STALE = "stale"
    UNKNOWN = "unknown"
    OK = "ok"
    MAINTENANCE = "maintenance"
    CLOSED = "closed"
    PENDING = "pending"


class State(StrEnum):
    """The trust that figures deserve."""

    LIVE = "live"
    STALE = "stale"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """The fate of an object that was received."""

    STORED = "stored"
    QUARANTINED = "quarantined"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why an object could not be used."""

    BAD_TOPIC = "bad_topic"
    BAD_JSON = "bad_json"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    NOT_FINITE = "not_finite"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    BAD_VALUE = "bad_value"
    BAD_TIME = "bad_time"
    UNKNOWN_ORG = "unknown_org"
    NOT_SERVED = "not_served"  # a dossier received by an org that its source does not speak for
    UNKNOWN_KIND = "unknown_kind"
    BAD_ID = "bad_id"
    BAD_STATUS = "bad_status"
    RETIRED_SOURCE = "retired_source"
    NOT_UNDERSTOOD = "not_understood"  # a fault of ours: to be mended here, then replayed
    STORE_REFUSED = "store_refused"  # decoded well, but the metric store will not have it


class Refusal(StrEnum):
    """Why an object was turned away although nothing is wrong with it."""

    CLEARED = "cleared"  # an empty payload: somebody cleared a retained message
    RATE_LIMITED = "rate_limited"  # a state above what its source may send a minute
    NOT_MEANT = "not_meant"  # a vendor's message that the `when` of its map leaves out


class Leniency(StrEnum):
    """A departure from the contract that was understood all the same; counted per source."""

    BOM = "bom"
    TRAILING_NUL = "trailing_nul"
    NO_OFFSET = "no_offset"
    EPOCH_SECONDS = "epoch_seconds"
    COMPACT_OFFSET = "compact_offset"
    COMPACT_TIME = "compact_time"
    SPACE_SEPARATOR = "space_separator"
    TIME_AS_TEXT = "time_as_text"
    MISSING_TS = "missing_ts"
    NO_DATE = "no_date"
    NUMBER_AS_TEXT = "number_as_text"
    BOOLEAN_AS_NUMBER = "boolean_as_number"
    BOOLEAN_AS_TEXT = "boolean_as_text"
    PLAIN_STATUS = "plain_status"
    PORTAL_NAMES = "portal_names"
    NOT_NFC = "not_nfc"
    CLOCK_AHEAD = "clock_ahead"
    CLOCK_BEHIND = "clock_behind"
    IGNORED_TEXT = "ignored_text"
    CLOSED_ORG = "closed_org"
    DUE_BEFORE_RECEIVED = "due_before_received"  # of two events about one dossier; no due date then
    TOO_MANY_KEYS = "too_many_keys"
    NOT_KNOWN = "not_known"  # the device said that it does not know a figure
    IMPOSSIBLE_FIGURE = "impossible_figure"  # kept as it was said, and used nowhere
    RATE_LIMITED = "rate_limited"  # not forgiven but refused; counted here so that the source shows it


class Severity(StrEnum):
    """The gravity of a finding, the gravest last."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return tuple(Severity).index(self)


class Role(StrEnum):
    """The rights of a person or a display; each is bound to an org subtree."""

    WALL = "wall"
    LEADER = "leader"
    OPERATOR = "operator"
    ADMIN = "admin"
