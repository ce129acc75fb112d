"""The rules in force: evaluated one after the other, so that a rule that fails costs no other its findings."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from alerts.model import Finding, RulePlugin, View
from ioc.config.alerting import Rule
from ioc.core.clock import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings of one tick; alerts of a rule in `failed` stay as they are."""

    by_fingerprint: Mapping[str, Finding]
    failed: frozenset[str] = frozenset()


@dataclass(slots=True)
class RuleSet:
    """Rules with their plug-ins; findings of a kind that is evaluated less often stand in between."""

    rules: Sequence[Rule]
    plugins: Mapping[str, RulePlugin]
    clock: Clock
    _last: dict[str, tuple[float, list[Finding]]] = field(default_factory=dict)

    def use(self, rules: Sequence[Rule]) -> None:
        """From now on these; what a rule that stays as it was found last goes on standing."""
        stays = {rule.id for rule in rules if rule in self.rules}
        self._last = {rule: last for rule, last in self._last.items() if rule in stays}
        self.rules = rules

    def __contains__(self, rule_id: str) -> bool:
        return any(rule.id == rule_id for rule in self.rules)

    def hold_s(self, rule_id: str) -> float:
        """The seconds a finding of this rule lasts before anybody is notified."""
        rule = next(rule for rule in self.rules if rule.id == rule_id)
        return self.plugins[rule.kind].default_hold_s if rule.hold_s is None else rule.hold_s

    def evaluate(self, view: View) -> Findings:
        by_fingerprint: dict[str, Finding] = {}
        failed = set()
        for rule in self.rules:
            try:
                by_fingerprint |= {finding.fingerprint: finding for finding in self._evaluate_one(rule, view)}
            except Exception:
                log.exception("rule %s could not be evaluated; its alerts stay as they are", rule.id)
                failed.add(rule.id)
        return Findings(by_fingerprint, frozenset(failed))

    def _evaluate_one(self, rule: Rule, view: View) -> list[Finding]:
        plugin, now = self.plugins[rule.kind], self.clock.monotonic()
        if plugin.every_s and rule.id in self._last:
            at, findings = self._last[rule.id]
            if now - at < plugin.every_s:
                return findings
        findings = list(plugin.evaluate(view, rule))
        if plugin.every_s:
            self._last[rule.id] = (now, findings)
        return findings
