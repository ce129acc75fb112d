"""A notification in words: subject, plain text, HTML and SMS in the receiver's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from alerts import sms
from alerts.message import Message
from alerts.model import What
from ioc.core.clock import local
from ioc.core.model import Severity
from ioc.core.texts import Texts

Line = Mapping[str, Any]  # see alerts.delivery.notifier.line
WORST_FIRST = MappingProxyType({Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2})
_CUT = {"org": 40, "name": 40, "what": 70}


@dataclass(frozen=True, slots=True)
class Composer:
    """Renders what a notification keeps as keys and parameters; without a `public_url` there is no link."""

    texts: Texts
    public_url: str | None

    def compose(self, ref: str, address: str, what: What, payload: Mapping[str, Any], at: int) -> Message:
        lines = sorted(payload["lines"], key=lambda line: WORST_FIRST[Severity(line["severity"])])
        words = _Words(self.texts, payload["lang"], what, at)
        link = None if self.public_url is None else f"{self.public_url}/alerts"
        return Message(
            ref,
            address,
            words.subject(lines),
            words.plain(lines, link),
            words.html(lines, link),
            words.short(lines, link),
            at,
        )


@dataclass(frozen=True, slots=True)
class _Words:
    texts: Texts
    lang: str
    what: What
    at: int

    def say(self, key: str, **params: object) -> str:
        return self.texts.render(self.lang, key, params)

    def head(self, lines: Sequence[Line]) -> str:
        """`[IOC] NGHIÊM TRỌNG`, with MÔ PHỎNG where anything in it was simulated."""
        simulated = any(line["simulated"] for line in lines)
        mark = f"[{self.say('alert.message.simulated')}] " if simulated else ""
        if self.what is What.RESOLVED:
            return f"{mark}[IOC] {self.say('alert.message.resolved')}"
        severity = lines[0]["severity"]
        return f"{mark}[IOC] {self.say(f'alert.message.{severity}')}"

    def title(self, line: Line) -> str:
        return self.texts.render(self.lang, line["title"], line["params"])

    def subject(self, lines: Sequence[Line]) -> str:
        first = lines[0]
        about = ": ".join(filter(None, (first["name"], self.title(first))))
        more = f" (+{len(lines) - 1})" if len(lines) > 1 else ""
        return _one_line(f"{self.head(lines)} · {first['org_name']} · {about}{more}")

    def rows(self, line: Line) -> list[tuple[str, str]]:
        severity = self.say(f"alert.severity.{line['severity']}")
        subject = f"{line['name']} ({line['subject']})" if line["name"] else ""
        times = [("since", line["since"]), ("ended", line["ended"] if self.what is What.RESOLVED else None)]
        rows = [("severity", severity), ("org", f"{line['org_name']} ({line['org']})"), ("source", subject)]
        rows += [("what", self.title(line))]
        rows += [(name, self.clock(at, line["tz"])) for name, at in times if at]
        rows += [("lasted", self.age(((line["ended"] or self.at) - line["since"]) // 1000))]
        return [(self.say(f"alert.field.{name}"), _one_line(value)) for name, value in rows if value]

    def plain(self, lines: Sequence[Line], link: str | None) -> str:
        tables = []
        for line in lines:
            rows = self.rows(line)
            width = max(len(label) for label, _ in rows)
            tables.append("\n".join(f"{label + ':':<{width + 1}} {value}" for label, value in rows))
        see = [self.say("alert.message.see", link=link)] if link else []
        return "\n\n".join([self.head(lines), *tables, *see]) + "\n"

    def html(self, lines: Sequence[Line], link: str | None) -> str:
        tables = "".join(f"<table cellpadding='4'>{self._html_rows(line)}</table><br>" for line in lines)
        see = f'<p><a href="{escape(link)}">{escape(link)}</a></p>' if link else ""
        body = f"<p><b>{escape(self.head(lines))}</b></p>{tables}{see}"
        return f'<!doctype html><html lang="{self.lang}"><meta charset="utf-8"><body>{body}</body></html>'

    def _html_rows(self, line: Line) -> str:
        rows = self.rows(line)
        return "".join(
            f"<tr><th align='left'>{escape(label)}</th><td>{escape(value)}</td></tr>" for label, value in rows
        )

    def short(self, lines: Sequence[Line], link: str | None) -> str:
        """At most one GSM segment once folded; the link only where there is one and it fits."""
        first = lines[0]
        org, name, what = _cut(first["org_name"], "org"), _cut(first["name"], "name"), _cut(self.title(first), "what")
        about = ": ".join(filter(None, (name, what)))
        when = self.say("alert.message.since", time=self.clock(first["since"], first["tz"]))
        more = f" (+{len(lines) - 1})" if len(lines) > 1 else ""
        text = f"{self.head(lines)} {org}: {about}{more}, {when}"
        if link and _fits(f"{text}. {link}"):
            return f"{text}. {link}"
        while not _fits(text):
            text = text[:-1]
        return text

    def clock(self, ms: int, zone: str) -> str:
        return local(ms, ZoneInfo(zone)).strftime("%H:%M %d/%m/%Y" if self.lang == "vi" else "%H:%M %d %b %Y")

    def age(self, seconds: int) -> str:
        for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
            if seconds >= size:
                return self.say(f"alert.age.{unit}", n=seconds // size)
        return self.say("alert.age.seconds", n=max(0, seconds))


def _fits(text: str) -> bool:
    return sms.segments(sms.fold(text)) == 1


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str, what: str) -> str:
    limit = _CUT[what]
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
