"""The dossiers behind the ratios of the 766 index that count dossiers; named like the indicators they belong to."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.dossiers.counting import buckets, trait_figures
from ioc.domain.dossiers.counting.buckets import Condition, Question
from ioc.domain.dossiers.counting.traits import NO_RESULT, Trait
from ioc.platform.db.tables import dossier

_t = dossier.c


class TraitBucket(StrEnum):
    """Of the sources that speak of it, as in the index."""

    PAID_ONLINE = "paid_online_766"
    PAYABLE = "payable_766"
    DIGITISED = "digitised_766"
    DIGITISED_OR_NOT = "digitised_766_of"
    ELECTRONIC_RESULT = "electronic_result_766"
    WITH_RESULT = "with_result_766"


# told by, counted when, and the rules of `traits` as conditions
_WITH_RESULT = sa.or_(_t.status.is_(None), _t.status.not_in(NO_RESULT))
_MEANS: Mapping[TraitBucket, tuple[Trait, sa.Column[Any], Condition]] = {
    TraitBucket.PAID_ONLINE: (Trait.PAYMENT_TOLD, _t.received_at, sa.and_(_t.payable, _t.online_payment)),
    TraitBucket.PAYABLE: (Trait.PAYMENT_TOLD, _t.received_at, sa.and_(_t.payable)),
    TraitBucket.DIGITISED: (Trait.DIGITISED_TOLD, _t.received_at, sa.and_(_t.digitised)),
    TraitBucket.DIGITISED_OR_NOT: (Trait.DIGITISED_TOLD, _t.received_at, sa.true()),
    TraitBucket.ELECTRONIC_RESULT: (Trait.RESULT_TOLD, _t.ended_at, sa.and_(_WITH_RESULT, _t.electronic_result)),
    TraitBucket.WITH_RESULT: (Trait.RESULT_TOLD, _t.ended_at, _WITH_RESULT),
}


def condition(conn: Connection, bucket: TraitBucket, question: Question) -> Condition:
    """Whether a record is in the bucket, its org aside."""
    told, when, is_it = _MEANS[bucket]
    sources = trait_figures.speaking(trait_figures.by_cell(conn, question), told)
    return sa.and_(_t.source_id.in_(sorted(sources)), buckets.passed(when, question.start, question.at), is_it)
