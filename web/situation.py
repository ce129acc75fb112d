"""The situation in one sentence, by one rule for every screen; `docs/incidents.md` has it in words.

What is critical comes first, nobody's before what somebody has, then lost endpoints with their causes. Without anything
critical it is stable only where every source keeps its contract; else there is not enough to say so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from alerts.model import IncidentState
from alerts.standing import StandingNow
from ioc.core.clock import local
from ioc.core.model import Health, Severity, SourceKey
from ioc.domain.inventory.naming import place, short_name
from ioc.live.world import SILENT
from web.losses import EndpointLosses, areas_of, losses, sort_of_areas
from web.sight import Sight

Tone = Literal["bad", "warn", "plain"]
Joint = Literal["begin", "because", "and"]

NAMED = 2  # incidents that the sentence names; the rest it counts
NAMED_LINES = 3
CRISIS_PART = 10  # one of so many of the endpoints that are expected
CRISIS_LEAST = 3


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: `ui.situation.WHAT` with its figures, and how it follows the one before."""

    what: str
    tone: Tone = "plain"
    joint: Joint = "begin"
    params: Mapping[str, Any] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        return {"what": self.what, "tone": self.tone, "joint": self.joint, "params": dict(self.params)}


def on_wall(sight: Sight) -> list[StandingNow]:
    """The incidents that a wall shows: those of the subtree of which something is announced that is no duty."""
    facts, scope = sight.facts, sight.scope
    return [one for one in facts.incidents.standing if one.within(scope) and one.announced(facts.duties)]


def untaken(incidents: Iterable[StandingNow]) -> list[StandingNow]:
    return [one for one in incidents if one.incident.state is IncidentState.OPEN]


def critical(incidents: Iterable[StandingNow]) -> list[StandingNow]:
    return [one for one in incidents if one.incident.severity is Severity.CRITICAL]


def is_crisis(incidents: Sequence[StandingNow], lost: EndpointLosses) -> bool:
    """Something critical that nobody has, or a tenth of the endpoints is gone."""
    many = lost.n >= CRISIS_LEAST and lost.n * CRISIS_PART >= lost.of
    return many or bool(untaken(critical(incidents)))


def sentence(
    sight: Sight, incidents: Sequence[StandingNow] | None = None, lost: EndpointLosses | None = None
) -> list[Clause]:
    incidents = on_wall(sight) if incidents is None else incidents
    lost = losses(sight) if lost is None else lost
    return [*_unwatched(sight), *(_critical(sight, incidents, lost) or _calm(sight, incidents, lost))]


def _unwatched(sight: Sight) -> Iterator[Clause]:
    """Without the engine nobody knows what is critical."""
    if sight.facts.at is None or not sight.facts.role_alive("alerts"):
        since = sight.facts.alerts_at
        yield (
            Clause("unwatched", "bad")
            if since is None
            else Clause("unwatched_since", "bad", params=_time(sight, since))
        )


def _critical(sight: Sight, incidents: Sequence[StandingNow], lost: EndpointLosses) -> list[Clause]:
    grave = critical(incidents)
    if not grave:
        return []
    nobodys = len(untaken(grave))
    what = "critical" if nobodys else "critical_taken"
    begin = Clause(what, "bad", params={"n": len(grave)} | ({"untaken": nobodys} if nobodys else {}))
    rest = [one for one in grave if one.incident.subject not in lost.behind and not _is_of_losses(one, lost)]
    lines = [one for one in rest if _carries(sight, one)]
    others = [one for one in rest if one not in lines]
    return [begin, *_lost(sight, lost, "bad"), *_lines(sight, lines), *_named(sight, others, "bad")]


def _lines(sight: Sight, lines: Sequence[StandingNow]) -> Iterator[Clause]:
    """Lines that are down while nothing behind them is known to be lost yet."""
    keys = [one.incident.subject for one in lines if isinstance(one.incident.subject, SourceKey)]
    if keys:
        names = _names(sight, sorted(keys))
        yield Clause(
            "lines" if names else "lines_many", "bad", params={"n": len(keys)} | ({"names": names} if names else {})
        )


def _carries(sight: Sight, one: StandingNow) -> bool:
    subject = one.incident.subject
    return isinstance(subject, SourceKey) and bool(sight.world.inventory.behind(subject))


def _calm(sight: Sight, incidents: Sequence[StandingNow], lost: EndpointLosses) -> list[Clause]:
    doubts = list(_doubts(sight))
    if doubts:
        begin = [Clause("doubt", "warn"), *doubts]
    elif sight.facts.at is None or not sight.facts.role_alive("alerts"):
        begin = []
    elif sight.org is None:
        begin = [Clause("stable_everywhere")]
    else:
        begin = [Clause("stable", params={"org": sight.org.name})]
    warned = [one for one in incidents if one.incident.severity is Severity.WARNING]
    return [*begin, *_lost(sight, lost, "warn"), *_attention(sight, warned, lost)]


def _doubts(sight: Sight) -> Iterator[Clause]:
    """The sources that do not keep their contracts, and the systems whose dossiers are late."""
    due = [one for one in sight.due(sight.sources()) if not one.derived]
    silent = sum(sight.health(one) in {*SILENT, Health.UNKNOWN} for one in due)
    if silent:
        yield Clause("silent", "warn", "because", {"n": silent, "of": len(due)})
    reporters = sight.look.freshness(sight.root).reporters
    late = sum(one.behind for one in reporters)
    if late:
        yield Clause("late", "warn", "and" if silent else "because", {"n": late, "of": len(reporters)})


def _lost(sight: Sight, lost: EndpointLosses, tone: Tone) -> Iterator[Clause]:
    if not lost.n:
        return
    yield Clause("lost", tone, params={"n": lost.n, "of": lost.of})
    joint: Joint = "because"
    if lost.behind:
        names = _names(sight, sorted(lost.behind, key=lambda key: (-len(lost.behind[key]), key.org)))
        what = "behind" if names else "behind_many"
        if len(lost.behind) == 1:
            what = "behind_one"
        yield Clause(
            what, tone, joint, {"n": lost.by_lines, "lines": len(lost.behind)} | ({"names": names} if names else {})
        )
        joint = "and"
    if lost.scattered:
        areas = areas_of(sight, lost.scattered)
        if len(areas) == 1 and not lost.behind:
            yield Clause("at", tone, joint, {"place": short_name(sight.org_name(*areas))})
            return
        what = f"scattered.{sort_of_areas(sight, areas)}"
        yield Clause(what, tone, joint, {"n": len(lost.scattered), "areas": len(areas)})


def _attention(sight: Sight, warned: Sequence[StandingNow], lost: EndpointLosses) -> Iterator[Clause]:
    if warned:
        nobodys = len(untaken(warned))
        params = {"n": len(warned)} | ({"untaken": nobodys} if nobodys else {})
        yield Clause("attention" if nobodys else "attention_taken", "warn" if nobodys else "plain", params=params)
        rest = [one for one in warned if not _is_of_losses(one, lost)]
        yield from _named(sight, rest, "warn" if nobodys else "plain", "because")


def _named(sight: Sight, incidents: Sequence[StandingNow], tone: Tone, first: Joint = "begin") -> Iterator[Clause]:
    """The worst by their names, nobody's first; how many more there are."""
    chosen = sorted(incidents, key=lambda one: (one.incident.state is not IncidentState.OPEN, one.incident.since))
    joint = first
    for one in chosen[:NAMED]:
        yield Clause("incident", tone, joint, named(sight, one) | _time(sight, one.incident.since))
        joint = "and"
    if len(chosen) > NAMED:
        yield Clause("more", tone, "and", {"n": len(chosen) - NAMED})


def named(sight: Sight, one: StandingNow) -> dict[str, Any]:
    """What an incident is about, and what is wrong with it."""
    title = {"key": "incident.unconfirmed", "params": {}}
    if one.cause is not None:
        title = {"key": one.cause.title, "params": dict(one.cause.params)}
    return {"name": subject_name(sight, one.incident.subject), "title": title}


def subject_name(sight: Sight, subject: SourceKey | str) -> str:
    if isinstance(subject, str):
        return place(sight.world.inventory.orgs, subject)
    source = sight.world.inventory.sources.get(subject)
    return subject.source if source is None else source.name


def _names(sight: Sight, lines: Sequence[SourceKey]) -> Any:
    """Where the lines lead, as one text; None for more than a sentence holds."""
    if len(lines) > NAMED_LINES:
        return None
    orgs = [key.org for key in lines]
    plain = len(set(orgs)) == len(orgs) and sight.root not in orgs
    names = [short_name(sight.org_name(key.org)) if plain else subject_name(sight, key) for key in lines]
    told: Any = names[-1]
    if len(names) > 1:
        told = {"key": "ui.situation.both", "params": {"one": ", ".join(names[:-1]), "other": names[-1]}}
    return told


def _is_of_losses(one: StandingNow, lost: EndpointLosses) -> bool:
    """It is in the figure of lost endpoints already: one of them, or the share of them."""
    if isinstance(one.incident.subject, SourceKey):
        return any(one.incident.subject == source.key for source in lost.scattered)
    metric = {} if one.cause is None else one.cause.params.get("metric")
    return isinstance(metric, dict) and metric.get("params", {}).get("kind") == {"key": "kind.vc"}


def _time(sight: Sight, ms: int) -> dict[str, str]:
    """Of today the hour, else with its day."""
    then, now = local(ms, sight.tz), local(sight.now, sight.tz)
    return {"time": f"{then:%H:%M}" if then.date() == now.date() else f"{then:%H:%M %d/%m}"}
