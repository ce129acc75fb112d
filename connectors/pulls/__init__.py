"""Kinds of connector, one file each, held to `connectors.runner.contract.Probe`: `kind`, `Options`, `look`.

Libraries of protocols are imported where they are used: every command reads this folder, few of them probe.
"""
