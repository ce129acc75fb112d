"""The texts of notifications that announce no single alert: summary, daily proof, test."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple, Protocol

from alerts.model import NotificationType
from ioc.domain.inventory.naming import placed

NOTICES = (NotificationType.SUMMARY, NotificationType.DIGEST, NotificationType.PROOF, NotificationType.TEST)


class TextSource(Protocol):
    """Says things in the receiver's language."""

    def text(self, key: str, **params: object) -> str: ...
    def title(self, summary: Mapping[str, Any]) -> str: ...
    def clock(self, ms: int, zone: str) -> str: ...


class NoticeText(NamedTuple):
    """A headline, and the lines below it."""

    headline: str
    lines: Sequence[str]

    @property
    def plain(self) -> str:
        return "\n".join((self.headline, *(("", *self.lines) if self.lines else ()))) + "\n"

    def html(self, lang: str) -> str:
        body = "".join(f"{escape(line)}<br>" for line in self.lines)
        head = f"<p><b>{escape(self.headline)}</b></p>"
        return f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><body>{head}<p>{body}</p></body></html>'


def written(texts: TextSource, event: NotificationType, payload: Mapping[str, Any]) -> NoticeText:
    """The text of one of NOTICES."""
    if event is NotificationType.SUMMARY:
        return NoticeText(_counts(texts, payload), list(_summary_lines(texts, payload)))
    if event is NotificationType.DIGEST:
        return NoticeText(_overdue(texts, payload), [f"- {_line(texts, line)}" for line in payload["lines"]])
    key = "alert.notice.proof" if event is NotificationType.PROOF else "alert.notice.test"
    params = {name: texts.clock(value, payload["tz"]) if name == "time" else value for name, value in _said(payload)}
    return NoticeText(texts.text(key, **params), [])


def first_open(texts: TextSource, payload: Mapping[str, Any]) -> str:
    """What a message of few letters says beside the headline of a summary; nothing where nothing is open."""
    first = next((line for line in payload.get("lines", ()) if line["open"]), None)
    return "" if first is None else f". {_line(texts, first)}"


def _said(payload: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in payload.items() if name not in ("lang", "lines", "tz"))


def _counts(texts: TextSource, payload: Mapping[str, Any]) -> str:
    mark = f"[{texts.text('alert.message.simulated')}] " if _all_simulated(payload) else ""
    return mark + texts.text(_head(payload), **{name: payload[name] for name in ("open", "ended", "messages")})


def _overdue(texts: TextSource, payload: Mapping[str, Any]) -> str:
    mark = f"[{texts.text('alert.message.simulated')}] " if _all_simulated(payload) else ""
    time = texts.clock(payload["time"], payload["tz"])
    return mark + texts.text("alert.notice.digest", total=payload["total"], orgs=payload["orgs"], time=time)


def _head(payload: Mapping[str, Any]) -> str:
    return "alert.notice.capped" if payload.get("capped") else "alert.notice.summary"


def _all_simulated(payload: Mapping[str, Any]) -> bool:
    return bool(payload["lines"]) and all(line["simulated"] for line in payload["lines"])


def _summary_lines(texts: TextSource, payload: Mapping[str, Any]) -> Iterator[str]:
    for is_open, head in ((True, "alert.notice.open"), (False, "alert.notice.ended")):
        lines = [line for line in payload["lines"] if line["open"] is is_open]
        if lines:
            yield texts.text(head)
            yield from (f"- {_line(texts, line)}" for line in lines)
    if (more := payload["open"] + payload["ended"] - len(payload["lines"])) > 0:
        yield texts.text("alert.notice.more", n=more)


def _line(texts: TextSource, line: Mapping[str, Any]) -> str:
    about = ": ".join(filter(None, (line["name"], texts.title(line))))
    since = texts.text("alert.message.since", time=texts.clock(line["since"], line["tz"]))
    ended = f" - {texts.clock(line['ended'], line['tz'])}" if line["ended"] and not line["open"] else ""
    severity = texts.text(f"alert.message.{line['severity']}")
    place = placed(line["org_name"], line.get("parent_name"))
    return " ".join(f"{severity} {place}: {about}, {since}{ended}".split())
