"""What a formula may count is what dossiers are counted by."""

from ioc.config.indicators import BUCKETS
from ioc.domain.dossiers.counting.buckets import Bucket


def test_the_names_of_a_formula_are_those_of_the_counts():
    assert frozenset(bucket.value for bucket in Bucket) == BUCKETS
