"""The inventory: the org tree and its sources."""

from ioc.domain.inventory.orgs import OrgTree, Scope
from ioc.domain.inventory.sources import DEFAULTS, Inventory, KindDefaults, Source
from ioc.domain.inventory.units import Org, Past

__all__ = ["DEFAULTS", "Inventory", "KindDefaults", "Org", "OrgTree", "Past", "Scope", "Source"]
