"""Texts kept as key and parameters until an edge renders them in the reader's language."""

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

LANGUAGES = ("vi", "en")
Catalogues = Mapping[str, Mapping[str, str]]  # language → key → text


class Texts:
    """The catalogues `vi.json` and `en.json` of one folder, and what plug-ins bring: `{key: "text with {params}"}`.

    They are read when somebody first has something to say: most processes never have.
    """

    def __init__(self, folder: Path, brought: Callable[[], Catalogues] | None = None) -> None:
        self._folder, self._brought = folder, brought

    @cached_property
    def catalogues(self) -> Catalogues:
        more = {} if self._brought is None else self._brought()
        return {
            lang: json.loads((self._folder / f"{lang}.json").read_text(encoding="utf-8")) | dict(more.get(lang, {}))
            for lang in LANGUAGES
        }

    def render(self, lang: str, key: str, params: Mapping[str, object] | None = None) -> str:
        """The text of `key` with its parameters filled in; the key itself where no catalogue has it.

        A parameter may itself be a text: `{"key": …, "params": {…}}`.
        """
        catalogue = self.catalogues.get(lang, self.catalogues["vi"])
        text = catalogue.get(key, key)
        return text.format_map(_Parameters({name: self._shown(lang, value) for name, value in (params or {}).items()}))

    def _shown(self, lang: str, value: object) -> object:
        if isinstance(value, Mapping) and "key" in value:
            return self.render(lang, value["key"], value.get("params"))
        if isinstance(value, float) and lang == "vi":
            return str(value).replace(".", ",")
        return value


class _Parameters(dict[str, object]):
    """A parameter that is missing shows its own name instead of failing a message."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"
