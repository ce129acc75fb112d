"""The texts of a notification: subject, plain text, HTML and SMS in the receiver's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from alerts import sms
from alerts.delivery.groups import AlertSummary
from alerts.message import AlertMessage
from alerts.model import WORST_FIRST, NotificationType
from ioc.core.clock import local
from ioc.core.model import Severity
from ioc.core.texts import Texts

_CUT = {"org": 40, "name": 40, "what": 70}


@dataclass(frozen=True, slots=True)
class Composer:
    """Renders the keys and parameters of a notification; without a `public_url` there is no link."""

    texts: Texts
    public_url: str | None

    def compose(
        self, ref: str, address: str, event: NotificationType, payload: Mapping[str, Any], at: int
    ) -> AlertMessage:
        summaries = sorted(payload["lines"], key=lambda summary: WORST_FIRST[Severity(summary["severity"])])
        renderer = _Renderer(self.texts, payload["lang"], event, at)
        link = None if self.public_url is None else f"{self.public_url}/alerts"
        return AlertMessage(
            ref,
            address,
            renderer.subject(summaries),
            renderer.plain(summaries, link),
            renderer.html(summaries, link),
            renderer.short(summaries, link),
            at,
        )


@dataclass(frozen=True, slots=True)
class _Renderer:
    texts: Texts
    lang: str
    event: NotificationType
    at: int

    def text(self, key: str, **params: object) -> str:
        return self.texts.render(self.lang, key, params)

    def head(self, summaries: Sequence[AlertSummary]) -> str:
        """`[IOC] NGHIÊM TRỌNG`, with MÔ PHỎNG where anything in it was simulated, begun with DIEN TAP in a drill."""
        simulated = any(summary["simulated"] for summary in summaries)
        mark = f"[{self.text('alert.message.simulated')}] " if simulated else ""
        if any(summary.get("drill") for summary in summaries):
            mark = f"{self.text('alert.message.drill')} {mark}"
        if self.event is NotificationType.RESOLVED:
            return f"{mark}[IOC] {self.text('alert.message.resolved')}"
        severity = summaries[0]["severity"]
        return f"{mark}[IOC] {self.text(f'alert.message.{severity}')}"

    def title(self, summary: AlertSummary) -> str:
        return self.texts.render(self.lang, summary["title"], summary["params"])

    def subject(self, summaries: Sequence[AlertSummary]) -> str:
        first = summaries[0]
        about = ": ".join(filter(None, (first["name"], self.title(first))))
        more = f" (+{len(summaries) - 1})" if len(summaries) > 1 else ""
        return _one_line(f"{self.head(summaries)} · {first['org_name']} · {about}{more}")

    def rows(self, summary: AlertSummary) -> list[tuple[str, str]]:
        severity = self.text(f"alert.severity.{summary['severity']}")
        subject = f"{summary['name']} ({summary['subject']})" if summary["name"] else ""
        times = [
            ("since", summary["since"]),
            ("ended", summary["ended"] if self.event is NotificationType.RESOLVED else None),
        ]
        rows = [("severity", severity), ("org", f"{summary['org_name']} ({summary['org']})"), ("source", subject)]
        rows += [("what", self.title(summary))]
        rows += [(name, self.clock(at, summary["tz"])) for name, at in times if at]
        rows += [("lasted", self.age(((summary["ended"] or self.at) - summary["since"]) // 1000))]
        return [(self.text(f"alert.field.{name}"), _one_line(value)) for name, value in rows if value]

    def plain(self, summaries: Sequence[AlertSummary], link: str | None) -> str:
        tables = []
        for summary in summaries:
            rows = self.rows(summary)
            width = max(len(label) for label, _ in rows)
            tables.append("\n".join(f"{label + ':':<{width + 1}} {value}" for label, value in rows))
        see = [self.text("alert.message.see", link=link)] if link else []
        return "\n\n".join([self.head(summaries), *tables, *see]) + "\n"

    def html(self, summaries: Sequence[AlertSummary], link: str | None) -> str:
        tables = "".join(f"<table cellpadding='4'>{self._html_rows(summary)}</table><br>" for summary in summaries)
        see = f'<p><a href="{escape(link)}">{escape(link)}</a></p>' if link else ""
        body = f"<p><b>{escape(self.head(summaries))}</b></p>{tables}{see}"
        return f'<!doctype html><html lang="{self.lang}"><meta charset="utf-8"><body>{body}</body></html>'

    def _html_rows(self, summary: AlertSummary) -> str:
        rows = self.rows(summary)
        return "".join(
            f"<tr><th align='left'>{escape(label)}</th><td>{escape(value)}</td></tr>" for label, value in rows
        )

    def short(self, summaries: Sequence[AlertSummary], link: str | None) -> str:
        """At most one GSM segment once folded; the link only where there is one and it fits."""
        first = summaries[0]
        org, name, what = _cut(first["org_name"], "org"), _cut(first["name"], "name"), _cut(self.title(first), "what")
        about = ": ".join(filter(None, (name, what)))
        when = self.text("alert.message.since", time=self.clock(first["since"], first["tz"]))
        more = f" (+{len(summaries) - 1})" if len(summaries) > 1 else ""
        text = f"{self.head(summaries)} {org}: {about}{more}, {when}"
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
                return self.text(f"alert.age.{unit}", n=seconds // size)
        return self.text("alert.age.seconds", n=max(0, seconds))


def _fits(text: str) -> bool:
    return sms.segments(sms.fold(text)) == 1


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str, what: str) -> str:
    limit = _CUT[what]
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
