"""Whose area a feature is: the org it names by its code, or by its official name."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from unicodedata import normalize

from ioc.domain.inventory import OrgTree

CODES = ("org", "code")
_TOLD = 5


class Match(NamedTuple):
    """An org, or why there is none."""

    org: str | None
    why: str = ""


class Names:
    """The orgs below a root, as features name them."""

    def __init__(self, orgs: OrgTree, root: str) -> None:
        self._orgs, self._root = orgs, root
        self._below = {code for code in orgs.scope(root).codes if orgs.lives(code) and code != root}
        self._by_name: dict[str, set[str]] = {}
        for code in self._below:
            self._by_name.setdefault(_plain(orgs.by_code[code].name), set()).add(code)

    def find(self, properties: Mapping[str, Any]) -> Match:
        given = {key: properties[key] for key in CODES if properties.get(key) is not None}
        coded = next((code for code in given.values() if isinstance(code, str) and code in self._below), None)
        if coded is not None:
            return Match(coded)
        texts = (_plain(value) for value in properties.values() if isinstance(value, str))
        named = [codes for text in texts if (codes := self._by_name.get(text))]
        found = sorted(code for code in set().union(*named) if self._fits(code, named))
        if len(found) == 1:
            return Match(found[0])
        if found:
            return Match(None, f"{len(found)} orgs are called so ({', '.join(found[:_TOLD])}): give the code in `org`")
        said = ", ".join(f"{key} {str(value)[:40]!r}" for key, value in given.items())
        return Match(None, f"no org below {self._root!r} has this name{f' or {said}' if said else ''}")

    def _fits(self, code: str, named: list[set[str]]) -> bool:
        """Each name is its own or that of an org above: of two communes of one name that in the district named too."""
        path = {org.code for org in self._orgs.path(code)}
        return all(codes & path for codes in named)


def _plain(name: str) -> str:
    return " ".join(normalize("NFC", name).split())
