"""Dossiers delivered as a file or a table: read along a column map, checked whole, folded in as what has changed."""

from ioc.dossiers.delivery.columns import ColumnMap, read_map
from ioc.dossiers.delivery.load import Delivery, Report, Target, deliver

__all__ = ["ColumnMap", "Delivery", "Report", "Target", "deliver", "read_map"]
