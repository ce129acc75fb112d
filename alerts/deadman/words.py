"""What the watchman says, in the receiver's language."""

from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from alerts.deadman.watchman import Vigil
from alerts.message import AlertMessage
from alerts.sms import Piece
from ioc.core.clock import local
from ioc.core.texts import Texts


@dataclass(frozen=True, slots=True)
class WatchWords:
    """`host` names what is watched; `watcher` the machine that says it."""

    texts: Texts
    url: str
    watcher: str
    zone: ZoneInfo

    def message(self, known: Vigil, address: str, lang: str, now: int) -> AlertMessage:
        """The same `ref` however often one saying is sent."""
        host = urlsplit(self.url).netloc.rpartition("@")[2]
        since = known.since or now
        why = self.texts.render(lang, f"alert.watch.why.{known.why}", {"detail": known.detail})
        params = {"host": host, "since": self._clock(since), "age": self._age(lang, now - since), "why": why}
        head = self.texts.render(lang, f"alert.watch.{known.saying}", params)
        more = self.texts.render(lang, f"alert.watch.{known.saying}.more", params)
        sign = self.texts.render(lang, "alert.watch.sign", {"watcher": self.watcher})
        page = f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><body>'
        html = f"{page}<p><b>{escape(head)}</b></p><p>{escape(more)}</p><p>{escape(sign)}</p></body></html>"
        ref = f"watch-{since}-{known.said_at}"
        text = f"{head}\n\n{more}\n\n{sign}\n"
        return AlertMessage(ref, address, head, text, html, (Piece(head, rank=1, least=40),), known.said_at)

    def _clock(self, ms: int) -> str:
        return local(ms, self.zone).strftime("%H:%M %d/%m/%Y")

    def _age(self, lang: str, ms: int) -> str:
        for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
            if ms >= size * 1000:
                return self.texts.render(lang, f"alert.age.{unit}", {"n": ms // 1000 // size})
        return self.texts.render(lang, "alert.age.seconds", {"n": max(0, ms // 1000)})
