"""Answers of people from afar: the door for a gateway that hands on what they text, and the page behind a link."""

import hmac
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from alerts import drills
from alerts.answering.answers import AnswerDesk, AnswerOutcome
from alerts.answering.target import AnswerTarget
from alerts.gateway_calls import ReplyFormat, read_reply
from alerts.model import Alert
from ioc.config.settings import Settings
from ioc.context import Context
from ioc.core.errors import Code, IocError
from ioc.core.model import SourceKey
from ioc.core.texts import Texts
from ioc.domain.inventory.naming import place
from web.boundary.answers import HTML, Answer, Document
from web.boundary.call import Call
from web.boundary.ports import Announces
from web.boundary.route import V1, Open, Route
from web.login_brake import LoginBrake
from web.printed import page
from web.printed.days import moment

TOKEN_LENGTH = 60


class HandedOn(Struct, frozen=True):
    """What became of a text that a gateway handed on; null where it was none."""

    outcome: AnswerOutcome | None


def handed_on(call: Call, settings: Settings, context: Context, workers: Announces, brake: LoginBrake) -> HandedOn:
    """`not_found` where the channel takes no answers, and for a wrong secret."""
    name = call.path["channel"]
    with brake.attempt(f"replies {call.remote}", f"replies {name}"):
        form = _form(settings, name, call.fields.get("secret", ""))
    said = read_reply(form, call.fields)
    if said is None:
        return HandedOn(None)
    outcome = workers.offload(_answers(context).text, name, said.phone, said.text)
    _announce(workers, outcome)
    return HandedOn(outcome)


def handed_on_by_get(
    call: Call, settings: Settings, context: Context, workers: Announces, brake: LoginBrake
) -> HandedOn:
    return handed_on(call, settings, context, workers, brake)


def shown(call: Call, context: Context, texts: Texts, workers: Announces) -> Answer[str]:
    """What the link is about, with the button; looking changes nothing, since programs look at links too."""
    outcome, about = workers.offload(_answers(context).link, call.path["token"][:TOKEN_LENGTH])
    return _page(call, texts, outcome, about)


def taken(call: Call, context: Context, texts: Texts, workers: Announces) -> Answer[str]:
    outcome, about = workers.offload(_answers(context).by_link, call.path["token"][:TOKEN_LENGTH])
    _announce(workers, outcome)
    return _page(call, texts, outcome, about)


def _form(settings: Settings, name: str, secret: str) -> ReplyFormat:
    channel = next((each for each in settings.channel if each.name == name), None)
    options: Any = channel.options if channel else None
    form: ReplyFormat | None = getattr(options, "reply", None)
    offered = form is not None and getattr(options, "inbound", None) is not None
    known = str(getattr(options, "secret", None) or "")
    if form is None or not offered or not known or not hmac.compare_digest(known.encode(), secret.encode()):
        raise IocError(Code.NOT_FOUND, f"channel {name!r} takes no answers here")
    return form


def _answers(context: Context) -> AnswerDesk:
    return AnswerDesk(context.db, context.clock, context.live_key, context.settings.alerts)


def _announce(workers: Announces, outcome: AnswerOutcome) -> None:
    if outcome is AnswerOutcome.TAKEN:
        workers.announce("alerts")


def _page(call: Call, texts: Texts, outcome: AnswerOutcome | None, about: AnswerTarget | None) -> Answer[str]:
    lang = about.lang if about else call.lang
    return page.html(
        "answer.html",
        status=None if outcome is None else _STATUS.get(outcome),
        forms="'self'",
        sheet="answer.css",
        lang=lang,
        say=lambda key, **params: texts.render(lang, key, params),
        outcome=outcome,
        now=moment(call, call.now, about.alerts[0].org if about else None),
        about=None if about is None else _about(call, texts, about),
    )


def _about(call: Call, texts: Texts, about: AnswerTarget) -> dict[str, object]:
    """What the page says of an incident: its first alert, and how many more there are."""
    first = about.alerts[0]
    source = call.inventory.sources.get(first.subject) if isinstance(first.subject, SourceKey) else None
    return {
        "receiver": about.receiver,
        "marks": [key for key, holds in _marks(first) if holds],
        "severity": first.severity,
        "place": place(call.orgs, first.org),
        "source": source.name if source else "",
        "title": texts.render(about.lang, first.title, first.params),
        "since": moment(call, first.since, first.org),
        "more": len(about.alerts) - 1,
    }


def _marks(alert: Alert) -> Iterator[tuple[str, bool]]:
    yield "alert.message.drill", alert.rule == drills.RULE.id
    yield "alert.message.simulated", alert.simulated


_STATUS = {AnswerOutcome.FORGED: 404, AnswerOutcome.EXPIRED: 410}
_REPLIES, _LINK = f"{V1}/replies/<channel>", "/answer/<token>"
_REFUSED = (Code.NOT_FOUND, Code.TOO_MANY_ATTEMPTS)
_PAGES = tuple(Document(HTML, status) for status in (200, 404, 410))
ROUTES = (
    Route(
        "POST",
        _REPLIES,
        Open.TO_ALL,
        handed_on,
        "A text that somebody sent to a number of ours",
        _REFUSED,
        foreign=True,
    ),
    Route(
        "GET",
        _REPLIES,
        Open.TO_ALL,
        handed_on_by_get,
        "The same from a gateway that calls by GET",
        _REFUSED,
        foreign=True,
    ),
    Route("GET", _LINK, Open.TO_ALL, shown, "The page behind the link of a message", documents=_PAGES),
    Route("POST", _LINK, Open.TO_ALL, taken, "Its button", documents=_PAGES, keyed=True),
)
