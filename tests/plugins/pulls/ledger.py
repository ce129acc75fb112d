"""Connector `ledger`: dossiers from one file that somebody else keeps up to date."""

from collections.abc import Generator
from pathlib import Path

from connectors.deliveries.contract import Errand, Offer
from connectors.deliveries.options import Delivered
from ioc.domain.dossiers.importing.tables import open_table

kind = "ledger"


class Options(Delivered, frozen=True, kw_only=True):
    """`path`: the file."""

    path: str


def collect(options: Options, errand: Errand) -> Generator[Offer]:
    path = Path(options.path)
    if path.is_file():
        yield Offer(path.name, errand.now, lambda: open_table(path, options.column_map()))


SAMPLE = """
# [[connector]]
# name = "so-cai"
# kind = "ledger"                          # a file that is always up to date
# publish = "hg/dossier/so-cai"
# path = "/srv/ioc/ledger.csv"
# columns = {}
# words = {}
# formats = []
# no_date = []
# full = true
# at_least_pct = 80.0
# bad_rows_pct = 0.0
"""
