"""The texts of a notification: subject, plain text, HTML and SMS in the receiver's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from alerts.answering.offers import NOTHING, AnswerOffer
from alerts.delivery import brief, notices
from alerts.delivery.groups import AlertSummary
from alerts.message import AlertMessage
from alerts.model import WORST_FIRST, NotificationType
from alerts.sms import Piece
from ioc.core.clock import local
from ioc.core.model import Severity
from ioc.core.texts import Texts
from ioc.domain.inventory.naming import placed


@dataclass(frozen=True, slots=True)
class Composer:
    """Renders the keys and parameters of a notification; without a `public_url` there is no link."""

    texts: Texts
    public_url: str | None

    def compose(
        self,
        ref: str,
        address: str,
        event: NotificationType,
        payload: Mapping[str, Any],
        at: int,
        offer: AnswerOffer = NOTHING,
    ) -> AlertMessage:
        if event in notices.NOTICES:
            return self._notice(ref, address, event, payload, at)
        summaries = _in_order(payload)
        renderer = _Renderer(self.texts, payload["lang"], event, at, payload.get("left", 0), offer)
        link = None if self.public_url is None else f"{self.public_url}/alerts"
        return AlertMessage(
            ref,
            address,
            renderer.subject(summaries),
            renderer.plain(summaries, link),
            renderer.html(summaries, link),
            brief.draft(renderer, summaries, link, offer),
            at,
            event,
            payload,
            f"incident-{payload['incident']}" if "incident" in payload else None,
        )

    def _notice(
        self, ref: str, address: str, event: NotificationType, payload: Mapping[str, Any], at: int
    ) -> AlertMessage:
        renderer = _Renderer(self.texts, payload["lang"], event, at)
        notice = notices.written(renderer, event, payload)
        html = notice.html(payload["lang"])
        short = [Piece(notice.headline), Piece(notices.first_open(renderer, payload), rank=2, least=10)]
        return AlertMessage(ref, address, _one_line(notice.headline), notice.plain, html, short, at, event, payload)


@dataclass(frozen=True, slots=True)
class _Renderer:
    texts: Texts
    lang: str
    event: NotificationType
    at: int
    left: int = 0  # what else its receiver was told of and is not over
    offer: AnswerOffer = NOTHING

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
        marked = self.event in (NotificationType.REMINDER, NotificationType.ESCALATION)
        again = f"{self.text(f'alert.message.{self.event}')} " if marked else ""
        severity = min((Severity(summary["severity"]) for summary in summaries), key=WORST_FIRST.__getitem__)
        return f"{mark}[IOC] {again}{self.text(f'alert.message.{severity}')}"

    def title(self, summary: AlertSummary) -> str:
        """What happened, how often it came and went, and how much it cut off."""
        title, behind = self.texts.render(self.lang, summary["title"], summary["params"]), self.behind(summary)
        flapping = [self.text("alert.message.flapping", n=summary["flapping"])] if summary.get("flapping") else []
        out_of_reach = [self.text(behind["text"]["key"], **behind["text"]["params"])] if behind else []
        return "; ".join([title, *flapping, *out_of_reach])

    def behind(self, summary: AlertSummary) -> Mapping[str, Any] | None:
        """What is out of reach behind a cause; of one that is over it is history."""
        return None if self.event is NotificationType.RESOLVED else summary.get("behind")

    def by_org(self, summary: AlertSummary) -> str:
        behind = self.behind(summary)
        if not behind:
            return ""
        more = [self.text("alert.message.more_orgs", n=behind["more"])] if behind["more"] else []
        return ", ".join([*(f"{name} {n}/{of}" for name, n, of in behind["orgs"]), *more])

    def subject(self, summaries: Sequence[AlertSummary]) -> str:
        first = summaries[0]
        about = ": ".join(filter(None, (first["name"], self.title(first))))
        more = f" (+{len(summaries) - 1})" if len(summaries) > 1 else ""
        return _one_line(f"{self.head(summaries)} · {_place(first)} · {about}{more}")

    def rows(self, summary: AlertSummary) -> list[tuple[str, str]]:
        severity = self.text(f"alert.severity.{summary['severity']}")
        subject = f"{summary['name']} ({summary['subject']})" if summary["name"] else ""
        times = [
            ("since", summary["since"]),
            ("ended", summary["ended"] if self.event is NotificationType.RESOLVED else None),
        ]
        rows = [("severity", severity), ("org", f"{_place(summary)} ({summary['org']})"), ("source", subject)]
        rows += [("what", self.title(summary)), ("affected", self.by_org(summary))]
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
        return "\n\n".join([self.head(summaries), *tables, *self.notes(), *self.take(), *see]) + "\n"

    def notes(self) -> list[str]:
        return [self.text("alert.message.left", n=self.left)] if self.left else []

    def take(self) -> list[str]:
        return [self.text("alert.message.take", link=self.offer.link)] if self.offer.link else []

    def html(self, summaries: Sequence[AlertSummary], link: str | None) -> str:
        tables = "".join(f"<table cellpadding='4'>{self._html_rows(summary)}</table><br>" for summary in summaries)
        take = f'<p><a href="{escape(self.offer.link)}">{escape(self.text("alert.answer.take"))}</a></p>'
        see = f'<p><a href="{escape(link)}">{escape(link)}</a></p>' if link else ""
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes())
        see = take + see if self.offer.link else see
        body = f"<p><b>{escape(self.head(summaries))}</b></p>{tables}{notes}{see}"
        return f'<!doctype html><html lang="{self.lang}"><meta charset="utf-8"><body>{body}</body></html>'

    def _html_rows(self, summary: AlertSummary) -> str:
        rows = self.rows(summary)
        return "".join(
            f"<tr><th align='left'>{escape(label)}</th><td>{escape(value)}</td></tr>" for label, value in rows
        )

    def clock(self, ms: int, zone: str) -> str:
        return local(ms, ZoneInfo(zone)).strftime("%H:%M %d/%m/%Y" if self.lang == "vi" else "%H:%M %d %b %Y")

    def age(self, seconds: int) -> str:
        for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
            if seconds >= size:
                return self.text(f"alert.age.{unit}", n=seconds // size)
        return self.text("alert.age.seconds", n=max(0, seconds))


def _in_order(payload: Mapping[str, Any]) -> list[AlertSummary]:
    """The cause first, then by severity."""
    cause = payload.get("cause")

    def place(summary: AlertSummary) -> tuple[bool, int]:
        return summary["subject"] != cause, WORST_FIRST[Severity(summary["severity"])]

    return sorted(payload["lines"], key=place)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _place(summary: AlertSummary) -> str:
    return placed(summary["org_name"], summary.get("parent_name"))
