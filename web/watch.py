"""Widgets being watched: each computed once for all who watch the same, and what each watcher still has to be told."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from web.mergepatch import diff
from web.sight import Moment, Sight
from web.subject import Subject

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Shared:
    """One subject as it is now; `version` rises with every change, patches are written out once for all."""

    subject: Subject
    touches: frozenset[str]
    watchers: int = 0
    version: int = 0
    payload: dict[str, Any] = field(default_factory=dict)
    as_of: str = "null"
    loaded: Any = None
    loaded_at: int | None = None
    unread: bool = False
    dirty: bool = True
    _payload_text: str = ""
    _patch_texts: dict[int, str] = field(default_factory=dict)

    @property
    def waits(self) -> bool:
        """It reads for itself and has not done so yet."""
        return self.subject.reads and self.loaded_at is None

    def due(self, now: int) -> bool:
        """True when it is time to read (again)."""
        every_ms = getattr(self.subject.widget, "REFRESH_S", 60) * 1000
        return self.subject.reads and (self.loaded_at is None or now - self.loaded_at >= every_ms)

    def refresh(self, look: Moment) -> None:
        """Compute it again; the version rises only when something is different."""
        self.dirty = False
        payload = self.subject.snapshot(look, self.loaded, unread=self.unread)
        if self.version and not diff(self.payload, payload):
            return
        self.payload, self.version = payload, self.version + 1
        self.as_of = _text(Sight(look, self.subject.root).at(look.now))
        self._payload_text = ""
        self._patch_texts.clear()

    def payload_text(self) -> str:
        if not self._payload_text:
            self._payload_text = _text(self.payload)
        return self._payload_text

    def patch_text(self, version: int, payload: Mapping[str, Any]) -> str:
        """The update for somebody who has `payload` of that version."""
        text = self._patch_texts.get(version)
        if text is None:
            text = self._patch_texts[version] = _text(diff(payload, self.payload))
        return text


class Board:
    """Every shared widget that somebody watches."""

    def __init__(self) -> None:
        self._shared: dict[tuple[str, bytes, str | None], Shared] = {}

    def __iter__(self) -> Iterator[Shared]:
        return iter(list(self._shared.values()))

    def __len__(self) -> int:
        return len(self._shared)

    def join(self, wanted: Subject) -> Shared:
        key = self._key(wanted)
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = Shared(wanted, wanted.widget.touches(wanted.options))
        shared.watchers += 1
        return shared

    def leave(self, shared: Shared) -> None:
        shared.watchers -= 1
        if shared.watchers == 0:
            self._shared.pop(self._key(shared.subject), None)

    def mark(self, touched: Iterable[str]) -> None:
        """Something of these kinds changed."""
        touched = set(touched)
        for shared in self._shared.values():
            if shared.touches & touched:
                shared.dirty = True

    def mark_all(self) -> None:
        """Time went by: anything may have turned stale, closed, or overdue."""
        for shared in self._shared.values():
            shared.dirty = True

    def refresh(self, look: Moment) -> None:
        """Compute what is marked."""
        for shared in self._shared.values():
            if shared.dirty and not shared.waits:
                _refresh(shared, look)

    @staticmethod
    def _key(wanted: Subject) -> tuple[str, bytes, str | None]:
        return wanted.widget.kind, msgspec.msgpack.encode(wanted.options), wanted.root


def _refresh(shared: Shared, look: Moment) -> None:
    """One widget that cannot cope with what it sees must not take the others with it."""
    try:
        shared.refresh(look)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
        log.exception("widget %s could not be computed", shared.subject.widget.kind)


@dataclass(slots=True)
class Watching:
    """One widget of one client: what it was told last."""

    id: str
    shared: Shared
    seq: int = 0
    version: int = 0
    payload: Mapping[str, Any] = field(default_factory=dict)

    @property
    def behind(self) -> bool:
        return self.version < self.shared.version

    def message(self) -> str:
        """The event that brings it up to date, as JSON text: a snapshot the first time, then merged deltas."""
        shared = self.shared
        self.seq += 1
        first = self.version == 0
        body = shared.payload_text() if first else shared.patch_text(self.version, self.payload)
        self.version, self.payload = shared.version, shared.payload
        name, field_name = ("snapshot", "payload") if first else ("delta", "patch")
        head = f'["{name}",{{"id":{_text(self.id)},"seq":{self.seq},"as_of":{shared.as_of}'
        return f'{head},"{field_name}":{body}}}]'

    def restart(self) -> None:
        """Begin again with a snapshot."""
        self.version = 0


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
