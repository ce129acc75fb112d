"""What there is to watch: the org tree and its sources."""

from ioc.inventory.orgs import Org, OrgTree, Scope
from ioc.inventory.sources import DEFAULTS, Inventory, KindDefaults, Source

__all__ = ["DEFAULTS", "Inventory", "KindDefaults", "Org", "OrgTree", "Scope", "Source"]
