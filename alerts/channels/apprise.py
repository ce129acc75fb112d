"""Channel kind `apprise`: whatever else a site uses, by the addresses of the library Apprise (an optional extra)."""

import importlib
from typing import Any

from msgspec import Struct

from alerts.message import AlertMessage
from ioc.core.errors import Code, IocError

kind = "apprise"
address = "channel"
MISSING = 'apprise is not installed: pip install "ioc[apprise]"'


class Options(Struct, frozen=True, kw_only=True):
    """`urls` as Apprise writes them (`tgram://TOKEN/CHAT`, `zulip://…`); all of them are told, or it is tried again."""

    urls: tuple[str, ...]

    def __post_init__(self) -> None:
        library = _library()
        if not self.urls:
            raise ValueError("urls is empty")
        for n, url in enumerate(self.urls):
            if library.Apprise.instantiate(url, suppress_exceptions=True) is None:
                raise ValueError(f"urls[{n}]: {url.partition('://')[0]}://… is no address of Apprise")


def send(options: Options, message: AlertMessage) -> str:
    """To every address; the library tells no reason, so a failure is worth another try."""
    library = _library()
    for n, url in enumerate(options.urls):
        notifier = library.Apprise.instantiate(url, suppress_exceptions=True)
        if notifier is None or not notifier.notify(
            body=message.text, title=message.subject, body_format=library.NotifyFormat.TEXT
        ):
            raise IocError(Code.GATEWAY_UNAVAILABLE, f"apprise: urls[{n}] ({url.partition('://')[0]}) did not take it")
    return ""


def _library() -> Any:
    """Looked for when it is needed: nobody else has to have it. ValueError where it is missing."""
    try:
        return importlib.import_module("apprise")
    except ImportError as error:
        raise ValueError(MISSING) from error
