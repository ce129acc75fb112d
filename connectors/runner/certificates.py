"""What a certificate says of itself, also one that nobody trusts."""

from datetime import UTC, datetime

DAY_S = 86_400


def days_left(der: bytes) -> float:
    """Days until it ends, negative once it has, to two decimals."""
    from cryptography import x509

    ends = x509.load_der_x509_certificate(der).not_valid_after_utc
    return round((ends - datetime.now(UTC)).total_seconds() / DAY_S, 2)
