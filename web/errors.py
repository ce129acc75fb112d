"""Errors as answers: a stable code, and a message in the caller's language; never a stack trace."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from werkzeug.datastructures import LanguageAccept

from ioc.core.errors import IocError
from ioc.core.texts import LANGUAGES, Texts


class Failure(Struct, frozen=True):
    """The body of an error: a stable code, a line in the caller's language, and its subject."""

    code: str
    message: str
    details: dict[str, Any]


class Error(Struct, frozen=True):
    """The body of every answer that is an error."""

    error: Failure


def failure(error: IocError, say: Callable[..., str]) -> Failure:
    """A text may quote the English line of the error as `{message}`."""
    text = say(error.code.text, **{"message": error.message, **error.params})
    return Failure(error.code.value, text, error.params)


def render(error: IocError, texts: Texts, lang: str) -> Error:
    return Error(failure(error, lambda key, /, **params: texts.render(lang, key, params)))


def language(accept: LanguageAccept, preferred: str | None = None) -> str:
    """The best of `Accept-Language` that there is, else the caller's own, else Vietnamese."""
    for tag, quality in accept:
        lang = tag.partition("-")[0].lower()
        if lang in LANGUAGES and quality > 0:
            return lang
    return preferred if preferred in LANGUAGES else "vi"
