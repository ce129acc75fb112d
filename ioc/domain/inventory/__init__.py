"""The inventory: the org tree and its sources."""

from ioc.domain.inventory.orgs import OrgTree, Scope
from ioc.domain.inventory.sources import Inventory, Source
from ioc.domain.inventory.units import Org, Past

__all__ = ["Inventory", "Org", "OrgTree", "Past", "Scope", "Source"]
