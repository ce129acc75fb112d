"""Errors as answers: a stable code and a message in the caller's language; never a stack trace."""

from typing import Any

from werkzeug.datastructures import LanguageAccept

from ioc.core.errors import IocError
from ioc.core.texts import LANGUAGES, Texts


def render(error: IocError, texts: Texts, lang: str) -> dict[str, Any]:
    """The body of the answer; a text may quote the English line of the error as `{message}`."""
    text = texts.render(lang, error.code.text, {"message": error.message, **error.params})
    return {"error": {"code": error.code.value, "message": text, "details": error.params}}


def language(accept: LanguageAccept, preferred: str | None = None) -> str:
    """The best of `Accept-Language` that there is, else the caller's own, else Vietnamese."""
    for tag, quality in accept:
        lang = tag.partition("-")[0].lower()
        if lang in LANGUAGES and quality > 0:
            return lang
    return preferred if preferred in LANGUAGES else "vi"
