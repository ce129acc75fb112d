"""Of the rules on one figure of one source the sharper silences the weaker: the graver, else the one further out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from alerts.model import Condition, Finding, Measured, Subject

Figure = tuple[Subject, str, str]  # source, metric, side


@dataclass(frozen=True, slots=True)
class Sharpness:
    """The findings that are beyond a limit, by figure, the sharpest first."""

    _by_figure: dict[Figure, list[str]] = field(default_factory=dict)
    _figure_of: dict[str, Figure] = field(default_factory=dict)
    _rules: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "Sharpness":
        beyond: dict[Figure, list[Finding]] = {}
        for finding in findings:
            if finding.measured is not None and finding.condition in (Condition.BAD, Condition.EASING):
                beyond.setdefault((finding.subject, *finding.measured[:2]), []).append(finding)
        rivals = {figure: sorted(several, key=_sharpest) for figure, several in beyond.items() if len(several) > 1}
        return cls(
            {figure: [finding.fingerprint for finding in ordered] for figure, ordered in rivals.items()},
            {finding.fingerprint: figure for figure, ordered in rivals.items() for finding in ordered},
            {finding.fingerprint: finding.rule for ordered in rivals.values() for finding in ordered},
        )

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Each after whatever may silence it."""
        return sorted(names, key=self._place)

    def silenced_by(self, name: str, loud: Collection[str]) -> str | None:
        """The rule of the sharpest of those that are loud on the same figure."""
        figure = self._figure_of.get(name)
        if figure is None:
            return None
        sharper = self._by_figure[figure][: self._place(name)]
        return next((self._rules[other] for other in sharper if other in loud), None)

    def _place(self, name: str) -> int:
        figure = self._figure_of.get(name)
        return 0 if figure is None else self._by_figure[figure].index(name)


def _sharpest(finding: Finding) -> tuple[int, float, str]:
    measured = finding.measured or Measured("", "above", 0.0)
    outward = measured.limit if measured.side == "above" else -measured.limit
    return -finding.severity.rank, -outward, finding.rule
