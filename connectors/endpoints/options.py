"""Options of every endpoint: its address, our log-in, whom we take it for, how gently we ask."""

import re
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class Endpoint(Struct, frozen=True, kw_only=True):
    """Over TLS its certificate must hold (`ca`: trusted beside the system's own), be the one with the SHA-256
    `fingerprint`, or be taken unseen (`insecure`).

    `gap_s` lies between two requests. After a refused login the next is tried `login_retry_s` later, then twice that,
    an hour at most: endpoints lock accounts.
    """

    PUBLISHES: ClassVar[frozenset[str]] = frozenset({"vc"})
    url: Annotated[str, Meta(pattern=r"^https?://[^\s/]+/?$")]
    username: str
    password: str
    ca: str | None = None
    fingerprint: str | None = None
    insecure: bool = False
    gap_s: Annotated[float, Meta(ge=0, le=10)] = 0.1
    login_retry_s: Annotated[float, Meta(ge=1)] = 300.0

    def __post_init__(self) -> None:
        if sum((self.ca is not None, self.fingerprint is not None, self.insecure)) > 1:
            raise ValueError("give one of ca, fingerprint, insecure")
        if self.fingerprint is not None and not FINGERPRINT.fullmatch(self.pin or ""):
            raise ValueError(f"fingerprint {self.fingerprint!r}: expected the 64 hexadecimal digits of a SHA-256")

    @property
    def pin(self) -> str | None:
        """The fingerprint without the colons that tools print."""
        return None if self.fingerprint is None else self.fingerprint.replace(":", "").strip().lower()
