"""Connectors that fetch dossiers, one file each: `kind`, `Options`, `collect`.

Libraries are imported where they are used: every command reads this folder, few of them fetch.
"""

from connectors.deliveries.contract import Pull

CONTRACT = Pull
