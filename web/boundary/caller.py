"""The caller."""

from dataclasses import dataclass

from ioc.domain.access import Principal

CSRF_HEADER = "X-CSRF-Token"


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal and, when it came by cookie, the value its writes must repeat in a header.

    `on_shift`: the person who has taken the shift of this account.
    """

    principal: Principal
    csrf: str | None = None
    on_shift: str | None = None

    @property
    def actor(self) -> str:
        """Whose name an act bears: at a shared desk that of who has the shift."""
        return self.on_shift or self.principal.name
