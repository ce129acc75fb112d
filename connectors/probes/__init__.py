"""Connectors that look at a target, one file each: `kind`, `Options`, `libraries`, `look`.

Libraries of protocols are imported where they are used: every command reads this folder, few of them probe.
"""

from connectors.runner.contract import Probe, check

CONTRACT = Probe

__all__ = ["CONTRACT", "check"]
