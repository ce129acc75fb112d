"""Running the rules: every finding of a tick by fingerprint, and the rules that could not be run."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from alerts.model import Finding, RulePlugin, View
from ioc.config.settings import Rule
from ioc.core.clock import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Findings:
    """What one tick found; alerts of a rule in `failed` stay as they are."""

    by_fingerprint: Mapping[str, Finding]
    failed: frozenset[str] = frozenset()


@dataclass(slots=True)
class Evaluator:
    """The rules in force with their plug-ins; a slow kind is looked at less often and remembered between."""

    rules: Sequence[Rule]
    plugins: Mapping[str, RulePlugin]
    clock: Clock
    _remembered: dict[str, tuple[float, list[Finding]]] = field(default_factory=dict)

    def hold_s(self, rule_id: str) -> float:
        """How long a finding of this rule lasts before anybody is told."""
        rule = next(rule for rule in self.rules if rule.id == rule_id)
        return self.plugins[rule.kind].default_hold_s if rule.hold_s is None else rule.hold_s

    def knows(self, rule_id: str) -> bool:
        return any(rule.id == rule_id for rule in self.rules)

    def look(self, view: View) -> Findings:
        found: dict[str, Finding] = {}
        failed = set()
        for rule in self.rules:
            try:
                found |= {finding.fingerprint: finding for finding in self._of(rule, view)}
            except Exception:
                log.exception("rule %s could not be evaluated; its alerts stay as they are", rule.id)
                failed.add(rule.id)
        return Findings(found, frozenset(failed))

    def _of(self, rule: Rule, view: View) -> list[Finding]:
        plugin, now = self.plugins[rule.kind], self.clock.monotonic()
        if plugin.every_s and rule.id in self._remembered:
            at, findings = self._remembered[rule.id]
            if now - at < plugin.every_s:
                return findings
        findings = list(plugin.evaluate(view, rule))
        if plugin.every_s:
            self._remembered[rule.id] = (now, findings)
        return findings
