"""Every code of an error: its texts, its status, and the places that raise it."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from pathlib import Path

import pytest

from ioc.core.errors import Code

ROOT = Path(__file__).parents[2]
PACKAGES = ("ioc", "connectors", "alerts", "web")
TEXTS = {lang: json.loads((ROOT / f"web/i18n/{lang}.json").read_text(encoding="utf-8")) for lang in ("vi", "en")}
# what no call names by itself: a word that is wrong is the caller's, what it names is not a thing that could be there
UNPROCESSABLE = {Code.UNKNOWN_KEY, Code.UNKNOWN_WIDGET, Code.UNKNOWN_ENCODING}


@cache
def sources(*folders: str) -> dict[str, str]:
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in paths if "node_modules" not in path.parts}


@cache
def error_names() -> set[str]:
    """IocError and whatever derives from it."""
    classes = [
        found for text in sources(*PACKAGES).values() for found in re.findall(r"^class (\w+)\((\w+)\)", text, re.M)
    ]
    names, before = {"IocError"}, set[str]()
    while names != before:
        before = set(names)
        names |= {name for name, base in classes if base in names}
    return names


def raised() -> Iterator[tuple[str, ast.Call]]:
    for place, text in sources(*PACKAGES).items():
        for node in ast.walk(ast.parse(text)) if "Code." in text else ():
            if isinstance(node, ast.Call) and node.args and last_name(node.func) in error_names():
                yield f"{place}:{node.lineno}", node


def last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def codes_of(node: ast.expr) -> set[Code]:
    """The members of Code that an argument names, one of which it is."""
    return {
        Code[one.attr] for one in ast.walk(node) if isinstance(one, ast.Attribute) and last_name(one.value) == "Code"
    }


def parameters(lang: str, code: Code) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", TEXTS[lang][code.text]))


def test_every_code_has_a_name_of_its_own_and_a_status_that_fits_it() -> None:
    for name, code in Code.__members__.items():
        assert (code.name, code.value) == (name, name.lower()), "an alias, or two names for one thing"
        assert HTTPStatus(code.status) >= HTTPStatus.BAD_REQUEST
        if code.transient:
            assert code.status == HTTPStatus.SERVICE_UNAVAILABLE, code
        elif code.status == HTTPStatus.SERVICE_UNAVAILABLE:
            assert code.startswith("store_"), f"{code}: only the metric store is away until somebody mends it"
        if code.startswith("unknown_") and code not in UNPROCESSABLE:
            assert code.status == HTTPStatus.NOT_FOUND, code


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_code_has_its_text_and_every_text_its_code(lang: str) -> None:
    assert {key for key in TEXTS[lang] if key.startswith("error.")} == {code.text for code in Code}


def test_a_text_is_more_than_the_line_it_quotes_and_says_the_same_in_both_languages() -> None:
    for code in Code:
        assert parameters("vi", code) == parameters("en", code), code
        for lang in TEXTS:
            assert re.sub(r"\{\w+\}|\W", "", TEXTS[lang][code.text]), code


def test_no_error_is_raised_with_a_free_text_for_a_code() -> None:
    call = rf"\b(?:{'|'.join(sorted(error_names()))})\("
    free, transient = re.compile(call + r"\s*f?[\"']"), re.compile(call + r"[^()]*\btransient=")
    places = sources(*PACKAGES, "tests", "benchmarks").items()
    assert [place for place, text in places if free.search(text)] == [], "take a member of Code"
    assert [place for place, text in places if transient.search(text)] == [], "the code says whether it is"


def test_every_code_is_used() -> None:
    used = {name for text in sources(*PACKAGES).values() for name in re.findall(r"\bCode\.([A-Z][A-Z0-9_]*)\b", text)}
    assert used == set(Code.__members__)


def test_whoever_raises_a_code_gives_what_its_text_tells() -> None:
    lacking = {}
    for place, call in raised():
        given = {word.arg for word in call.keywords} | {"message"}
        told = {name for code in codes_of(call.args[0]) for name in parameters("vi", code)}
        if None not in given and told - given:
            lacking[place] = told - given
    assert lacking == {}
