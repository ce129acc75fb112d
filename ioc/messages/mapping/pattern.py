"""Topic filters whose wildcard levels have names: `vendor/+site/+dev/tele`."""

import re
from dataclasses import dataclass

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = ("$", "ioc/live/")


@dataclass(frozen=True, slots=True)
class Pattern:
    """The levels of a filter; a name is the text after `+`, empty where nobody asked for it."""

    levels: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Pattern":
        """ValueError says what is wrong with the filter."""
        levels = tuple(text.split("/"))
        pattern = cls(levels)
        names = pattern.names
        for level in levels:
            if level.startswith("+") and len(level) > 1 and not _NAME.fullmatch(level[1:]):
                raise ValueError(f"{text!r}: {level!r} must be + and a name of letters, digits and _")
        check_topic(pattern.filter)
        if len(set(names)) != len(names):
            raise ValueError(f"{text!r}: a name stands twice")
        return pattern

    @property
    def names(self) -> list[str]:
        return [level[1:] for level in self.levels if level.startswith("+") and len(level) > 1]

    @property
    def filter(self) -> str:
        """As the broker understands it."""
        return "/".join("+" if level.startswith("+") else level for level in self.levels)

    def match(self, topic: str) -> dict[str, str] | None:
        """The named levels, or None when the topic is not meant."""
        given = topic.split("/")
        found: dict[str, str] = {}
        for i, level in enumerate(self.levels):
            if level == "#":
                return found
            if i >= len(given):
                return None
            if level.startswith("+"):
                if len(level) > 1:
                    found[level[1:]] = given[i]
            elif level != given[i]:
                return None
        return found if len(given) == len(self.levels) else None


def check_topic(text: str) -> None:
    """ValueError unless it is a filter a vendor's topics may have."""
    levels = text.split("/")
    if any(("+" in level or "#" in level) and len(level) > 1 for level in levels):
        raise ValueError(f"{text!r}: a wildcard stands alone in its level")
    if "#" in levels[:-1]:
        raise ValueError(f"{text!r}: # stands at the end only")
    if text in ("", "#") or text.startswith(_RESERVED) or len(text) > 1_000 or not text.isprintable():
        raise ValueError(f"{text!r}: name the vendor's own topics; # alone, $… and ioc/live are not theirs")
