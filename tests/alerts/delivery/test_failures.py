"""Every error a channel may end with has its class of failure."""

import pytest

from alerts.delivery.failures import FAILURES, failure_of
from alerts.model import DeliveryFailure
from ioc.core.errors import Code

OF_CHANNELS = [code for code in Code if code.name.startswith(("CHANNEL_", "SMTP_", "GATEWAY_"))]


@pytest.mark.parametrize("code", OF_CHANNELS)
def test_each_code_of_a_channel_is_classed(code):
    assert code in FAILURES


def test_what_is_wrong_for_good_is_no_matter_of_reach():
    lasting = {DeliveryFailure.ADDRESS, DeliveryFailure.REFUSED}
    assert all((failure in lasting) is not code.transient for code, failure in FAILURES.items())


@pytest.mark.parametrize(("code", "failure"), [(Code.INTERNAL, "refused"), (Code.DATABASE_UNAVAILABLE, "unreachable")])
def test_another_code_counts_by_whether_trying_again_can_help(code, failure):
    assert failure_of(code) == failure
