"""Systems that hold dossiers; every event is what has changed about one dossier."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from ioc.core.errors import IocError
from ioc.core.model import FIRST_YEAR, LAST_YEAR, Leniency, Reason
from ioc.domain.deadline import Term, TermUnit
from ioc.domain.dossiers.history.record import RecordBuilder
from ioc.domain.dossiers.history.status import WORDS, in_words
from ioc.domain.dossiers.importing import portal, records
from ioc.domain.dossiers.reporting import source_totals
from ioc.ingest.happenings import Happened, Step
from ioc.live.deltas import Patch
from ioc.messages.events import DossierEvent
from ioc.messages.kinds import KindSpec, Member, Metric, Sort, Word
from ioc.messages.wire import Fields, Rejected, is_no_date, is_org

kind = "dossier"

_TIMES = (
    "submitted_at", "received_at", "due_at", "finished_at", "returned_at",
    "supplement_requested_at", "supplement_received_at",
)  # fmt: skip
_TEXTS = ("procedure", "procedure_name", "assignee")
_ORGS = ("receiving_org", "handling_org")
_FLAGS = ("online_payment", "digitised", "electronic_result")
_SUBMISSIONS = ("direct", "online", "post")
_UNITS = tuple(TermUnit)
_TYPE = "dossier_changed"
_FIRST, _AFTER = (round(datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1000) for year in (FIRST_YEAR, LAST_YEAR + 1))


def unfold(fields: Fields) -> dict[str, Any]:
    """`as_of` is an instant, kept as a figure in epoch ms; `totals` is what the system counts itself."""
    plain = {name: value for name, value in fields.obj.items() if name != "totals"}
    whole = fields.flag("complete") is not False  # part of a delivery says nothing of what is known
    return {**plain, "as_of": fields.time("as_of") if whole else None, **source_totals.flatten(fields)}


def decode_event(fields: Fields) -> DossierEvent:
    """Also under the names and codes of the national portal."""
    if portal.is_spoken(fields.obj):
        fields.obj = portal.ours(fields.obj)
        fields.leniencies.add(Leniency.PORTAL_NAMES)
    kind_of_event = fields.text("type") or _TYPE
    if kind_of_event != _TYPE:
        raise Rejected(Reason.BAD_VALUE, f"type: allowed is {_TYPE}")
    return DossierEvent(
        event_id=fields.need_text("event_id"),
        ts=_needed_time(fields, "ts"),
        code=fields.need_text("code"),
        fields={name: value for name, value in _changed(fields).items() if value is not None},
    )


def apply_events(step: Step, happened: Sequence[Happened[DossierEvent]]) -> Iterable[Patch]:
    """Each dossier learns what is new about it; those that have come to contradict themselves are counted."""
    sources = step.inventory.sources
    reported = [records.ReportedEvent(sources[key].id, key.org, event) for key, _received_at, event in happened]
    contradicted = records.apply(step.conn, RecordBuilder(step.inventory, step.policy), reported, step.now)
    for key in {one.key for one in happened}:
        if n := contradicted[sources[key].id]:
            step.leniencies[key, Leniency.DUE_BEFORE_RECEIVED] += n
    return ()


def _changed(fields: Fields) -> dict[str, Any]:
    obj = fields.obj
    changed = {name: read(fields, name) for name, read in _READERS.items() if name in obj}
    received, due = changed.get("received_at"), changed.get("due_at")
    if received is not None and due is not None and due < received:
        raise Rejected(Reason.BAD_VALUE, "due_at is before received_at")
    return changed


def _needed_time(fields: Fields, name: str) -> int:
    return _of_our_days(name, fields.need_time(name))


def _time(fields: Fields, name: str) -> int | None:
    """None also where its system says in its own way that it has no such date."""
    value = fields.obj.get(name)
    if is_no_date(value):
        if value is not None:
            fields.leniencies.add(Leniency.NO_DATE)
        return None
    at = fields.time(name)
    return None if at is None else _of_our_days(name, at)


def _of_our_days(name: str, at: int) -> int:
    if not _FIRST <= at < _AFTER:
        raise Rejected(Reason.BAD_TIME, f"{name}: a dossier's days are from {FIRST_YEAR} to {LAST_YEAR}")
    return at


def _status(fields: Fields, _name: str) -> int | None:
    value = in_words(fields.obj.get("status"))
    try:
        number = None if value is None else fields.as_number("status", value, 1, 10)
    except Rejected:
        number = 0.5  # no code
    if number is not None and number != int(number):
        raise Rejected(Reason.BAD_STATUS, f"status: {value!r}; allowed are 1 to 10 or {', '.join(WORDS)}")
    return None if number is None else int(number)


def _org(fields: Fields, name: str) -> str | None:
    code = fields.text(name, limit=64)
    if code is not None and not is_org(code):
        raise Rejected(Reason.BAD_ID, f"{name}: 1-64 of A-Z a-z 0-9 . _ -")
    return code


def _submission(fields: Fields, name: str) -> str | None:
    return _one_of(fields, name, _SUBMISSIONS)


def _one_of(fields: Fields, name: str, allowed: tuple[str, ...]) -> str | None:
    word = fields.text(name)
    if word is not None and word not in allowed:
        raise Rejected(Reason.BAD_VALUE, f"{name}: allowed are {', '.join(allowed)}")
    return word


def _term(fields: Fields, _name: str) -> dict[str, Any] | None:
    value = fields.obj.get("term")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Rejected(Reason.WRONG_TYPE, "term: expected {value, unit}")
    inner = Fields(value, fields.tz)
    number, unit = inner.number("value"), _unit(inner)
    if number is None and "value" in value:
        return None  # the length is empty: its unit alone says nothing
    if number is None or unit is None:
        raise Rejected(Reason.MISSING_FIELD, "term: value and unit")
    try:
        Term(number, TermUnit(unit))
    except IocError as why:
        raise Rejected(Reason.BAD_VALUE, f"term.{why}") from None
    return {"value": number, "unit": unit}


def _unit(inner: Fields) -> str | None:
    word = inner.obj.get("unit")
    if isinstance(word, str) and (known := portal.UNITS.get(word.strip().lower())) is not None:
        return known
    return _one_of(inner, "unit", _UNITS)


def _apology(fields: Fields, _name: str) -> dict[str, Any] | None:
    value = fields.obj.get("apology")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Rejected(Reason.WRONG_TYPE, "apology: expected {issued_at, reason, new_due_at}")
    inner = Fields(value, fields.tz)
    given = {name: _time(inner, name) for name in ("issued_at", "new_due_at")}
    fields.leniencies |= inner.leniencies
    said = {**given, "reason": inner.text("reason", limit=1_000)}
    return said if any(part is not None for part in said.values()) else None


_READERS: dict[str, Callable[[Fields, str], Any]] = {
    **dict.fromkeys(_TIMES, _time),
    **dict.fromkeys(_FLAGS, Fields.flag),
    **dict.fromkeys(_TEXTS, lambda fields, name: fields.text(name, limit=512)),
    **dict.fromkeys(_ORGS, _org),
    "status": _status,
    "submission": _submission,
    "satisfaction": lambda fields, name: fields.number(name, low=1, high=5),
    "fee": lambda fields, name: fields.number(name, low=0),
    "term": _term,
    "apology": _apology,
}

_TOTALS = Member(
    Sort.OBJECT,
    members={
        **dict.fromkeys(("from", "to"), Member(Sort.TIME, required=True)),
        **dict.fromkeys(source_totals.COUNTS, Member(Sort.NUMBER, low=0)),
        "pct": Member(Sort.OBJECT, members=dict.fromkeys(source_totals.SHARES, Member(Sort.NUMBER, low=0, high=100))),
    },
)

SPEC = KindSpec(
    kind=kind,
    interval_s=0,
    rank=50,
    delivers=True,
    examples={
        "hg/dossier/mot-cua/event": {
            "event_id": "d-778",
            "ts": "2026-11-21T08:00:00+07:00",
            "code": "H22-261121-0007",
            "status": 4,
            "received_at": "2026-11-21T07:55:00+07:00",
            "term": {"value": 5, "unit": "working_day"},
        },
    },
    metrics={
        "as_of": Metric(unit="ms", low=0, high=1e14),
        "complete": Metric(boolean=True),
        "delivered": Metric(boolean=True, warning_when=False),
        "rows": Metric(low=0),
        "changed": Metric(low=0),
        "bad_rows": Metric(low=0, warning_above=0),
        "vanished": Metric(low=0, warning_above=0),
    },
    words={"error": Word()},
    decode_event=decode_event,
    apply_events=apply_events,
    unfold=unfold,
    event={
        "code": Member(required=True),
        "type": Member(words=(_TYPE,)),
        **dict.fromkeys(_TEXTS, Member()),
        "status": Member(words=(*dict.fromkeys(map(str, WORDS.values())), *WORDS)),
        **dict.fromkeys(_ORGS, Member()),
        "submission": Member(words=_SUBMISSIONS),
        **dict.fromkeys(_TIMES, Member(Sort.TIME)),
        "term": Member(Sort.OBJECT, members={"value": Member(Sort.NUMBER, low=0), "unit": Member(words=_UNITS)}),
        "apology": Member(
            Sort.OBJECT,
            members={"issued_at": Member(Sort.TIME), "reason": Member(), "new_due_at": Member(Sort.TIME)},
        ),
        **dict.fromkeys(_FLAGS, Member(Sort.FLAG)),
        "fee": Member(Sort.NUMBER, low=0),
        "satisfaction": Member(Sort.NUMBER, low=1, high=5),
    },
    nested={"as_of": Member(Sort.TIME), "totals": _TOTALS},
)
