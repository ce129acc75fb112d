"""A page that prints: one HTML document with its style in it and nothing else that could load or run."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from web.boundary.answers import HTML, Answer

_FOLDER = Path(__file__).parent
_DASH = "–"


def html(
    template: str, *, status: int | None = None, forms: str = "'none'", sheet: str = "print.css", **values: Any
) -> Answer[str]:
    """The answer with the page; the policy names its style by digest, so that it holds for a saved page too.

    `forms`: where a form of it may be sent.
    """
    style = (_FOLDER / sheet).read_text(encoding="utf-8")
    body = _environment().get_template(template).render(style=style, **values)
    return Answer(body, status, HTML, headers={"Content-Security-Policy": _policy(style, forms)})


def number(value: int | None) -> str:
    """As in Vietnamese: 9.079; a dash where nobody tells."""
    if value is None:
        return _DASH
    return f"{value:,}".replace(",", ".")


def share(value: Mapping[str, Any]) -> str:
    """A percentage with what it is of: 82,97 % (7.038/8.483); a dash where there is none to tell."""
    of = f"({number(value['numerator'])}/{number(value['denominator'])})"
    pct = _DASH if value["value"] is None else f"{value['value']:.2f}".replace(".", ",") + " %"
    return f"{pct} {of}"


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"number": number, "share": share}
    return made


def _policy(style: str, forms: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action {forms}; frame-ancestors 'none'"
    )
