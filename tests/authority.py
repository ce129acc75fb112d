"""A certificate authority of one's own, which issues what a test needs: expired, for another name, about to end."""

import ipaddress
from copy import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Pair(NamedTuple):
    """PEM files of a server."""

    certificate: Path
    key: Path


class Authority:
    """Its own certificate lies in `ca`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("IOC test authority")
        self._chain = b""  # what a server shows behind its own certificate
        own = _certificate(self._name, self._name, self._key.public_key(), 3_650)
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        self.ca = folder / "ca.pem"
        self.ca.write_bytes(_pem(own.sign(self._key, hashes.SHA256())))

    def below(self, days: float, name: str) -> "Authority":
        """One that this one vouches for, for `days` more days; `ca` stays the root's."""
        lower = copy(self)
        lower._key, lower._name = ec.generate_private_key(ec.SECP256R1()), _named(name)
        own = _certificate(lower._name, self._name, lower._key.public_key(), days)
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        lower._chain = _pem(own.sign(self._key, hashes.SHA256()))
        return lower

    def issue(self, days: float, host: str = "127.0.0.1", *, self_signed: bool = False) -> Pair:
        """Valid for `days` more days; negative: expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _named(host)
        issuer, signer = (subject, key) if self_signed else (self._name, self._key)
        built = _certificate(subject, issuer, key.public_key(), days)
        built = built.add_extension(x509.SubjectAlternativeName([_general(host)]), critical=False)
        stem = f"{host}-{days}-{self_signed}"
        pair = Pair(self._folder / f"{stem}.pem", self._folder / f"{stem}.key")
        pair.certificate.write_bytes(_pem(built.sign(signer, hashes.SHA256())) + self._chain)
        pair.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return pair


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _certificate(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, days: float
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    built = built.serial_number(x509.random_serial_number())
    return built.not_valid_before(now - timedelta(days=400)).not_valid_after(now + timedelta(days=days))


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
