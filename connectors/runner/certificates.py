"""When the certificates a server showed end, also those that nobody trusts."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ioc.platform.private.tls import presented

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """The first end of a chain: days until it, negative once past; `issuer` names whose, None for the server's own."""

    days: float
    issuer: str | None = None

    @property
    def expired(self) -> str | None:
        """In words, once it has."""
        if self.days >= 0:
            return None
        what = "certificate" if self.issuer is None else f"certificate of its issuer {self.issuer}"
        return f"{what} expired {-self.days:.0f} days ago" if self.days <= -1 else f"{what} has expired"


def first_end(tls: ssl.SSLObject) -> ChainEnd | None:
    """Of the chain that was trusted, else of those shown that issued one another; None where nothing was shown."""
    from cryptography import x509

    verified = tls.context.verify_mode is not ssl.CERT_NONE
    shown = [x509.load_der_x509_certificate(der) for der in presented(tls, verified=verified)]
    chain = shown if verified else _issuers(shown)
    if not chain:
        return None
    first = min(chain, key=lambda one: one.not_valid_after_utc)
    days = (first.not_valid_after_utc - datetime.now(UTC)).total_seconds() / DAY_S
    return ChainEnd(round(days, 2), None if first is chain[0] else _name(first))


def _issuers(shown: list["Certificate"]) -> list["Certificate"]:
    """The server's own and, one by one, who issued the one before; what else a server shows is nobody's business."""
    chain, others = shown[:1], shown[1:]
    while issuer := next((one for one in others if one.subject == chain[-1].issuer), None):
        chain.append(issuer)
        others.remove(issuer)
    return chain


def _name(certificate: "Certificate") -> str:
    from cryptography.x509.oid import NameOID

    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()
