"""The sheet a vendor is given: two pages, in Vietnamese or English, its fields derived from the kinds."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Final
from urllib.parse import urlsplit

import msgspec

from ioc.config.settings import Settings
from ioc.core.model import Reason
from ioc.core.texts import Texts
from ioc.messages.kinds import Kinds, KindSpec, Member, Metric
from ioc.messages.wire import MAX_ELEMENTS, MAX_PAYLOAD
from ioc.ops.described.asyncapi import split_metrics

DEVICE: Final = "hg.dong-van/queue/kiosk-1"
# of the contract; what else there is concerns ourselves
_OWN_REASONS: Final = (Reason.RETIRED_SOURCE, Reason.STORE_REFUSED, Reason.NOT_UNDERSTOOD)


@dataclass(frozen=True, slots=True)
class Words:
    """The spelling of a language for the contents of the tables."""

    time: str
    flag: str
    event: str
    free: str


_WORDS: Final = {
    "vi": Words("giờ", "đúng/sai", "sự kiện", "chữ"),
    "en": Words("time", "true/false", "event", "text"),
}


def markdown(kinds: Kinds, settings: Settings, texts: Texts, lang: str, version: str) -> str:
    """The whole sheet."""
    template = resources.files("ioc.ops.described").joinpath(f"sheet.{lang}.md").read_text(encoding="utf-8")
    mqtt, http = addresses(settings)
    where = urlsplit(mqtt)
    return template.format(
        version=version,
        broker=mqtt,
        http=http,
        device=DEVICE,
        elements=MAX_ELEMENTS,
        kib=MAX_PAYLOAD // 1024,
        kinds="\n\n".join(_kind(spec, texts, lang) for _, spec in sorted(kinds.items())),
        examples="\n".join(_examples(kinds, _reached(where.scheme, where.hostname or "", where.port or 1883))),
        reasons=", ".join(f"`{reason}`" for reason in Reason if reason not in _OWN_REASONS),
    )


def addresses(settings: Settings) -> tuple[str, str]:
    """Broker and web as somebody outside reaches them, as far as the configuration tells."""
    web = settings.http.public_url or f"http://{settings.http.host}:{settings.http.port}"
    host = urlsplit(web).hostname or settings.http.host
    known, port = settings.mqtt.hosts[0]
    name = host if settings.mqtt.embedded or known in ("localhost", "127.0.0.1", "::1") else known
    return f"{'mqtts' if settings.mqtt.tls else 'mqtt'}://{name}:{port}", web.rstrip("/")


def _kind(spec: KindSpec, texts: Texts, lang: str) -> str:
    """A paragraph: every field with its unit and what is allowed."""
    words = _WORDS[lang]
    flat, figures = split_metrics(spec)
    parts = [f"`{name}`{_allowed(metric, words)}" for name, metric in flat.items()]
    parts += [f"`{name}` ({', '.join(word.words or word.examples) or words.free})" for name, word in spec.words.items()]
    parts += [f"`{name}`{_member(member, words)}" for name, member in spec.nested.items()]
    lines = [f"**{spec.kind}** — {texts.render(lang, f'kind.{spec.kind}')}. `state`: {', '.join(parts)}"]
    if figures:
        lines.append(f"`values`: {', '.join(f'`{name}`' for name in figures)}")
    if spec.event:
        told = ", ".join(f"`{name}`{_member(member, words)}" for name, member in spec.event.items())
        lines.append(f"`event` ({words.event}): `event_id`, `ts` ({words.time}), {told}")
    return ". ".join(lines) + "."


def _allowed(metric: Metric, words: Words) -> str:
    if metric.boolean:
        return f" ({words.flag})"
    unit = f"{metric.unit} " if metric.unit else ""
    low, high = (None if bound is None else f"{bound:.10g}" for bound in (metric.low, metric.high))
    bounds = f"{low}–{high}" if low and high else f"≥ {low}" if low else f"≤ {high}" if high else ""
    return f" ({(unit + bounds).strip()})" if unit or bounds else ""


def _member(member: Member, words: Words) -> str:
    sorts = {"time": words.time, "flag": words.flag}
    if member.words:
        return f" ({', '.join(member.words)})"
    if member.members:
        return f" {{{', '.join(member.members)}}}"
    if member.low is not None and member.high is not None:
        return f" ({member.low:g}–{member.high:g})"
    return f" ({sorts[member.sort]})" if member.sort in sorts else ""


def _reached(scheme: str, host: str, port: int) -> str:
    """The options of mosquitto_pub that name the broker; without a word about certificates it speaks no TLS."""
    return f"-h {host} -p {port}{' --capath /etc/ssl/certs' if scheme == 'mqtts' else ''}"


def _examples(kinds: Kinds, where: str) -> Iterator[str]:
    examples = (one for _, spec in sorted(kinds.items()) for one in spec.examples.items())
    for topic, body in examples:
        user = topic.rpartition("/")[0]
        retain = " -r" if topic.endswith("/status") else ""
        message = shlex.quote(msgspec.json.encode(body).decode())
        yield f"mosquitto_pub {where} -u {user} -P '…' -q 1{retain} -t ioc/v1/{topic} -m {message}"
