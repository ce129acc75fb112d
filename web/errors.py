"""Errors as answers: a status, a stable code, and a message in the caller's language; never a stack trace."""

from typing import Any

from ioc.core.errors import IocError
from ioc.core.texts import LANGUAGES, Texts

_STATUS = {
    "bad_request": 400,
    "unauthenticated": 401,
    "bad_login": 401,
    "forbidden": 403,
    "csrf": 403,
    "same_person": 403,
    "not_found": 404,
    "unknown_org": 404,
    "org_not_yet": 404,
    "unknown_source": 404,
    "unknown_alert": 404,
    "unknown_dossier": 404,
    "unknown_indicator": 404,
    "unknown_figures": 404,
    "no_snapshot": 404,
    "unknown_scene": 404,
    "method_not_allowed": 405,
    "alert_pending": 409,
    "figures_decided": 409,
    "figures_superseded": 409,
    "too_large": 413,
    "invalid_value": 422,
    "missing_value": 422,
    "never_open": 422,
    "unknown_widget": 422,
    "too_many_buckets": 422,
    "too_many_attempts": 429,
    "internal": 500,
}


def status(error: IocError) -> int:
    """Transient troubles are 503: the same call may succeed later. So is a metric store that has to be mended first."""
    if error.transient or error.code.startswith("store_"):
        return 503
    return _STATUS.get(error.code, 422 if error.code.startswith(("unknown_", "bad_", "too_")) else 500)


def render(error: IocError, texts: Texts, lang: str) -> dict[str, Any]:
    """The body of the answer; the English line stands in where no catalogue has the code."""
    key = f"error.{error.code}"
    text = texts.render(lang, key, error.params)
    return {"error": {"code": error.code, "message": error.message if text == key else text, "details": error.params}}


def language(accept: str, preferred: str | None = None) -> str:
    """The first language of `Accept-Language` that there is, else the caller's own, else Vietnamese."""
    for part in accept.split(","):
        lang = part.split(";")[0].strip()[:2].lower()
        if lang in LANGUAGES:
            return lang
    return preferred if preferred in LANGUAGES else "vi"
