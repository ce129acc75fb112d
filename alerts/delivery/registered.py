"""Whether the texts that a brandname registered let through all that can be said; found out at load."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from alerts.answering.offers import AnswerOffer
from alerts.channels import sms_http
from alerts.delivery.composer import Composer
from alerts.model import ANNOUNCEMENTS, NotificationType
from ioc.config.settings import Settings
from ioc.core.errors import IocError
from ioc.core.model import Severity
from ioc.core.texts import Texts

SHOWN = 5  # texts of one channel
_TITLES = ("Mất kết nối", "Chờ lâu nhất 45 phút (ngưỡng 30 phút)")
_NOTICES: Sequence[tuple[NotificationType, Mapping[str, Any]]] = (
    (NotificationType.SUMMARY, {"lines": [], "open": 3, "ended": 2, "messages": 5}),
    (NotificationType.SUMMARY, {"lines": [], "open": 3, "ended": 2, "messages": 5, "capped": True}),
    (NotificationType.DIGEST, {"lines": [], "total": 12, "orgs": 3, "tz": "Asia/Ho_Chi_Minh", "time": 0}),
    (NotificationType.PROOF, {"tz": "Asia/Ho_Chi_Minh", "time": 0, "channel": "sms", "open": 3}),
    (NotificationType.TEST, {"tz": "Asia/Ho_Chi_Minh", "time": 0, "channel": "sms", "by": "quan-tri"}),
)


def problems(settings: Settings, texts: Texts) -> Iterator[str]:
    """A line for each text that fits no template of a channel; what happened may be any text."""
    composers = [Composer(texts, url) for url in {None, settings.http.public_url}]
    langs = {"vi", *(receiver.lang for receiver in settings.receiver)}
    for n, channel in enumerate(settings.channel):
        if isinstance(channel.options, sms_http.Options) and channel.options.templates:
            found = sorted(set(_refused(channel.options, composers, langs)), key=len)
            yield from (f"channel[{n}].templates: none fits {text!r}" for text in found[:SHOWN])
            if len(found) > SHOWN:
                yield f"channel[{n}].templates: {len(found) - SHOWN} more texts fit none"


def _refused(options: sms_http.Options, composers: Iterable[Composer], langs: Iterable[str]) -> Iterator[str]:
    for composer, lang in product(composers, langs):
        for event, payload in _payloads():
            offer = AnswerOffer("" if options.inbound is None else "12345a", number=options.inbound or "")
            draft = composer.compose("ref", "0912345678", event, {"lang": lang, **payload}, 0, offer).sms
            try:
                sms_http.composed(options, draft)
            except IocError as error:
                yield str(error.params["text"])


def _payloads() -> Iterator[tuple[NotificationType, Mapping[str, Any]]]:
    yield from _NOTICES
    events = (*ANNOUNCEMENTS, NotificationType.RESOLVED)
    names = (("", ""), ("Huyện Đồng Văn", "Điểm cầu 1"))
    marks = ((False, False), (True, False), (False, True))
    for event, severity, title, (parent, name), (simulated, drill) in product(events, Severity, _TITLES, names, marks):
        line = {
            "alert": 1, "severity": severity, "title": title, "params": {}, "since": 0, "ended": None, "org": "hg.x",
            "org_name": "Xã Tả Lủng", "parent_name": parent, "subject": "hg.x/vc/p1", "name": name,
            "tz": "Asia/Ho_Chi_Minh", "simulated": simulated, "drill": drill,
        }  # fmt: skip
        yield event, {"lines": [line]}
