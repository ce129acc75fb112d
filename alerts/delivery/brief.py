"""What an SMS says: a draft whose pieces give way in the order in which they matter least."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Protocol

from alerts.answering.offers import AnswerOffer
from alerts.delivery.groups import AlertSummary
from alerts.sms import Piece

FIGURES = 6
_JOINTS = " ,–·-"
_LINK, _NAME, _DISTRICT, _ORG, _TIME, _WORDS, _CODE = range(1, 8)  # ranks: the first gives way first


class Wording(Protocol):
    """Says things in the receiver's language."""

    def text(self, key: str, **params: object) -> str: ...
    def head(self, summaries: Sequence[AlertSummary]) -> str: ...
    def title(self, summary: AlertSummary) -> str: ...
    def clock(self, ms: int, zone: str) -> str: ...


def draft(wording: Wording, summaries: Sequence[AlertSummary], link: str | None, offer: AnswerOffer) -> list[Piece]:
    """What has happened where, in the order it is read; a link that takes the incident stands for the plain one."""
    first = summaries[0]
    when = wording.text("alert.message.since", time=wording.clock(first["since"], first["tz"]))
    return [
        Piece(wording.head(summaries)),
        *_place(first),
        Piece(f": {_device(first)}" if _device(first) else "", _NAME, least=10),
        *_title(wording.title(first)),
        Piece(f" (+{len(summaries) - 1})" if len(summaries) > 1 else ""),
        Piece(f", {when}", _TIME, whole=True),
        Piece(_code(wording, offer), _CODE, whole=True),
        Piece(f". {offer.link or link}" if link else "", _LINK, whole=True),
    ]


def _code(wording: Wording, offer: AnswerOffer) -> str:
    """How to take it by a text: nobody can answer a brandname, so that the number stands beside the code."""
    if not offer.code:
        return ""
    key = "alert.message.reply_to" if offer.number else "alert.message.reply"
    return f". {wording.text(key, code=offer.code, number=offer.number)}"


def _place(summary: AlertSummary) -> list[Piece]:
    """The district before the commune: there are communes of one name."""
    above = _above(summary)
    if not above:
        return [Piece(f" {summary['org_name']}", _ORG, least=12)]
    return [Piece(f" {above}", _DISTRICT, least=8), Piece(f", {summary['org_name']}", _ORG, least=8)]


def _above(summary: AlertSummary) -> str:
    """Not again where the place is called after it, as the centre of a commune is."""
    above = summary.get("parent_name") or ""
    return "" if above.casefold() in summary["org_name"].casefold() else above


def _device(summary: AlertSummary) -> str:
    """What it is called without the places that are said before it: "Điểm cầu xã Tả Lủng" → "Điểm cầu"."""
    name: str = summary["name"]
    for said in filter(None, (summary["org_name"], summary.get("parent_name"))):
        name = _without(name, said)
    return name


def _without(name: str, place: str) -> str:
    """Only where no longer name begins with that of the place."""
    at = name.lower().find(place.lower())
    before, rest = name[: max(at, 0)], name[at + len(place) :]
    if at < 0 or before[-1:].isalnum() or rest[:1].isalnum() or rest.lstrip()[:1].isupper():
        return name
    return f"{before.rstrip(_JOINTS)}{rest}".strip(_JOINTS)


def _title(title: str) -> list[Piece]:
    """The last FIGURES words with a figure in them never give way; the words between do, the first ones first."""
    words = title.split()
    figures = [at for at, word in enumerate(words) if any(char.isdigit() for char in word)][-FIGURES:]
    pieces: list[Piece] = []
    for is_figure, group in groupby(enumerate(words), key=lambda each: each[0] in figures):
        texts = [f" {word}" for _, word in group]
        pieces += map(Piece, texts) if is_figure else [Piece("".join(texts), _WORDS, least=12)]
    return [replace(pieces[0], text=f":{pieces[0].text}"), *pieces[1:]] if pieces else []
