"""Python's own ssl: the certificates a server showed, which have a public name from 3.13 on only."""

import ssl


def presented(tls: ssl.SSLObject, *, verified: bool) -> list[bytes]:
    """In DER, the server's own first: of the chain that was trusted, or of whatever was shown."""
    name = "get_verified_chain" if verified else "get_unverified_chain"
    if (public := getattr(tls, name, None)) is not None:
        return list(public())
    told = getattr(tls._sslobj, name)() or []  # type: ignore[attr-defined]  # the same function, not yet public
    return [ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in told]
