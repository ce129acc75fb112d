"""Which language a caller is answered in."""

import pytest
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from web.errors import language


@pytest.mark.parametrize(
    ("accept", "lang"),
    [
        ("en", "en"), ("vi", "vi"), ("en-GB,en;q=0.9", "en"), ("EN-us", "en"), ("vi-VN,en;q=0.5", "vi"),
        ("en, vi", "en"),
        ("fr,en;q=0.3,vi;q=0.7", "vi"), ("en;q=0.2, vi", "vi"), ("en;q=0", "vi"), ("fr", "vi"), ("*", "vi"), ("", "vi"),
    ],
)  # fmt: skip
def test_it_is_the_best_the_caller_names(accept: str, lang: str) -> None:
    assert language(parse_accept_header(accept, LanguageAccept)) == lang


@pytest.mark.parametrize(("accept", "lang"), [("", "en"), ("fr", "en"), ("*", "en"), ("vi;q=0.1", "vi")])
def test_the_callers_own_stands_behind_what_the_request_names(accept: str, lang: str) -> None:
    assert language(parse_accept_header(accept, LanguageAccept), "en") == lang
