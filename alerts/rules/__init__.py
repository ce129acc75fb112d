"""Kinds of rule, one file each, held to `alerts.model.RulePlugin`: `kind`, `Options`, default hold, `evaluate`."""
