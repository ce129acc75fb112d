"""Numbers in an address."""

from werkzeug.routing import IntegerConverter

from ioc.core.jsons import HIGHEST

_DIGITS = len(str(HIGHEST))


class PathNumber(IntegerConverter):
    """`<int:id>`: beyond what a database counts to there is nothing, so the greatest stands for all above it."""

    def to_python(self, value: str) -> int:
        plain = value.lstrip("0") or "0"
        return HIGHEST if len(plain) > _DIGITS else min(int(plain), HIGHEST)
