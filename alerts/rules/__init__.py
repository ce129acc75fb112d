"""Kinds of rule, one file each: `kind`, `Options`, `default_hold_s`, `every_s`, `evaluate`."""

from alerts.model import RulePlugin

CONTRACT = RulePlugin
