"""The class of a failed attempt, by the code of its error."""

from collections.abc import Mapping
from types import MappingProxyType

from alerts.model import DeliveryFailure
from ioc.core.errors import Code

FAILURES: Mapping[Code, DeliveryFailure] = MappingProxyType(
    {
        Code.BAD_ADDRESS: DeliveryFailure.ADDRESS,
        Code.BAD_PHONE: DeliveryFailure.ADDRESS,
        Code.SMTP_ADDRESS: DeliveryFailure.ADDRESS,
        Code.GATEWAY_ADDRESS: DeliveryFailure.ADDRESS,
        Code.SMTP_AUTH: DeliveryFailure.AUTH,
        Code.GATEWAY_ACCOUNT: DeliveryFailure.AUTH,
        Code.SMTP_DEFERRED: DeliveryFailure.RATE,
        Code.GATEWAY_BUSY: DeliveryFailure.RATE,
        Code.SMTP_UNAVAILABLE: DeliveryFailure.UNREACHABLE,
        Code.GATEWAY_UNAVAILABLE: DeliveryFailure.UNREACHABLE,
        Code.CHANNEL_FAILED: DeliveryFailure.UNREACHABLE,
        Code.SMTP_REFUSED: DeliveryFailure.REFUSED,
        Code.GATEWAY_REFUSED: DeliveryFailure.REFUSED,
        Code.GATEWAY_ACCOUNT: DeliveryFailure.AUTH,
        Code.GATEWAY_ADDRESS: DeliveryFailure.ADDRESS,
        Code.TEXT_NOT_REGISTERED: DeliveryFailure.REFUSED,
    }
)
OF_THE_CHANNEL = frozenset({DeliveryFailure.AUTH, DeliveryFailure.UNREACHABLE})  # rather than of one address


def failure_of(code: Code) -> DeliveryFailure:
    """A code that is not listed counts by whether trying again can help."""
    return FAILURES.get(code, DeliveryFailure.UNREACHABLE if code.transient else DeliveryFailure.REFUSED)
