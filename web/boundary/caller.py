"""The caller."""

from dataclasses import dataclass

from ioc.domain.access import Principal

CSRF_HEADER = "X-CSRF-Token"


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal and, when it came by cookie, the value its writes must repeat in a header."""

    principal: Principal
    csrf: str | None = None
